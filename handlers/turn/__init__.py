"""The turn: what one batch of events changes, and what it needs from outside."""
