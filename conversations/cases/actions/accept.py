"""Accept a case: the actor becomes its owner."""

from conversations.cases.action import WORKABLE, Action, CaseSituation, stays
from conversations.cases.case import Case, State
from conversations.cases.deadlines import stopped
from conversations.cases.moves import CaseStep, TellCustomer, ThreadLine
from conversations.effects import ButtonStyle
from conversations.frozen import replace
from conversations.kinds import CaseClock, CaseKind


def _apply(given: CaseSituation) -> CaseStep:
    # The actor becomes the owner, also when a deputy steps in.
    case = replace(given.case.owned_by(given.move.actor), acknowledged=given.now, level=0)
    told = (TellCustomer("case.acknowledged"),) if case.kind is CaseKind.COMPLAINT else ()
    timers = stopped(case, CaseClock.ACCEPT)
    return CaseStep(case, timers=timers, consequences=(ThreadLine("staff.line.accept"), *told))


def _bars(case: Case) -> str:
    return "case.refused.taken" if case.acknowledged else ""


action = Action(
    place=10,
    leads={
        State.RECEIVED: State.ACKNOWLEDGED,
        State.REFUSED: State.IN_WORK,
        State.REOPENED: State.IN_WORK,
        **stays(*WORKABLE, State.PROPOSED),  # a case that was handed over is accepted in the state it is in
    },
    bars=_bars,
    apply=_apply,
    style=ButtonStyle.PRIMARY,
    texts=("staff.line.accept", "case.acknowledged", "case.refused.taken"),
)
