"""The lean HR core. One folder an area: tables.py, rules.py (pure), service.py (in the caller's transaction)."""
