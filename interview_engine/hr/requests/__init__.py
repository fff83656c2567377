"""What persons ask for: one engine for every kind, from the form to the effect and back."""
