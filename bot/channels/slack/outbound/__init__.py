"""From bodies and effects to Slack."""
