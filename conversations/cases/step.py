"""One move of a case: `step(case, policy, move, now) -> Step`. Pure; deadlines are timers the step asks for.

A promise to the customer is kept when the words arrive, not when staff send them (`delivered`). A proposal that has
arrived waits for the customer; when they say nothing it is called to mind, and then the case is closed by the clock.
"""

from typing import Final

from conversations.cases.case import Case, State
from conversations.cases.lifecycle import LIFECYCLE
from conversations.cases.policy import Policy
from conversations.effects import DropTimer, SetTimer
from conversations.events import DAY, Instant
from conversations.facts import CaseMoved, Escalated, Fact
from conversations.frozen import dataclass, replace

REMIND: Final = 3 * DAY
"""How long a proposal waits for the customer until it is called to mind."""

LAPSE: Final = 7 * DAY
"""How long it waits after that until the case is closed."""

WAITING: Final = ("remind", "close")
"""The timers of a proposal that waits for the customer: one of them runs, and no promise does."""

CLOCK: Final = "clock"
CUSTOMER: Final = "customer"
THEIRS: Final = ("agree", "refuse")
"""What the customer alone decides."""

ANYBODYS: Final = ("reopen",)
"""What customer and staff may do alike; all else is up to staff."""


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


def opened(case: Case, policy: Policy, now: Instant) -> Step:
    """Set every deadline of a new case; what needs no answer has none."""
    case = _with_due(case, policy, now)
    return Step(case, timers=(*_promises(case, policy), *_acceptance(case, policy, now)))


def delivered(case: Case, policy: Policy, now: Instant, *, proposal: bool) -> Step:
    """Words of staff have arrived: a promise is kept, and a proposal waits for the customer from now on."""
    answered = replace(case, answered=case.answered or now)
    owner = owner_of(case)
    if case.state is State.PROPOSED and (proposal or case.solved):
        waiting = replace(answered, solved=now if proposal else case.solved, due=0, due_kind="")
        return Step(waiting, timers=(*_dropped(owner, "answer", "solve", "close"), _reminder(owner, now)))
    kept = _due(answered, policy)
    next_one = (SetTimer(owner, kept.due_kind, kept.due),) if kept.due > now and kept != answered else ()
    return Step(kept, timers=(*_dropped(owner, "answer"), *next_one))


def undelivered(case: Case, policy: Policy, now: Instant, *, proposal: bool) -> Step:
    """Words of staff did not arrive: whoever waits for a proposal they have not seen is owed one."""
    return _owed(case, policy, now, "solve") if proposal else Step(case)


def heard(case: Case, policy: Policy, now: Instant) -> Step:
    """The customer has written: while a proposal waits for their decision, now we owe them an answer."""
    return _owed(case, policy, now, "answer")


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


def elapsed(case: Case, policy: Policy, kind: str, now: Instant) -> Step:
    """A deadline passed. Nobody is told when what it waited for has happened meanwhile."""
    match kind:
        case _ if not case.is_open:
            return Step(case)
        case "remind" if case.awaits_customer:
            return Step(case, timers=(SetTimer(owner_of(case), "close", now + LAPSE),))
        case "close" if case.awaits_customer:
            return step(case, policy, Move("close", CLOCK), now)
        case _ if not case.is_promised:
            return Step(replace(case, due=0, due_kind=""))  # of a time when praise had deadlines
        case "accept" if not case.acknowledged:
            staff, level, key = (case.deputy, case.owner), "deputy", "case.escalate.accept"
        case "deputy" if not case.acknowledged:
            staff, level, key = (case.manager, case.deputy), "manager", "case.escalate.deputy"
        case "answer" if case.due_kind == "answer":
            staff, level, key = (case.owner, case.manager), case.level, "case.escalate.answer"
        case "solve" if not case.awaits_customer:
            staff, level, key = (case.owner, case.manager), case.level, "case.escalate.solve"
        case _:
            return Step(case)
    told = tuple(dict.fromkeys(one for one in staff if one in policy.staff))
    fact = Escalated(case.id, kind, ",".join(told))
    return Step(replace(case, level=level), (fact,), notices=(Notice(key, told, channel=True),))


def owner_of(case: Case) -> str:
    """The name under which a case owns its timers."""
    return f"case:{case.id}"


