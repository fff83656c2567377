"""Content scores from transcripts."""
