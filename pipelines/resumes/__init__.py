"""From the files that résumés come in to their text, as a reader sees it."""
