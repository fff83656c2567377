"""From an accepted offer to the first day: the entry form, the approval, the welcome, and who does not come."""
