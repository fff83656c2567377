"""Pages for people: HTML made on the server."""
