"""A local Telegram: the Bot API over HTTP, and the people, groups and channels on its other side."""
