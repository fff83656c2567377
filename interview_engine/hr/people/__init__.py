"""Persons (candidate and employee are one row), how they are known again, and the departments they belong to."""
