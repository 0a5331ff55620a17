"""Question types, one file each; the file name is the type name in a dialogue file."""
