"""The organisation: companies and departments made, moved and listed."""
