"""The page that shows both platforms side by side: its endpoints here, what the browser gets in `static/`."""
