"""The one approval engine for every request."""
