"""The customer refuses the proposed solution: a new round begins, and the case must be accepted again."""

from conversations.cases.action import Action, By, CaseSituation, lead
from conversations.cases.case import State
from conversations.cases.deadlines import again
from conversations.cases.moves import CaseStep, Notice
from conversations.frozen import replace
from conversations.kinds import Role


def _apply(given: CaseSituation) -> CaseStep:
    # A decision proves that the proposal was read, even if its delivery is not confirmed yet.
    case = replace(given.case, answered=given.case.answered or given.now)
    begun = again(case, given.now)
    # A refusal escalates by one level: the manager is told at once.
    told = given.policy.known(case.who(Role.OWNER, Role.MANAGER))
    return replace(begun, notices=(Notice("case.notice.refused", told),))


action = Action(
    place=72,
    leads=lead(State.REFUSED, State.PROPOSED),
    by=frozenset({By.CUSTOMER}),
    apply=_apply,
    texts=("case.notice.refused",),
)
