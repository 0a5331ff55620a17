"""Every text whose key is put together from names: of commands, question types, actions, states, alarms, metrics ...

A new name without its words is found before anybody is told anything: `check` and the start compare these keys with
what each language has. Keys that stand in the code as they are need no list; a test reads the code for them.
"""

import bot.menu
import conversations.cases.action
import conversations.cases.elapsed
import conversations.talk.text_keys
import handlers.text_keys
import reports.digest
from conversations.question import type_keys


def text_keys() -> tuple[str, ...]:
    """Return them all."""
    return (
        *bot.menu.text_keys(),
        *type_keys(),
        *conversations.cases.action.text_keys(),
        *conversations.cases.elapsed.text_keys(),
        *conversations.talk.text_keys.text_keys(),
        *handlers.text_keys.text_keys(),
        *reports.digest.text_keys(),
    )
