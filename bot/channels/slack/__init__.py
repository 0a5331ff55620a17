"""Slack as a channel: the only place that imports `slack_sdk` and `slack_bolt`."""
