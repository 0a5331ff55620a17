"""What the result of a send means for its row: sent, retried later, given up, or unknown. Pure."""

from typing import Final

from conversations.events import DAY, Instant
from handlers.turn.ports import Later, Never, Outcome, Sent, Unknown
from storage.interface.claims import Claimed
from storage.interface.outbox import ROUND, BodyKind, Delivery, OutboxState

AGAIN_AFTER: Final = (2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 1800.0)
"""Seconds after each lost response until a repeatable row is sent again; after the last, it is given up."""

PATIENCE: Final = DAY
"""How long a surely unsent row is retried, unless the platform or the channel accepts nothing at all."""

SHUT_FOR: Final = 120.0
"""Longest backoff in seconds between probes of a channel that accepts no posts; the first is after two seconds."""

REFUSED: Final = frozenset({"too-large", "wrong-type"})
"""Refused files: the sender is told, and no operator needs to act."""

_EAGER: Final = 4  # attempts that wait only as long as the platform asked
_LONGEST: Final = 60.0
_MOVES: Final = 5  # how often a message may follow a chat to a new id


def judged(claimed: Claimed, outcome: Outcome, now: Instant) -> Outcome:
    """Judge an outcome: a row retried for too long is given up."""
    match outcome:
        case Later(whole=False, shut=False) if now - claimed.queued > PATIENCE and not claimed.shut:
            return Never(f"given up after a day: {outcome.reason}")
        case Never(moved=chat) if chat and (chat == claimed.row.address.chat or _attempt(claimed) > _MOVES):
            return Never(outcome.reason)
    return outcome


def is_last(claimed: Claimed) -> bool:
    """Return whether it will not be retried although it is unknown whether it arrived."""
    return not claimed.row.resend or claimed.uncertain >= len(AGAIN_AFTER)


def delivery(claimed: Claimed, outcome: Outcome) -> Delivery:
    """Return what to store of a judged outcome."""
    row, attempt = claimed.row.id, claimed.attempt
    match outcome:
        case Sent():
            return Delivery(row, attempt, OutboxState.SENT, message=outcome.message)
        case Later():
            return Delivery(
                row, attempt, OutboxState.WAITING, reason=outcome.reason, wait=_pause(claimed, outcome)
            )
        case Never() if outcome.moved:
            return Delivery(row, attempt, OutboxState.WAITING, reason=outcome.reason)  # for the new chat id
        case Never() if claimed.row.kind is BodyKind.DOWNLOAD and outcome.reason in REFUSED:
            return Delivery(row, attempt, OutboxState.SENT, reason=outcome.reason)
        case Never():
            return Delivery(row, attempt, OutboxState.DEAD, reason=outcome.reason)
        case Unknown() if is_last(claimed):
            return Delivery(row, attempt, OutboxState.UNKNOWN, reason=outcome.reason, final=True)
        case Unknown():
            wait = AGAIN_AFTER[claimed.uncertain]
            return Delivery(row, attempt, OutboxState.UNKNOWN, reason=outcome.reason, wait=wait)


def _pause(claimed: Claimed, outcome: Later) -> float:
    """Return the wait asked for; longer after several failed attempts."""
    if outcome.shut:
        return min(2.0 ** min(claimed.attempt // ROUND + 1, 10), SHUT_FOR)
    beyond = _attempt(claimed) - _EAGER
    return max(outcome.seconds, min(2.0**beyond, _LONGEST)) if beyond > 0 else outcome.seconds


def _attempt(claimed: Claimed) -> int:
    return claimed.attempt % ROUND
