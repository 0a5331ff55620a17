"""What people give as an answer, or beside one, and how it is read."""
