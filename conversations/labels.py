"""The labels that the product itself shows, as commands: typing one does what pressing it does.

They are read from the texts, in all their languages: a changed wording or a further language needs nothing here.
"""

from collections.abc import Mapping
from functools import lru_cache

from conversations.library import Library
from conversations.question import PARSE_LIMIT, folded
from conversations.texts import Texts, language_name
from conversations.words import Command

SHOWN_AS = ("button", "menu")
"""The tables of texts that name commands: buttons below messages, and the menu of the chat app."""


def labelled(text: str, library: Library) -> tuple[Command, str] | None:
    """Return the command (and its argument) whose label a whole message is, in any language."""
    said = folded(text) if len(text) <= PARSE_LIMIT else ""
    if not said:
        return None
    if command := _commands(library.texts).get(said):
        return command, ""
    spoken = {folded(language_name(tag)): tag for tag in library.languages}
    return (Command.LANGUAGE, spoken[said]) if said in spoken else None


@lru_cache(maxsize=8)
def _commands(texts: Texts) -> Mapping[str, Command]:
    """Every label as it is compared; where two commands share one, the first in the order of commands has it."""
    found: dict[str, Command] = {}
    for command in Command:
        for table in SHOWN_AS:
            for label in texts.entries.get(f"{table}.{command}", {}).values():
                found.setdefault(folded(label), command)
    return found
