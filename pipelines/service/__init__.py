"""Durable work of the service: queue, workers, child processes."""
