"""Text: sentence embeddings and language model endpoints."""
