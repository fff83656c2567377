"""Pages of pay."""
