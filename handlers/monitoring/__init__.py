"""The service monitors itself and tells staff."""
