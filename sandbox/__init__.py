"""A local Telegram and a local Slack that behave, and refuse, as the real platforms do; nothing here knows the bot."""
