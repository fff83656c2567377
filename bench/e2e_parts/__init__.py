"""The parts of `python -m bench e2e`, each against its targets (docs/performance.md)."""
