"""Offers, and the hire."""
