"""Time: shifts, who works which on which day, punches, the days that follow from them, and overtime."""
