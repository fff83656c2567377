"""Who is planned after whom: key posts, their successors and how ready they are (M1)."""
