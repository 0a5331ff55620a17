"""Report sections, one file each, found by their file name."""
