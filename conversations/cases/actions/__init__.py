"""Every action is one module here; `conversations/cases/action.py` says what it consists of and finds it."""
