"""Command line, web application and API."""
