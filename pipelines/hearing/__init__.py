"""From sound to transcript and speech cues."""
