"""Pages of the calendar: a year's days, and the notices that set them."""
