"""Things of the company that people have in their hands, and what became of them."""
