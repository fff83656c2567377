"""Reports and rankings as JSON, HTML and PDF."""
