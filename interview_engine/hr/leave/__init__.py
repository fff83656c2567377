"""Leave: so far what was left of it in another system, taken over in minutes."""
