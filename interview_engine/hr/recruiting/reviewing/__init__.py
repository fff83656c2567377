"""What was found and decided: assessments, reviews, the ranked list, calibrations."""
