"""API routes of the organisation, accounts, webhooks and operations."""
