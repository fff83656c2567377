"""Applications and applicants: intake, résumés, lists, contact data."""
