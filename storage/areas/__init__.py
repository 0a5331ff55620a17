"""One area of the tables a file: its statements and what they return."""
