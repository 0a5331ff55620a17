"""Files that people send: fetched, counted, told apart from albums."""
