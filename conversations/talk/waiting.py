"""How long a session waits for an answer, and under which name its timers run."""

from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import Session
from conversations.timers import Owner, OwnerKind, owned_by


@frozen
class QuestionTimeouts:
    """How long an unanswered question waits, in microseconds: until the reminder and until it expires; 0 for never."""

    remind: Instant
    expire: Instant


def owner(session: Session) -> Owner:
    """Return the name under which a session's timers run."""
    return owned_by(OwnerKind.SESSION, session.id)
