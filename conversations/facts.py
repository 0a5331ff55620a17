"""What happened, append-only: ids and typed values, never words or names, so that erasure leaves facts whole."""

from typing import TypeAlias

from conversations.events import Instant
from conversations.frozen import dataclass
from conversations.session import Value


@dataclass(frozen=True, slots=True)
class Invited:
    """An invitation was stored."""

    dialogue: str
    touchpoint: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """A dialogue began; `invited` tells whether through an invitation."""

    session: int
    dialogue: str
    revision: str
    touchpoint: str = ""
    invited: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """A question was answered. `metric` is nps, csat, ces or empty; `kind` the question type."""

    session: int
    dialogue: str
    question: str
    kind: str
    metric: str
    value: Value
    wording: str
    touchpoint: str = ""


@dataclass(frozen=True, slots=True)
class Corrected:
    """An answer was changed. `first_at` is when it was first given: the tally moves in that week."""

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


@dataclass(frozen=True, slots=True)
class Skipped:
    """A question was passed over by the person."""

    session: int
    dialogue: str
    question: str


@dataclass(frozen=True, slots=True)
class Reminded:
    """An unfinished dialogue was called to mind."""

    session: int
    dialogue: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A dialogue is over. `how` is finished, cancelled, expired, displaced or withdrawn."""

    session: int
    dialogue: str
    outcome: str
    how: str
    touchpoint: str = ""
    invited: bool = False


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """A case was opened."""

    case: int
    number: str
    kind: str
    category: str
    severity: str
    owner: str
    touchpoint: str = ""


@dataclass(frozen=True, slots=True)
class CaseMoved:
    """A case changed state or hands; `actor` is a staff id from the configuration, `customer` or `clock`."""

    case: int
    action: str
    before: str
    after: str
    actor: str


@dataclass(frozen=True, slots=True)
class Escalated:
    """A deadline passed and somebody higher was told. `level` is accept, deputy, answer or solve."""

    case: int
    level: str
    told: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A staff action was refused; `actor` is the platform's user id."""

    case: int
    action: str
    actor: str


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
)
