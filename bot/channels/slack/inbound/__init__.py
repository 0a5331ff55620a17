"""From Slack to events."""
