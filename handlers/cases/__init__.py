"""Cases: opened, shown, written to, followed."""
