"""Weights: where they come from, their hashes, their conversion."""
