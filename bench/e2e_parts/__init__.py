"""The parts of `python -m bench e2e`, each against its targets of PERFORMANCE.md."""
