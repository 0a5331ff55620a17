"""The commands, each one file: `bot/command_line/finding.py` says what lies in it."""
