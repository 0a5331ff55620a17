"""One move of a case: `step(case, policy, move, now) -> Step`. Pure; deadlines are timers the step asks for."""

from typing import Final

from conversations.cases.case import Case, State
from conversations.cases.deadlines import (
    WAITING,
    acceptance,
    dropped,
    next_due,
    owner_of,
    promises,
    started,
    started_now,
)
from conversations.cases.lifecycle import LIFECYCLE
from conversations.cases.moves import Move, Notice, Step
from conversations.cases.policy import Policy
from conversations.effects import DropTimer, SetTimer
from conversations.events import Instant
from conversations.facts import CaseMoved
from conversations.frozen import replace

CLOCK: Final = "clock"
CUSTOMER: Final = "customer"
THEIRS: Final = ("agree", "refuse")
"""What the customer alone decides."""

ANYBODYS: Final = ("reopen",)
"""What customer and staff may do alike; all else is up to staff."""


def possible(case: Case) -> tuple[str, ...]:
    """Return what may happen to a case now, in the order of the table."""
    return tuple(one for one in LIFECYCLE.triggers(case.state) if not (one == "accept" and case.acknowledged))


def step(case: Case, policy: Policy, move: Move, now: Instant) -> Step:
    """Apply a move; an impossible one comes back with `refused` and the case untouched."""
    after = LIFECYCLE.fire(case.state, move.action, None)
    if after is None or not _may(move):
        return Step(case, refused=f"case.refused.{case.state.value}")
    if move.action == "accept" and case.acknowledged:
        return Step(case, refused="case.refused.taken")
    if move.action == "hand_over" and move.to not in policy.staff:
        return Step(case, refused="case.refused.nobody")
    moved = _changed(replace(case, state=State(after)), policy, move, now)
    fact = CaseMoved(case.id, move.action, case.state.value, after, move.actor)
    return Step(moved, (fact,), _timers(case, moved, policy, move, now), _notices(case, moved, policy, move))


def _may(move: Move) -> bool:
    return move.action in ANYBODYS or (move.actor == CUSTOMER) is (move.action in THEIRS)


def _changed(case: Case, policy: Policy, move: Move, now: Instant) -> Case:
    match move.action:
        case "accept":
            # Whoever accepts takes the case: a deputy who steps in is the owner from now on.
            case = replace(case, owner=move.actor, acknowledged=now, level="")
        case "assess":
            severity, category = move.severity or case.severity, move.category or case.category
            since, limits = started(case, policy), policy.deadlines_for(severity)
            due = since + (limits.solve if case.due_kind == "solve" else limits.answer)
            case = replace(case, severity=severity, category=category, due=due if case.due else 0)
        case "propose":
            case = replace(case, round=case.round + 1, solved=0)
        case "hand_over":
            case = replace(case, owner=move.to, acknowledged=0, level="")
        case "refuse":  # who decides has read it, also where nobody told us yet that it arrived
            case = replace(case, acknowledged=0, answered=case.answered or now, solved=0, level="")
        case "reopen":
            case = replace(case, acknowledged=0, solved=0, closed=0, level="")
        case "close":
            case = replace(case, closed=now)
        case "agree":
            case = replace(case, answered=case.answered or now, solved=now)
        case _:
            pass
    if move.action in ("refuse", "reopen") or (move.action == "propose" and not case.due):
        return started_now(case, policy, now)
    return next_due(case, policy)


def _timers(
    before: Case, case: Case, policy: Policy, move: Move, now: Instant
) -> tuple[SetTimer | DropTimer, ...]:
    owner = owner_of(case)
    match move.action:
        case "accept":
            return dropped(owner, "accept", "deputy")
        case "propose" if not before.due:
            return (*dropped(owner, *WAITING), *promises(case, policy))
        case "hand_over":
            return acceptance(case, policy, now)
        case "refuse" | "reopen":
            ours = (*acceptance(case, policy, now), *promises(case, policy))
            return (*dropped(owner, "answer", *WAITING), *ours)
        case "assess" if case.due != before.due:
            return promises(case, policy)
        case "agree" | "close":
            return (DropTimer(owner),)
        case _:
            return ()


def _notices(before: Case, case: Case, policy: Policy, move: Move) -> tuple[Notice, ...]:
    match move.action:
        case "hand_over":
            return (Notice("case.notice.handed_over", (case.owner,)),)
        case "agree":
            return (Notice("case.notice.agreed", (before.owner,)),)
        case "refuse":
            # A refusal climbs one level: the manager learns of it at once.
            told = tuple(dict.fromkeys(one for one in (case.owner, case.manager) if one in policy.staff))
            return (Notice("case.notice.refused", told),)
        case "reopen":
            return (Notice("case.notice.reopened", (case.owner,)),)
        case "close" if move.actor == CLOCK:
            return (Notice("case.notice.lapsed", (case.owner,)),)
        case _:
            return ()
