"""What the commands do; how they are called is in `bot/cli.py`."""
