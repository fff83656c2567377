"""Readers of the rated text sets: each gives items with a kit made of the set's own rubric or reference answer."""
