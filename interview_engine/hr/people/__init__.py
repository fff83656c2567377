"""Persons (candidate and employee are one row), console accounts, sign-in."""
