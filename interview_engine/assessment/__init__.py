"""Pure values and rules of an assessment: frozen dataclasses, numpy at most."""
