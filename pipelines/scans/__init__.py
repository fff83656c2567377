"""From photos of papers to what stands on them."""
