"""What a move of a case is, and what comes of it. Values only."""

from conversations.cases.case import Case
from conversations.effects import DropTimer, SetTimer
from conversations.facts import Fact
from conversations.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Move:
    """Something that happens to a case. `actor` is a staff id, `customer` or `clock`; `to` the new owner."""

    action: str
    actor: str
    to: str = ""
    severity: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell these staff ids (a text key of `cases.toml`); `channel` also shows it outside the thread."""

    key: str
    staff: tuple[str, ...]
    channel: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What a move made of a case. `refused` is a text key when the move is not possible now."""

    case: Case
    facts: tuple[Fact, ...] = ()
    timers: tuple[SetTimer | DropTimer, ...] = ()
    notices: tuple[Notice, ...] = ()
    refused: str = ""
