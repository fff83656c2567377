"""What each company of the group sets for itself: modules on and off, its time zone, congratulations."""
