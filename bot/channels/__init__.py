"""One folder or file per platform; channels translate and never decide."""
