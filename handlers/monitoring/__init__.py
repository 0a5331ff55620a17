"""What the service notices about itself, and whom it tells."""
