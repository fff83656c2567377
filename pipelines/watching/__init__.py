"""From sampled pictures to visual cues."""
