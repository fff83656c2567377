"""Rosters: who works which shift on which day, made by a solver or by hand, and checked by one set of rules."""
