"""What customers do, and what they are asked."""
