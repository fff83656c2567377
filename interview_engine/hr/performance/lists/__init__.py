"""Lists and forms of performance."""
