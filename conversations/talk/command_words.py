"""The commands of people: as slash commands, as plain words in every language, and as buttons."""

from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache

from conversations.question import clean
from conversations.texts.phrases import LONGEST, level, without_politeness
from conversations.texts.vocabulary import Vocabulary


class Command(StrEnum):
    """The value is the slash command, and the key of the button."""

    START = "start"
    HELP = "help"
    BACK = "back"
    CORRECT = "correct"
    SKIP = "skip"
    CANCEL = "cancel"
    LANGUAGE = "language"
    COMPLAIN = "complain"
    PRAISE = "praise"
    IDEA = "idea"
    QUESTION = "question"
    HUMAN = "human"
    STATUS = "status"
    PRIVACY = "privacy"


PURPOSE = {
    Command.COMPLAIN: "complaint",
    Command.PRAISE: "praise",
    Command.IDEA: "idea",
    Command.QUESTION: "question",
}
"""Commands that begin a dialogue of a purpose."""

HELPLESS = ("?", "??", "???")

ONLY_OUTSIDE = frozenset({Command.PRAISE, Command.IDEA, Command.QUESTION})
"""As plain words these are too common: they may be an answer."""

OF_THE_QUESTION = frozenset({Command.BACK, Command.SKIP, Command.CANCEL, Command.CORRECT})
"""Their buttons belong to the question they stand under."""


def command_in(text: str, vocabulary: Vocabulary, *, asked: bool) -> tuple[Command, str] | None:
    """Return the command (and its argument) that a whole message is; `asked`: whether a question is open."""
    if len(text) > LONGEST:
        return None
    text = clean(text)
    if text in HELPLESS:
        return Command.HELP, ""
    words = _words(vocabulary)
    for said in (level(text, vocabulary), without_politeness(text, vocabulary)):
        found = words.get(said)
        if found and not (asked and found[0] in ONLY_OUTSIDE):
            return found
    return None


def slash_commands(vocabulary: Vocabulary) -> Mapping[str, Command]:
    """Return the commands by their slash names in every language."""
    return _slashes(vocabulary)


def plain_words(vocabulary: Vocabulary) -> Mapping[str, tuple[Command, str]]:
    """Return the commands, with the language one asks for, by their normalised plain words."""
    return _words(vocabulary)


@lru_cache(maxsize=8)
def _slashes(vocabulary: Vocabulary) -> Mapping[str, Command]:
    named = {command.value: command for command in Command}
    for one in vocabulary.idioms:
        for name, words in one.table("slash").items():
            for word in words.split(","):
                named.setdefault(word.strip(), Command(name))
    return named


@lru_cache(maxsize=8)
def _words(vocabulary: Vocabulary) -> Mapping[str, tuple[Command, str]]:
    found: dict[str, tuple[Command, str]] = {}
    for one in vocabulary.idioms:
        for phrase in one.listed("called"):
            found.setdefault(level(phrase, vocabulary), (Command.LANGUAGE, one.tag))
    for one in vocabulary.idioms:
        for command in Command:
            for phrase in one.listed(f"words.{command}"):
                found.setdefault(level(phrase, vocabulary), (command, ""))
    return found
