"""What `python -m bench validity` measures, one file a kind of material."""
