"""The clocks of a case: by when the customer is promised what, and by when an owner must accept. Pure.

Each row of the escalation table that concerns the case is a timer (`watch`). A promise is kept when the words arrive,
not when staff send them (`delivered`). A proposal that has arrived waits for the customer. `elapsed.py` handles a
timer that falls due.
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
"""How long a proposal waits until the customer is reminded of it."""

WAITING: Final = (CaseTimer.REMIND, CaseTimer.CLOSE)
"""The timers of a proposal that waits for the customer: one of them runs, and no promise is pending."""

Timers: TypeAlias = tuple[SetTimer | DropTimer, ...]


def later(start: Instant, time: Instant) -> Instant:
    """Return the moment `duration` after another one. All case deadlines are computed here."""
    return start + time


def with_terms(case: Case, policy: Policy) -> Case:
    """Return the case with its terms; a case of an older version that has none gets those in force now."""
    if case.started:
        return case
    terms = policy.terms(case.kind)
    started = case.opened
    if case.due_kind is not None:
        started = case.due - terms.deadlines_for(case.severity).promise(case.due_kind)
    return replace(case, terms=terms, started=started, called=started)


# -- what happens ----------------------------------------------------------------------------------------------


def opened(case: Case, policy: Policy, now: Instant) -> CaseStep:
    """Set every deadline of a new case; a case that needs no answer has none."""
    case = started_now(called_now(replace(case, terms=policy.terms(case.kind)), now), now)
    return CaseStep(case, timers=(*promises(case, now), *acceptance(case, now)))


def delivered(case: Case, policy: Policy, now: Instant, *, proposal: bool) -> CaseStep:
    """A message of staff has arrived: a promise is kept, and a proposal now waits for the customer."""
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
    """A message of staff was not delivered: a proposal the customer has not seen is still owed."""
    return _owed(with_terms(case, policy), now, CaseClock.DECIDE) if proposal else CaseStep(case)


def heard(case: Case, policy: Policy, now: Instant) -> CaseStep:
    """The customer has written: if a proposal was waiting for their decision, we now owe them an answer."""
    return _owed(with_terms(case, policy), now, CaseClock.ANSWER)


# -- promises --------------------------------------------------------------------------------------------------


def promised(case: Case, clock: CaseClock) -> Instant:
    """Return the deadline of a clock."""
    return later(start_of(case, clock), case.terms.deadlines_for(case.severity).promise(clock))


def called_now(case: Case, now: Instant) -> Case:
    """Ask the owner to accept the case, from now on."""
    return replace(case, acknowledged=0, called=now, level=0)


def started_now(case: Case, now: Instant) -> Case:
    """Start the customer's clocks at `now` (a new round after a refusal restarts them)."""
    case = replace(case, started=now)
    if not case.is_promised:
        return replace(case, due=0, due_kind=None)
    return due_for(case, CaseClock.DECIDE if case.answered else CaseClock.ANSWER)


def due_for(case: Case, clock: CaseClock) -> Case:
    """Set the customer's next promise."""
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
    """Return when a clock started."""
    match clock:
        case CaseClock.ACCEPT:
            return case.called
        case CaseClock.ANSWER | CaseClock.DECIDE:
            return case.started
        case _:
            assert_never(clock)


def runs(case: Case, clock: CaseClock) -> bool:
    """Whether what a clock measures is still pending."""
    if not (case.is_open and case.is_promised):
        return False
    match clock:
        case CaseClock.ACCEPT:
            return not case.acknowledged
        case CaseClock.ANSWER:
            return case.due_kind is CaseClock.ANSWER
        case CaseClock.DECIDE:  # after a comment on a proposal, the answer to it comes first
            return bool(case.due) and (not case.answered or case.due_kind is CaseClock.DECIDE)
        case _:
            assert_never(clock)


def rows(case: Case, clock: CaseClock) -> tuple[Escalation, ...]:
    """Return the rows of the escalation table for this clock of a case, earliest first."""
    return case.terms.rows(clock, case.kind, case.category, case.severity)


def moment(case: Case, row: Escalation, now: Instant = 0) -> Instant:
    """Return when a row first tells somebody or, with `now`, the next time after that; 0 for never again."""
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
    """Set a timer for every row of a clock; `known` rows that have told somebody already only repeat."""
    timers = []
    for number, row in enumerate(rows(case, clock), 1):
        at = moment(case, row)
        if at <= now and row in known:
            at = moment(case, row, now)
        if at:
            timers.append(SetTimer(owner_of(case), row_timer(CaseTimer(clock.value), number), at))
    return tuple(timers)


def promises(case: Case, now: Instant) -> Timers:
    """Set the timers for what the customer is promised: an answer, until there is one, and a solution."""
    if not case.due:
        return ()
    answer = () if case.answered else watch(case, CaseClock.ANSWER, now)
    return (*answer, *watch(case, CaseClock.DECIDE, now))


def acceptance(case: Case, now: Instant) -> Timers:
    """Set the timers for accepting the case."""
    return watch(case, CaseClock.ACCEPT, now) if case.is_promised else ()


def reassessed(before: Case, case: Case, now: Instant) -> CaseStep:
    """Apply the deadlines and rows of a new severity or category; they count from the same start."""
    case = case if case.due_kind is None else due_for(case, case.due_kind)
    timers: Timers = ()
    for clock in CaseClock:
        known = rows(before, clock)
        if runs(case, clock) and rows(case, clock) != known:
            timers += (*stopped(before, clock), *watch(case, clock, now, known))
    return CaseStep(case, timers=timers)


def again(case: Case, now: Instant) -> CaseStep:
    """Start the case afresh: it must be accepted, and the customer's clocks start."""
    case = started_now(called_now(replace(case, solved=0), now), now)
    over = (*stopped(case, CaseClock.ANSWER), *dropped(case, *WAITING))
    return CaseStep(case, timers=(*over, *acceptance(case, now), *promises(case, now)))


def stopped(case: Case, *clocks: CaseClock) -> Timers:
    """Cancel the timers of these clocks."""
    return tuple(
        DropTimer(owner_of(case), row_timer(CaseTimer(clock.value), number))
        for clock in clocks
        for number, _ in enumerate(rows(case, clock), 1)
    )


def dropped(case: Case, *kinds: CaseTimer) -> Timers:
    """Cancel these timers."""
    return tuple(DropTimer(owner_of(case), kind) for kind in kinds)


def owner_of(case: Case) -> Owner:
    """Return the owner name of a case's timers."""
    return owned_by(OwnerKind.CASE, case.id)


def _owed(case: Case, now: Instant, clock: CaseClock) -> CaseStep:
    """Cancel the timers of a waiting proposal: it is our turn again."""
    if not case.awaits_customer:
        return CaseStep(case)
    if not case.is_promised:
        return CaseStep(case, timers=(*dropped(case, CaseTimer.CLOSE), _reminder(case, now)))
    owed = due_for(replace(case, started=now), clock)
    return CaseStep(owed, timers=(*dropped(case, *WAITING), *watch(owed, clock, now)))


def _reminder(case: Case, now: Instant) -> SetTimer:
    return SetTimer(owner_of(case), CaseTimer.REMIND, later(now, REMIND))
