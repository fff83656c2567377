"""Console pages of accounts, organisation, operations and audit; sign-in."""
