"""The process: wiring, configuration, platforms. May import everything of ours."""
