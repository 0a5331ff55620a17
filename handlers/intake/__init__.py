"""What comes in: stored, sorted, applied."""
