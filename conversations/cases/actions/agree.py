"""The customer accepts the proposed solution."""

from conversations.cases.action import Action, By, CaseSituation, lead
from conversations.cases.case import State
from conversations.cases.deadlines import owner_of
from conversations.cases.moves import CaseStep, Notice
from conversations.effects import DropTimer
from conversations.frozen import replace


def _apply(given: CaseSituation) -> CaseStep:
    # A decision proves that the proposal was read, even if its delivery is not confirmed yet.
    case = replace(given.case, answered=given.case.answered or given.now, solved=given.now)
    notices = (Notice("case.notice.agreed", (case.owner,)),)
    return CaseStep(case, timers=(DropTimer(owner_of(case)),), notices=notices)


action = Action(
    place=71,
    leads=lead(State.ACCEPTED, State.PROPOSED),
    by=frozenset({By.CUSTOMER}),
    apply=_apply,
    texts=("case.notice.agreed",),
)
