"""One file per area: its statements and what they return."""
