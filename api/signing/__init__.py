"""Signatures at the edge: who makes them, and the way of a contract from its text to its evidence."""
