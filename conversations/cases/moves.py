"""What a move of a case is, and what comes of it. Values only."""

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
"""The dialogue that asks whether a proposed solution is one."""


@frozen
class Move:
    """Something that happens to a case. `actor` is a staff id, `customer` or `clock`; `values` come from its form."""

    action: str
    actor: str
    values: FieldValues = field(default_factory=dict)

    def word(self, name: str) -> str:
        """Return what a field of words, of a choice or of a person holds; empty where it was left out."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""

    def moment(self, name: str) -> int:
        """Return when the day of a field begins (UTC microseconds); 0 where it was left out."""
        value = self.values.get(name, 0)
        return value if isinstance(value, int) else 0


@frozen
class Notice:
    """Tell these staff ids (a text key of `cases.toml`); `channel` also shows it outside the thread.

    `channels` are further places where it is read. `due` is by when the customer was promised something, 0 where it is
    not about that.
    """

    key: str
    staff: tuple[str, ...]
    channel: bool = False
    channels: tuple[str, ...] = ()
    due: Instant = 0


# -- what staff's action asks for besides: performed in this order, after the case, its timers and notices -----------


@frozen
class Labels:
    """Labels of these text keys, one after the other; a word that the organisation made up stands for itself."""

    keys: tuple[str, ...]


@frozen
class Who:
    """The name of a member of staff, by staff id."""

    staff: str


Shown: TypeAlias = str | int | Labels | Who
"""What is put into a text: somebody's words, which do nothing there, a moment or number, labels, a name."""


@frozen
class ThreadLine:
    """A line in the thread, in the language of the owner. `actor` is put into the text by itself."""

    key: str
    values: Mapping[str, Shown] = field(default_factory=dict)
    goes_on: bool = False  # for whoever was called in the post before it


@frozen
class KeepNote:
    """A note with the case, shown as a line of the text `key`; the customer does not see it."""

    key: str
    words: str
    values: Mapping[str, Shown] = field(default_factory=dict)


@frozen
class TellCustomer:
    """A text of ours about the case for the customer, with somebody's `words` in it where it has room for them."""

    key: str
    words: str | None = None


@frozen
class SendWords:
    """Words of the actor's for the customer, within the text `key`; the thread shows whether they arrived."""

    key: str
    words: str


@frozen
class AskCustomer:
    """Begin a dialogue about the case; `words` of the actor's are its `proposal`, and the thread shows their fate."""

    dialogue: str
    words: str = ""


@frozen
class Withdraw:
    """End what a dialogue still asks about the case."""

    dialogue: str


@frozen
class TakeBackRating:
    """The case has no end any more that could be rated: withdraw the question and what was answered to it."""


@frozen
class PutAway:
    """Hide the case from the actor's own desk until a moment; everything else goes on."""

    until: Instant


Consequence: TypeAlias = (
    ThreadLine | KeepNote | TellCustomer | SendWords | AskCustomer | Withdraw | TakeBackRating | PutAway
)


@frozen
class CaseStep:
    """What a move made of a case. `refused` is a text key when the move is not possible now."""

    case: Case
    facts: tuple[Fact, ...] = ()
    timers: tuple[SetTimer | DropTimer, ...] = ()
    notices: tuple[Notice, ...] = ()
    consequences: tuple[Consequence, ...] = ()
    refused: str = ""
