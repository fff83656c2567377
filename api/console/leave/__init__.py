"""Leave in the console: balances, the ledger, rules."""
