"""Pages of who leaves, and of things handed out."""
