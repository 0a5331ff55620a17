"""Texts that people read, and what they may consist of."""
