"""The desk of a member of staff: the cases in view, and those snoozed until a day.

A snooze is a timer: its owner is the desk, its kind the subject, its note the time it was set. When it is due, the
overview is redrawn. Nothing else about the case changes, and deadlines go on. A case comes back before its day when
its customer has said something since, or when it must be accepted again.
"""

from collections.abc import Iterable

from conversations.cases.case import Case
from conversations.cases.policy import Staff
from conversations.effects import SetTimer
from conversations.events import Instant
from conversations.frozen import frozen
from conversations.subject import about_case
from conversations.timers import OwnerKind, owned_by
from handlers.turn.turn import Turn
from storage.interface.messages import Direction
from storage.interface.timers import Timer


@frozen
class Desk:
    """Cases in view, and snoozed ones, each with the time it comes back."""

    cases: tuple[Case, ...]
    away: tuple[tuple[Case, Instant], ...] = ()


def put_away(turn: Turn, case: Case, staff: Staff, until: Instant) -> None:
    """Hide a case from the desk of a member of staff."""
    timer = SetTimer(owned_by(OwnerKind.DESK, staff.id), str(about_case(case.id)), until)
    turn.set_timer(timer, conversation=case.conversation, case=case.id, note=str(turn.now))


async def desk_of(turn: Turn, staff: Staff, cases: Iterable[Case]) -> Desk:
    """Return which of these cases are in view for a member of staff now."""
    timers = {timer.kind: timer for timer in await turn.tx.timers.of(owned_by(OwnerKind.DESK, staff.id))}
    seen, away = list[Case](), list[tuple[Case, Instant]]()
    for case in cases:
        timer = timers.get(str(about_case(case.id)))
        if timer is not None and await _rests(turn, case, timer):
            away.append((case, timer.due))
        else:
            seen.append(case)
    return Desk(tuple(seen), tuple(sorted(away, key=lambda one: one[1])))


def whose(turn: Turn, timer: Timer) -> Staff | None:
    """Return whose desk a timer belongs to; None for somebody who is no longer staff."""
    return turn.organisation.policy.staff.get(timer.owner.partition(":")[2])


async def _rests(turn: Turn, case: Case, timer: Timer) -> bool:
    since = int(timer.note)
    if turn.now >= timer.due or not 0 < case.acknowledged <= since:
        return False
    return not any(
        one.direction is Direction.IN and one.at > since for one in await turn.tx.messages.of(case.id)
    )
