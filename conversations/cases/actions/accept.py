"""Accept a case: whoever does so answers for it."""

from conversations.cases.action import WORKABLE, Action, Given, Style, stays
from conversations.cases.case import Case, State
from conversations.cases.deadlines import dropped, owner_of
from conversations.cases.moves import Line, Step, TellCustomer
from conversations.frozen import replace


def _apply(given: Given) -> Step:
    # Whoever accepts takes the case: a deputy who steps in is the owner from now on.
    case = replace(given.case, owner=given.move.actor, acknowledged=given.now, level="")
    told = (TellCustomer("case.acknowledged"),) if case.kind == "complaint" else ()
    timers = dropped(owner_of(case), "accept", "deputy")
    return Step(case, timers=timers, consequences=(Line("staff.line.accept"), *told))


def _bars(case: Case) -> str:
    return "case.refused.taken" if case.acknowledged else ""


action = Action(
    place=10,
    leads={
        State.RECEIVED: State.ACKNOWLEDGED,
        State.REFUSED: State.IN_WORK,
        State.REOPENED: State.IN_WORK,
        **stays(*WORKABLE, State.PROPOSED),  # whoever gets a case handed over accepts it as it is
    },
    bars=_bars,
    apply=_apply,
    style=Style.PRIMARY,
    texts=("staff.line.accept", "case.acknowledged", "case.refused.taken"),
)
