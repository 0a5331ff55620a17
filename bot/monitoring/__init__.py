"""Monitoring of the running process, from within and over HTTP."""
