"""What happened, append-only: ids and typed values, never words or names, so that erasure leaves facts whole."""

from enum import StrEnum
from typing import Final, TypeAlias

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.kinds import CaseClock
from conversations.session import Value

STRANGER: Final = "stranger"
"""Who acts without being staff: who that is on their platform stands in no fact."""


class How(StrEnum):
    """How a walk of a dialogue ended."""

    FINISHED = "finished"  # answered to an outcome; an offer left unanswered counts as refused
    CANCELLED = "cancelled"  # the person stopped it
    EXPIRED = "expired"  # nobody answered for too long
    DISPLACED = "displaced"  # a new walk of the same dialogue took its place, or the dialogue is gone
    WITHDRAWN = "withdrawn"  # what it asks has lost its sense


@frozen
class Invited:
    """An invitation was stored."""

    dialogue: str
    touchpoint: str = ""
    language: str = ""


@frozen
class Started:
    """A dialogue began; `invited` tells whether through an invitation, `invitation` which.

    `origin` is the walk whose outcome led here, at the beginning of the chain; 0 where it began by itself.
    """

    session: int
    dialogue: str
    revision: str
    touchpoint: str = ""
    invited: bool = False
    party: str = ""
    product: str = ""
    language: str = ""
    invitation: int = 0
    origin: int = 0


@frozen
class Answered:
    """A question was answered. `metric` is nps, csat, ces or empty; `kind` the question type.

    `asked` is when it was asked; 0 where it was not, as a value given at the start answered it. `language` is that in
    which the walk began.
    """

    session: int
    dialogue: str
    question: str
    kind: str
    metric: str
    value: Value
    wording: str
    touchpoint: str = ""
    party: str = ""
    product: str = ""
    language: str = ""
    asked: Instant = 0


@frozen
class Corrected:
    """An answer was changed. `first_at` is when it was first given: the tally moves on that day.

    `was` is the wording of the old answer, empty where it is the same.
    """

    session: int
    dialogue: str
    question: str
    kind: str
    metric: str
    old: Value
    value: Value
    wording: str
    first_at: Instant
    touchpoint: str = ""
    party: str = ""
    product: str = ""
    language: str = ""
    was: str = ""


@frozen
class Skipped:
    """A question was passed over by the person; `asked` is when it was asked."""

    session: int
    dialogue: str
    question: str
    asked: Instant = 0


@frozen
class Reminded:
    """An unfinished dialogue was called to mind."""

    session: int
    dialogue: str


@frozen
class Ended:
    """A dialogue is over. `left` is the question that was open then, `asked` when it was asked."""

    session: int
    dialogue: str
    outcome: str
    how: How
    touchpoint: str = ""
    invited: bool = False
    party: str = ""
    product: str = ""
    language: str = ""
    left: str = ""
    asked: Instant = 0


@frozen
class CaseOpened:
    """A case was opened; `sessions` are the walks that led to it, the first one first."""

    case: int
    number: str
    kind: str
    category: str
    severity: str
    owner: str
    touchpoint: str = ""
    party: str = ""
    product: str = ""
    language: str = ""
    sessions: tuple[int, ...] = ()


@frozen
class CaseMoved:
    """A case changed state or hands; `actor` is a staff id from the configuration, `customer` or `clock`.

    `owner`, `severity` and `category` are what they are now, where the move changed them.
    """

    case: int
    action: str
    before: str
    after: str
    actor: str
    owner: str = ""
    severity: str = ""
    category: str = ""


@frozen
class Escalated:
    """A row of the escalation table told somebody: the `level`-th one of a clock (accept, answer or decide).

    `told` are staff ids, joined by commas.
    """

    case: int
    clock: CaseClock
    level: int
    told: str


@frozen
class Rejected:
    """A staff action was refused; `actor` is a staff id from the configuration, or `STRANGER`."""

    case: int
    action: str
    actor: str


@frozen
class Erased:
    """The words, names and files of a person were emptied; which person stands in the fact's row."""


@frozen
class Configured:
    """The service started with a new configuration: its hash, tokens left out, and the version of the program."""

    settings: str
    version: str


Fact: TypeAlias = (
    Invited
    | Started
    | Answered
    | Corrected
    | Skipped
    | Reminded
    | Ended
    | CaseOpened
    | CaseMoved
    | Escalated
    | Rejected
    | Erased
    | Configured
)
