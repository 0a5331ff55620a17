"""The labels that the product itself shows, as commands: typing one does what pressing it does.

They are read from the texts, in all languages: a changed wording or a further language needs no change here.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from conversations.definition.library import Library
from conversations.question import PARSE_LIMIT, folded
from conversations.talk.command_words import Command
from conversations.texts.texts import Texts, language_name

SHOWN_AS = ("button", "menu")
"""The tables of texts that name commands: buttons below messages, and the menu of the chat app."""

NUMBER: Final = re.compile(r"\bA-\d{4}-\d{1,6}\b", re.IGNORECASE)
"""The number of a case as customers see and type it."""


def labelled(text: str, library: Library) -> tuple[Command, str] | None:
    """Return the command (and its argument) whose label is the whole message, in any language."""
    said = folded(text) if len(text) <= PARSE_LIMIT else ""
    if not said:
        return None
    if command := _commands(library.texts).get(said):
        return command, ""
    spoken = _languages(tuple(library.languages))
    return (Command.LANGUAGE, spoken[said]) if said in spoken else None


@lru_cache(maxsize=8)
def _languages(tags: tuple[str, ...]) -> Mapping[str, str]:
    """Languages by their own names, normalised."""
    return {folded(language_name(tag)): tag for tag in tags}


@lru_cache(maxsize=8)
def _commands(texts: Texts) -> Mapping[str, Command]:
    """Commands by normalised label; a label shared by two belongs to the first in the order of commands."""
    found: dict[str, Command] = {}
    for command in Command:
        for table in SHOWN_AS:
            for label in texts.entries.get(f"{table}.{command}", {}).values():
                found.setdefault(folded(label), command)
    return found


def opens_again(text: str, texts: Texts) -> bool:
    """Return whether a whole message is the label of a reopen button, with or without the case number."""
    if len(text) > PARSE_LIMIT:
        return False
    found, said = NUMBER.search(text), folded(text)
    if found is None:
        return said in _reopening(texts)
    tags = texts.entries["button.reopen_case"]
    return said in [folded(texts.plain("button.reopen_case", tag, number=found[0])) for tag in tags]


@lru_cache(maxsize=8)
def _reopening(texts: Texts) -> frozenset[str]:
    """The normalised label of the reopen button for a single case."""
    return frozenset(folded(label) for label in texts.entries["button.reopen"].values())


def names_case(text: str, texts: Texts) -> bool:
    """Return whether a whole message is the label of a case's button: its number, with or without its state."""
    found = NUMBER.match(text.strip()) if len(text) <= PARSE_LIMIT else None
    if found is None:
        return False
    rest = folded(text.strip()[found.end() :])
    states = (labels for key, labels in texts.entries.items() if key.startswith("case.state."))
    return not rest or any(rest == folded(label) for labels in states for label in labels.values())
