"""How long a session waits for an answer, and under which name its timers run."""

from conversations.events import Instant
from conversations.frozen import dataclass
from conversations.session import Session


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an unanswered question waits, in microseconds: until the reminder and until the end; 0 for never."""

    remind: Instant
    expire: Instant


def owner(session: Session) -> str:
    """Return the name under which a session's timers run."""
    return f"session:{session.id}"
