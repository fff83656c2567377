"""Console pages of kits, the competency model and portraits."""
