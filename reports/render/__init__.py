"""A digest as HTML, Slack blocks, terminal text and JSON."""
