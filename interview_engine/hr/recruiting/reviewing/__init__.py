"""Assessments, reviews by people, the ranked list, calibrations."""
