"""Wrappers of trained models behind small protocols; weights by content hash."""
