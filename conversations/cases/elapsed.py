"""A timer of a case fell due: who is told, and what the clock does by itself. Pure.

The customer is reminded of a proposal that waits for them; if they do not react, the clock closes the case.
"""

from typing import Final, assert_never

from conversations.cases.case import Case
from conversations.cases.deadlines import (
    later,
    moment,
    owner_of,
    promised,
    rows,
    runs,
    with_terms,
)
from conversations.cases.moves import CLOCK, CaseStep, Move, Notice
from conversations.cases.policy import Escalation, Policy
from conversations.cases.step import step
from conversations.effects import SetTimer
from conversations.events import DAY, Instant
from conversations.facts import Escalated
from conversations.frozen import replace
from conversations.kinds import CaseClock, Role
from conversations.timers import CaseTimer, read_case_timer, row_timer

LAPSE: Final = 7 * DAY
"""How long it waits after the reminder until the case is closed."""


OTHERS: Final = "others"
"""The roles called by a row that names none."""


def elapsed(case: Case, policy: Policy, kind: str, now: Instant) -> CaseStep:
    """Handle a timer of a case that fell due. It tells nobody if what it waited for has happened meanwhile."""
    case, read = with_terms(case, policy), read_case_timer(kind)
    if not case.is_open or read is None:
        return CaseStep(case)
    timer, number = read
    match timer:
        case CaseTimer.REMIND:
            after = SetTimer(owner_of(case), CaseTimer.CLOSE, later(now, LAPSE))
            return CaseStep(case, timers=(after,) if case.awaits_customer else ())
        case CaseTimer.CLOSE:
            return step(case, policy, Move("close", CLOCK), now) if case.awaits_customer else CaseStep(case)
        case CaseTimer.ACCEPT | CaseTimer.ANSWER | CaseTimer.DECIDE:
            if not case.is_promised:
                return CaseStep(replace(case, due=0, due_kind=None))  # when praise had deadlines
            clock = CaseClock(timer.value)
            return _escalated(case, policy, clock, number, now) if runs(case, clock) else CaseStep(case)
        case _:
            assert_never(timer)


def text_keys() -> tuple[str, ...]:
    """Return every text that calls somebody."""
    promised_ones = (CaseClock.ANSWER, CaseClock.DECIDE)
    return (
        *(f"case.escalate.accept.{who}" for who in (*Role, OTHERS)),
        *(f"case.escalate.{clock}.{when}" for clock in promised_ones for when in ("soon", "late")),
    )


def _escalated(case: Case, policy: Policy, clock: CaseClock, number: int, now: Instant) -> CaseStep:
    """Tell those a row of the escalation table names, and set its timer again where it repeats."""
    mine = rows(case, clock)
    if number > len(mine):
        return CaseStep(case)
    row = mine[number - 1]
    told = policy.known((*case.who(*row.roles), *row.staff))
    notice = Notice(_words(case, row, now), told, channel=True, channels=row.channels, due=_due(case, clock))
    again = moment(case, row, now)
    return CaseStep(
        replace(case, level=max(case.level, number)),
        (Escalated(case.id, clock, number, ",".join(told)),),
        (SetTimer(owner_of(case), row_timer(CaseTimer(clock.value), number), again),) if again else (),
        (notice,),
    )


def _words(case: Case, row: Escalation, now: Instant) -> str:
    """Return the text key: a call to act for the highest level; a reminder while the promise is not yet broken."""
    match row.clock:
        case CaseClock.ACCEPT:
            called = next((role.value for role in reversed(Role) if role in row.roles), OTHERS)
            return f"case.escalate.accept.{called}"
        case CaseClock.ANSWER | CaseClock.DECIDE:
            return f"case.escalate.{row.clock.value}.{'soon' if now < promised(case, row.clock) else 'late'}"
        case _:
            assert_never(row.clock)


def _due(case: Case, clock: CaseClock) -> Instant:
    return 0 if clock is CaseClock.ACCEPT else promised(case, clock)
