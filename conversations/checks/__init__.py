"""Checks of dialogues and texts beyond a single key, one kind of mistake per file."""
