"""From messages and effects to Telegram."""
