"""python -m bench …: speed, validity, robustness; one file a benchmark."""
