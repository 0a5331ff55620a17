"""What goes out: claiming, sending, recording, giving up."""
