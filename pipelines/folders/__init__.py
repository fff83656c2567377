"""Interviews as folders of files: manifests, batches, ranking, calibration and audit of a folder."""
