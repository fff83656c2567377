"""Console pages on the quality of scores: calibration and fairness."""
