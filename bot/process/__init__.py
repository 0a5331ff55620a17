"""The running process: service, workers, signals, shutdown."""
