"""Whisper in torch: weights, layers, search, alignment."""
