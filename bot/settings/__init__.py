"""The configuration: its names, its values, where it comes from."""
