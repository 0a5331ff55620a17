"""The interface of storage; the handlers know nothing else of it."""
