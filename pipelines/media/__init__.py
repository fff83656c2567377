"""From recordings to sound and sampled pictures, and back to files that browsers play."""
