"""Employment that a hire begins."""
