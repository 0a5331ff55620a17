"""From Telegram to events."""
