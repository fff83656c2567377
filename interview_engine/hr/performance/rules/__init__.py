"""Rules of performance: pure functions over `Decimal` values. Shares, weights and bands come in as values."""
