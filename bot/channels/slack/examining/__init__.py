"""What `anliegen doctor` asks Slack, one kind of thing a file."""
