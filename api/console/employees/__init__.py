"""Employees in the console: list, file, contracts."""
