"""The Web API's methods, one file per family; `registry.py` knows them by name."""
