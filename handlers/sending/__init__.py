"""What goes out: claimed, sent, recorded, given up."""
