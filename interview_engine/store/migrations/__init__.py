"""Alembic's folder: one revision a change of the tables."""
