"""What comes in: storing, routing, applying."""
