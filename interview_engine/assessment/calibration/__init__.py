"""Calibration on human ratings, and agreement among raters."""