def _may(move: Move) -> bool:
    return move.action in ANYBODYS or (move.actor == CUSTOMER) is (move.action in THEIRS)


def _changed(case: Case, policy: Policy, move: Move, now: Instant) -> Case:
    match move.action:
        case "accept":
            # Whoever accepts takes the case: a deputy who steps in is the owner from now on.
            case = replace(case, owner=move.actor, acknowledged=now, level="")
        case "assess":
            severity, category = move.severity or case.severity, move.category or case.category
            started, limits = _started(case, policy), policy.deadlines_for(severity)
            due = started + (limits.solve if case.due_kind == "solve" else limits.answer)
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
        return _with_due(case, policy, now)
    return _due(case, policy)


def _with_due(case: Case, policy: Policy, now: Instant) -> Case:
    """Start the customer's clock at `now` (a new round after a refusal starts afresh)."""
    limits = policy.deadlines_for(case.severity)
    if not case.is_promised:
        return replace(case, due=0, due_kind="")
    if case.answered:
        return replace(case, due=now + limits.solve, due_kind="solve")
    return replace(case, due=now + limits.answer, due_kind="answer")


def _due(case: Case, policy: Policy) -> Case:
    """Move on to the next promise once the present one is kept."""
    if not case.is_open:
        return replace(case, due=0, due_kind="")
    if case.due_kind == "answer" and case.answered:
        solve = _started(case, policy) + policy.deadlines_for(case.severity).solve
        return replace(case, due=solve, due_kind="solve")
    return case


def _started(case: Case, policy: Policy) -> Instant:
    """When the customer's clock was started: at the opening, or by a refusal or reopening."""
    limits = policy.deadlines_for(case.severity)
    return case.due - (limits.solve if case.due_kind == "solve" else limits.answer)


def _promises(case: Case, policy: Policy) -> tuple[SetTimer, ...]:
    """Watch what the customer is promised: an answer, as long as there was none, and a solution."""
    if not case.due:
        return ()
    owner, started, limits = owner_of(case), _started(case, policy), policy.deadlines_for(case.severity)
    solve = SetTimer(owner, "solve", started + limits.solve)
    return (solve,) if case.answered else (SetTimer(owner, "answer", started + limits.answer), solve)


def _acceptance(case: Case, policy: Policy, now: Instant) -> tuple[SetTimer, ...]:
    limits, owner = policy.deadlines_for(case.severity), owner_of(case)
    if not case.is_promised:
        return ()
    return SetTimer(owner, "accept", now + limits.accept), SetTimer(owner, "deputy", now + limits.deputy)


def _owed(case: Case, policy: Policy, now: Instant, kind: str) -> Step:
    """It is our turn again: a proposal does not wait for the customer any more."""
    if not case.awaits_customer:
        return Step(case)
    owner, limits = owner_of(case), policy.deadlines_for(case.severity)
    if not case.is_promised:
        return Step(case, timers=(*_dropped(owner, "close"), _reminder(owner, now)))
    due = now + (limits.answer if kind == "answer" else limits.solve)
    return Step(
        replace(case, due=due, due_kind=kind),
        timers=(*_dropped(owner, *WAITING), SetTimer(owner, kind, due)),
    )


def _reminder(owner: str, now: Instant) -> SetTimer:
    return SetTimer(owner, "remind", now + REMIND)


def _dropped(owner: str, *kinds: str) -> tuple[DropTimer, ...]:
    return tuple(DropTimer(owner, kind) for kind in kinds)


def _timers(
    before: Case, case: Case, policy: Policy, move: Move, now: Instant
) -> tuple[SetTimer | DropTimer, ...]:
    owner = owner_of(case)
    match move.action:
        case "accept":
            return _dropped(owner, "accept", "deputy")
        case "propose" if not before.due:
            return (*_dropped(owner, *WAITING), *_promises(case, policy))
        case "hand_over":
            return _acceptance(case, policy, now)
        case "refuse" | "reopen":
            ours = (*_acceptance(case, policy, now), *_promises(case, policy))
            return (*_dropped(owner, "answer", *WAITING), *ours)
        case "assess" if case.due != before.due:
            return _promises(case, policy)
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
