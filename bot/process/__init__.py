"""The running process: service, workers, signals, ends."""
