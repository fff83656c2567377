"""Performance on the phone: goals to confirm, progress, work reports, reviews, results."""
