"""The texts whose keys a talk composes from names; every other key is a literal in the code."""

from conversations.answers.courtesy import Courtesy
from conversations.definition.dialogue import BUTTONS
from conversations.refusals import Refusal
from conversations.talk.command_words import PURPOSE, Command

SAID = (Command.HELP, Command.PRIVACY)
"""Commands that are answered with the text of their name."""

KEPT = ("file", Refusal.KIND, Refusal.TOO_LARGE, Refusal.TOO_MANY)
"""The possible results for a file that does not answer a question."""


def text_keys() -> tuple[str, ...]:
    """Return them all."""
    buttons = (*BUTTONS, Command.START, *PURPOSE, Command.STATUS, Command.LANGUAGE)
    return (
        *(command.value for command in SAID),
        *(f"button.{name}" for name in dict.fromkeys(buttons)),
        *(f"kept.{one}" for one in KEPT),
        *(f"courtesy.{one}" for one in Courtesy),
    )
