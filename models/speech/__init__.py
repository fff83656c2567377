"""Speech: recognition, voice activity, speaker vectors."""
