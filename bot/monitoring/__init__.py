"""What looks at the running process, and what others may ask it."""
