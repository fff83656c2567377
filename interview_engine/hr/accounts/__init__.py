"""Console accounts: sign-in, passwords, second factor, sessions and API tokens."""
