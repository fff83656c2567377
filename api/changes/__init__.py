"""Pages that show what others change while they are open: one stream for console and phone (J5)."""
