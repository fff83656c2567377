"""Pages of any list, made of its declaration."""
