"""Three ways of assessing one recording: what one would write today, the best known practice, and the product."""
