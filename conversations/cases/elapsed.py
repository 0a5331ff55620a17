"""A deadline of a case passed: who is told, and what the clock does by itself. Pure.

A proposal that waits for the customer is called to mind; when they say nothing, the case is closed by the clock.
"""

from typing import Final

from conversations.cases.case import Case
from conversations.cases.deadlines import owner_of
from conversations.cases.moves import CLOCK, Move, Notice, Step
from conversations.cases.policy import Policy
from conversations.cases.step import step
from conversations.effects import SetTimer
from conversations.events import DAY, Instant
from conversations.facts import Escalated
from conversations.frozen import replace

LAPSE: Final = 7 * DAY
"""How long it waits after that until the case is closed."""


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
