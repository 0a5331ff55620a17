"""One folder or file a platform; each translates and never decides."""
