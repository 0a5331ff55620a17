"""What `anliegen init` lays into a new folder."""
