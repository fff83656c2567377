"""Legal entities, departments, positions."""
