"""What was said in Slack while nobody listened."""
