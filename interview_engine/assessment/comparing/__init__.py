"""Comparing interviews: ranking, match, fairness, and what a changed rubric would change."""
