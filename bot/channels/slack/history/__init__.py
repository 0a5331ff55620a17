"""Catching up on messages missed while offline."""
