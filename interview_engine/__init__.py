"""The domain: what an assessment and an employment are. Imports no model, media or web library."""

__version__ = "0.1.0"
