"""The command menu that a chat app shows beside the field for words."""

from collections.abc import Sequence
from typing import Final, TypeAlias

from conversations.texts.texts import Texts

Menus: TypeAlias = dict[str, list[tuple[str, str]]]
"""Language -> (command, description)."""

MENU: Final = ("start", "complain", "status", "human", "language", "help", "cancel")


def menus(texts: Texts, languages: Sequence[str]) -> Menus:
    """The menu per language."""
    return {
        language: [(name, texts.plain(f"menu.{name}", language)) for name in MENU] for language in languages
    }


def text_keys() -> tuple[str, ...]:
    """Return the texts whose keys are put together from names of commands."""
    return tuple(f"menu.{name}" for name in MENU)
