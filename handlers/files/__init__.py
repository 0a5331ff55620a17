"""Files that people send: fetching, quota, albums."""
