"""The clocks of a case: what the customer is promised until when, and who must have accepted it. Pure.

Each row of the escalation table that concerns the case is a timer (`watch`). A promise is kept when the words arrive,
not when staff send them (`delivered`). A proposal that has arrived waits for the customer. What a timer means that fell
due says `elapsed.py`.
"""

from typing import Final, TypeAlias, assert_never

from conversations.cases.case import Case, State
from conversations.cases.moves import CaseStep
from conversations.cases.policy import Escalation, Policy
from conversations.effects import DropTimer, SetTimer
from conversations.events import DAY, Instant
from conversations.frozen import replace
from conversations.kinds import CaseClock
from conversations.timers import CaseTimer, Owner, OwnerKind, owned_by, row_timer

REMIND: Final = 3 * DAY
"""How long a proposal waits for the customer until it is called to mind."""

WAITING: Final = (CaseTimer.REMIND, CaseTimer.CLOSE)
"""The timers of a proposal that waits for the customer: one of them runs, and no promise does."""

Timers: TypeAlias = tuple[SetTimer | DropTimer, ...]


def later(start: Instant, time: Instant) -> Instant:
    """Return the moment that comes this much time after another. All time of cases is counted here."""
    return start + time


def with_terms(case: Case, policy: Policy) -> Case:
    """Return the case with the terms it was opened under; one of an older program takes those in force now."""
    if case.started:
        return case
    terms = policy.terms(case.kind)
    started = case.opened
    if case.due_kind is not None:
        started = case.due - terms.deadlines_for(case.severity).promise(case.due_kind)
    return replace(case, terms=terms, started=started, called=started)


# -- what happens ----------------------------------------------------------------------------------------------


def opened(case: Case, policy: Policy, now: Instant) -> CaseStep:
    """Set every deadline of a new case; what needs no answer has none."""
    case = started_now(called_now(replace(case, terms=policy.terms(case.kind)), now), now)
    return CaseStep(case, timers=(*promises(case, now), *acceptance(case, now)))


def delivered(case: Case, policy: Policy, now: Instant, *, proposal: bool) -> CaseStep:
    """Words of staff have arrived: a promise is kept, and a proposal waits for the customer from now on."""
    case = with_terms(case, policy)
    answered = replace(case, answered=case.answered or now)
    if case.state is State.PROPOSED and (proposal or case.solved):
        waiting = replace(answered, solved=now if proposal else case.solved, due=0, due_kind=None)
        over = (*stopped(case, CaseClock.ANSWER, CaseClock.DECIDE), *dropped(case, CaseTimer.CLOSE))
        return CaseStep(waiting, timers=(*over, _reminder(case, now)))
    kept = next_due(answered)
    more = watch(kept, CaseClock.DECIDE, now, known=rows(kept, CaseClock.DECIDE)) if kept != answered else ()
    return CaseStep(kept, timers=(*stopped(case, CaseClock.ANSWER), *more))


def undelivered(case: Case, policy: Policy, now: Instant, *, proposal: bool) -> CaseStep:
    """Words of staff did not arrive: whoever waits for a proposal they have not seen is owed one."""
    return _owed(with_terms(case, policy), now, CaseClock.DECIDE) if proposal else CaseStep(case)


def heard(case: Case, policy: Policy, now: Instant) -> CaseStep:
    """The customer has written: while a proposal waits for their decision, now we owe them an answer."""
    return _owed(with_terms(case, policy), now, CaseClock.ANSWER)


# -- promises --------------------------------------------------------------------------------------------------


def promised(case: Case, clock: CaseClock) -> Instant:
    """Return by when a clock should be satisfied."""
    return later(start_of(case, clock), case.terms.deadlines_for(case.severity).promise(clock))


def called_now(case: Case, now: Instant) -> Case:
    """Ask the owner to accept the case, from now on."""
    return replace(case, acknowledged=0, called=now, level=0)


def started_now(case: Case, now: Instant) -> Case:
    """Start the customer's clocks at `now` (a new round after a refusal starts afresh)."""
    case = replace(case, started=now)
    if not case.is_promised:
        return replace(case, due=0, due_kind=None)
    return due_for(case, CaseClock.DECIDE if case.answered else CaseClock.ANSWER)


def due_for(case: Case, clock: CaseClock) -> Case:
    """Promise the customer this next."""
    return replace(case, due=promised(case, clock), due_kind=clock)


def next_due(case: Case) -> Case:
    """Move on to the next promise once the present one is kept."""
    if not case.is_open:
        return replace(case, due=0, due_kind=None)
    if case.due_kind is CaseClock.ANSWER and case.answered:
        return due_for(case, CaseClock.DECIDE)
    return case


