"""Documents on paper that people sign: set as PDF, sealed, checked."""
