"""API routes of the competency model, surveys and portraits."""
