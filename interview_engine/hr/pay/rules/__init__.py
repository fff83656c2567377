"""Rules of pay: pure functions over `Decimal` yuan and days. Figures of law and of cities come in as values."""
