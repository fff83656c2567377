"""Faces, hands and poses by networks that run in batches."""
