"""A move of a case and its result. Values only."""

from collections.abc import Mapping
from dataclasses import field
from typing import Final, TypeAlias

from conversations.cases.case import Case
from conversations.effects import DropTimer, SetTimer
from conversations.events import Instant
from conversations.facts import Fact
from conversations.forms import FieldValues
from conversations.frozen import frozen

CLOCK: Final = "clock"
CUSTOMER: Final = "customer"

AFTER_CASE: Final = "after_case"
"""The dialogue that asks how a case was handled."""

PROPOSAL: Final = "solution"
"""The dialogue that asks whether a proposed solution is accepted."""


@frozen
class Move:
    """Something that happens to a case. `actor` is a staff id, `customer` or `clock`; `values` come from its form."""

    action: str
    actor: str
    values: FieldValues = field(default_factory=dict)

    def word(self, name: str) -> str:
        """Return the value of a text, choice or person field; empty where it was left out."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""

    def moment(self, name: str) -> int:
        """Return the start of a date field's day (UTC microseconds); 0 where it was left out."""
        value = self.values.get(name, 0)
        return value if isinstance(value, int) else 0


@frozen
class Notice:
    """Tell these staff ids (a text key of `cases.toml`); `channel` also shows it outside the thread.

    `channels` are further channels to post in. `due` is the deadline promised to the customer, 0 where there is none.
    """

    key: str
    staff: tuple[str, ...]
    channel: bool = False
    channels: tuple[str, ...] = ()
    due: Instant = 0


# -- further consequences of a staff action: performed in this order, after the case, its timers and notices ---------


@frozen
class Labels:
    """The labels of these text keys, joined; a word that the organisation made up is shown as it is."""

    keys: tuple[str, ...]


@frozen
class Who:
    """The name of a member of staff, by staff id."""

    staff: str


Shown: TypeAlias = str | int | Labels | Who
"""A value for a text: somebody's words (inert), a moment or number, labels, a name."""


@frozen
class ThreadLine:
    """A line in the thread, in the owner's language. The text gets `actor` automatically."""

    key: str
    values: Mapping[str, Shown] = field(default_factory=dict)
    goes_on: bool = False  # belongs to the post before it and is for those called there


@frozen
class KeepNote:
    """A note with the case, shown as a line of the text `key`; the customer does not see it."""

    key: str
    words: str
    values: Mapping[str, Shown] = field(default_factory=dict)


@frozen
class TellCustomer:
    """One of our texts about the case for the customer, with `words` in it where the text shows them."""

    key: str
    words: str | None = None


@frozen
class SendWords:
    """The actor's words to the customer, within the text `key`; the thread shows whether they arrived."""

    key: str
    words: str


@frozen
class AskCustomer:
    """Begin a dialogue about the case with the actor's `words` as its `proposal`; the thread shows their delivery."""

    dialogue: str
    words: str = ""


@frozen
class Withdraw:
    """End a dialogue that still asks about the case."""

    dialogue: str


@frozen
class TakeBackRating:
    """The case was reopened and can no longer be rated: withdraw the rating question and its answer."""


@frozen
class PutAway:
    """Hide the case from the actor's own desk until a moment; nothing else changes."""

    until: Instant


Consequence: TypeAlias = (
    ThreadLine | KeepNote | TellCustomer | SendWords | AskCustomer | Withdraw | TakeBackRating | PutAway
)


@frozen
class CaseStep:
    """The result of a move. `refused` is a text key when the move is not possible now."""

    case: Case
    facts: tuple[Fact, ...] = ()
    timers: tuple[SetTimer | DropTimer, ...] = ()
    notices: tuple[Notice, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    refused: str = ""
