"""One module per action; `conversations/cases/action.py` defines what an action consists of and finds them."""
