"""Copies of a database: made, put back, moved elsewhere."""
