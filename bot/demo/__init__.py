"""What `anliegen demo` plays: its cast and configuration, its history, and how the parts are started."""
