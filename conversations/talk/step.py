"""What one step of a dialogue comes to: the session as it now is, what happened, what to do, what to keep."""

from conversations.effects import Begin, Effect
from conversations.events import Instant
from conversations.facts import Fact
from conversations.frozen import dataclass
from conversations.session import Answer, Session


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it now is, to be kept: the same session and question replace."""

    session: int
    dialogue: str
    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an unanswered question waits, in microseconds: until the reminder and until the end; 0 for never."""

    remind: Instant
    expire: Instant


@dataclass(frozen=True, slots=True)
class Step:
    """What became of it. `session` is None when the dialogue is over, `begin` the one that follows it.

    `toast` is a short plain text for the pressed button; `refused` tells that the reply was no answer to the question.
    """

    session: Session | None
    facts: tuple[Fact, ...] = ()
    effects: tuple[Effect, ...] = ()
    answers: tuple[Given, ...] = ()
    begin: Begin | None = None
    toast: str = ""
    refused: bool = False


def owner(session: Session) -> str:
    """Return the name under which a session's timers run."""
    return f"session:{session.id}"
