"""A SQLite database as a file on a disk."""
