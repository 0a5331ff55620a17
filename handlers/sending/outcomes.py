"""What the end of a send means for its row: sent, tried again later, given up, or left unknown. Pure."""

from typing import Final

from conversations.events import DAY, Instant
from handlers.turn.ports import Later, Never, Outcome, Sent, Unknown
from storage.interface.claims import Claimed
from storage.interface.outbox import ROUND, Delivery

AGAIN_AFTER: Final = (2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 1800.0)
"""Seconds after each lost answer until a row that may come twice is sent again; with the next one it is given up."""

PATIENCE: Final = DAY
"""How long a row is tried that its platform surely did not take, unless platform or place take nothing at all."""

SHUT_FOR: Final = 120.0
"""Seconds at most between two tries whether a place takes posts again; the first comes after two."""

REFUSED: Final = frozenset({"too-large", "wrong-type"})
"""Files that are not taken: whoever sent one is told, and nobody has anything to mend."""

_EAGER: Final = 4  # attempts that wait no longer than asked for
_LONGEST: Final = 60.0
_MOVES: Final = 5  # how often a message may follow a chat to a new place


def judged(claimed: Claimed, outcome: Outcome, now: Instant) -> Outcome:
    """What an outcome comes to: what was tried for too long will never be sent."""
    match outcome:
        case Later(whole=False, shut=False) if now - claimed.queued > PATIENCE and not claimed.shut:
            return Never(f"given up after a day: {outcome.reason}")
        case Never(moved=chat) if chat and (chat == claimed.row.address.chat or _attempt(claimed) > _MOVES):
            return Never(outcome.reason)
    return outcome


def is_last(claimed: Claimed) -> bool:
    """Whether nobody will try again although nobody knows whether it arrived."""
    return not claimed.row.resend or claimed.uncertain >= len(AGAIN_AFTER)


def delivery(claimed: Claimed, outcome: Outcome) -> Delivery:
    """What to store of a judged outcome."""
    row, attempt = claimed.row.id, claimed.attempt
    match outcome:
        case Sent():
            return Delivery(row, attempt, "sent", message=outcome.message)
        case Later():
            return Delivery(row, attempt, "waiting", reason=outcome.reason, wait=_pause(claimed, outcome))
        case Never() if outcome.moved:
            return Delivery(row, attempt, "waiting", reason=outcome.reason)  # for its new place
        case Never() if claimed.row.kind == "download" and outcome.reason in REFUSED:
            return Delivery(row, attempt, "sent", reason=outcome.reason)
        case Never():
            return Delivery(row, attempt, "dead", reason=outcome.reason)
        case Unknown() if is_last(claimed):
            return Delivery(row, attempt, "unknown", reason=outcome.reason, final=True)
        case Unknown():
            wait = AGAIN_AFTER[claimed.uncertain]
            return Delivery(row, attempt, "unknown", reason=outcome.reason, wait=wait)


def _pause(claimed: Claimed, outcome: Later) -> float:
    """As long as asked for; longer when that has not helped several times."""
    if outcome.shut:
        return min(2.0 ** min(claimed.attempt // ROUND + 1, 10), SHUT_FOR)
    beyond = _attempt(claimed) - _EAGER
    return max(outcome.seconds, min(2.0**beyond, _LONGEST)) if beyond > 0 else outcome.seconds


def _attempt(claimed: Claimed) -> int:
    return claimed.attempt % ROUND
