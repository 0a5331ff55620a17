"""A local Slack: Web API, events, interactivity, slash commands, Socket Mode, files and views, on loopback."""
