"""What happened, append-only: ids and typed values, never words or names, so that erasure leaves facts intact."""

from enum import StrEnum
from typing import Final, TypeAlias

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.kinds import CaseClock
from conversations.session import Value

STRANGER: Final = "stranger"
"""The actor of somebody who is not staff: facts do not hold their platform identity."""


class How(StrEnum):
    """How a session ended."""

    FINISHED = "finished"  # reached an outcome; an unanswered offer counts as refused
    CANCELLED = "cancelled"  # the person stopped it
    EXPIRED = "expired"  # not answered in time
    DISPLACED = "displaced"  # a new session of the same dialogue replaced it, or the dialogue is gone
    WITHDRAWN = "withdrawn"  # its question has become pointless


@frozen
class Invited:
    """An invitation was stored."""

    dialogue: str
    touchpoint: str = ""
    language: str = ""


@frozen
class Started:
    """A dialogue began; `invited`: whether through an invitation, `invitation`: which one.

    `origin` is the first session of the chain that led here; 0 where it began by itself.
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

    `asked` is when it was asked; 0 where a binding answered it instead. `language` is the one in which the session
    began.
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
    """An answer was corrected. `first_at` is when it was first given: the tally of that day changes.

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
    """The person skipped a question; `asked` is when it was asked."""

    session: int
    dialogue: str
    question: str
    asked: Instant = 0


@frozen
class Reminded:
    """The person was reminded of an unfinished dialogue."""

    session: int
    dialogue: str


@frozen
class Ended:
    """A session ended. `left` is the question that was open then, `asked` when it was asked."""

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
    """A case was opened; `sessions` are those that led to it, first one first."""

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
    """A case changed state or owner; `actor` is a staff id from the configuration, `customer` or `clock`.

    `owner`, `severity` and `category` are the new values, where the move changed them.
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
    """The words, names and files of a person were erased; the fact's row names the person."""


@frozen
class Configured:
    """The service started with a new configuration: its hash (without tokens) and the program version."""

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