# -- clocks and their timers -----------------------------------------------------------------------------------


def start_of(case: Case, clock: CaseClock) -> Instant:
    """Return since when a clock runs."""
    match clock:
        case CaseClock.ACCEPT:
            return case.called
        case CaseClock.ANSWER | CaseClock.DECIDE:
            return case.started
        case _:
            assert_never(clock)


def runs(case: Case, clock: CaseClock) -> bool:
    """Whether somebody waits for what a clock measures."""
    if not (case.is_open and case.is_promised):
        return False
    match clock:
        case CaseClock.ACCEPT:
            return not case.acknowledged
        case CaseClock.ANSWER:
            return case.due_kind is CaseClock.ANSWER
        case CaseClock.DECIDE:  # once they were answered, and wrote to a proposal, the answer comes first
            return bool(case.due) and (not case.answered or case.due_kind is CaseClock.DECIDE)
        case _:
            assert_never(clock)


def rows(case: Case, clock: CaseClock) -> tuple[Escalation, ...]:
    """Return the rows of the escalation table that a case has on a clock, the earliest first."""
    return case.terms.rows(clock, case.kind, case.category, case.severity)


def moment(case: Case, row: Escalation, now: Instant = 0) -> Instant:
    """Return when a row tells somebody: first, or, with `now`, the next time after that; 0 for never again."""
    start = start_of(case, row.clock)
    at = later(start, row.after)
    while at <= now:
        if not row.repeat:
            return 0
        at = later(at, row.repeat)
        if row.until and at > later(start, row.until):
            return 0
    return at


def watch(case: Case, clock: CaseClock, now: Instant, known: tuple[Escalation, ...] = ()) -> Timers:
    """Set a timer for every row of a clock; of the `known` ones those that have told somebody only repeat."""
    timers = []
    for number, row in enumerate(rows(case, clock), 1):
        at = moment(case, row)
        if at <= now and row in known:
            at = moment(case, row, now)
        if at:
            timers.append(SetTimer(owner_of(case), row_timer(CaseTimer(clock.value), number), at))
    return tuple(timers)


def promises(case: Case, now: Instant) -> Timers:
    """Watch what the customer is promised: an answer, as long as there was none, and a solution."""
    if not case.due:
        return ()
    answer = () if case.answered else watch(case, CaseClock.ANSWER, now)
    return (*answer, *watch(case, CaseClock.DECIDE, now))


def acceptance(case: Case, now: Instant) -> Timers:
    """Watch that somebody takes the case."""
    return watch(case, CaseClock.ACCEPT, now) if case.is_promised else ()


def reassessed(before: Case, case: Case, now: Instant) -> CaseStep:
    """Follow a new severity or category: other deadlines and rows concern the case, and count from the same start."""
    case = case if case.due_kind is None else due_for(case, case.due_kind)
    timers: Timers = ()
    for clock in CaseClock:
        known = rows(before, clock)
        if runs(case, clock) and rows(case, clock) != known:
            timers += (*stopped(before, clock), *watch(case, clock, now, known))
    return CaseStep(case, timers=timers)


def again(case: Case, now: Instant) -> CaseStep:
    """The case begins anew: somebody must take it, and the customer's clocks start."""
    case = started_now(called_now(replace(case, solved=0), now), now)
    over = (*stopped(case, CaseClock.ANSWER), *dropped(case, *WAITING))
    return CaseStep(case, timers=(*over, *acceptance(case, now), *promises(case, now)))


def stopped(case: Case, *clocks: CaseClock) -> Timers:
    """Forget the timers of clocks."""
    return tuple(
        DropTimer(owner_of(case), row_timer(CaseTimer(clock.value), number))
        for clock in clocks
        for number, _ in enumerate(rows(case, clock), 1)
    )


def dropped(case: Case, *kinds: CaseTimer) -> Timers:
    """Forget these timers."""
    return tuple(DropTimer(owner_of(case), kind) for kind in kinds)


def owner_of(case: Case) -> Owner:
    """The name under which a case owns its timers."""
    return owned_by(OwnerKind.CASE, case.id)


def _owed(case: Case, now: Instant, clock: CaseClock) -> CaseStep:
    """It is our turn again: a proposal does not wait for the customer any more."""
    if not case.awaits_customer:
        return CaseStep(case)
    if not case.is_promised:
        return CaseStep(case, timers=(*dropped(case, CaseTimer.CLOSE), _reminder(case, now)))
    owed = due_for(replace(case, started=now), clock)
    return CaseStep(owed, timers=(*dropped(case, *WAITING), *watch(owed, clock, now)))


def _reminder(case: Case, now: Instant) -> SetTimer:
    return SetTimer(owner_of(case), CaseTimer.REMIND, later(now, REMIND))
