"""Routes of pay beside its lists."""
