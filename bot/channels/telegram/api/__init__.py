"""The Bot API: connection, calls, answers, errors."""
