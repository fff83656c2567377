"""The stages of an assessment and how they run."""
