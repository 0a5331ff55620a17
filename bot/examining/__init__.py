"""What `anliegen doctor` looks at, one kind of thing a file; nothing here changes anything."""
