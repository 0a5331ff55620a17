"""One move of a case: `step(case, policy, move, now) -> CaseStep`. Pure; what an action does, its file says."""

from conversations.cases.action import By, CaseSituation, actions
from conversations.cases.case import Case
from conversations.cases.deadlines import next_due, with_terms
from conversations.cases.moves import CaseStep, Move
from conversations.cases.policy import Policy
from conversations.events import Instant
from conversations.facts import CaseMoved
from conversations.frozen import replace


def refusal(case: Case, move: Move) -> str:
    """Return the text key of why a move is not possible now, whatever its form holds; empty where it is possible."""
    action = actions().get(move.action)
    if action is None or By.of(move.actor) not in action.by or case.state not in action.leads:
        return f"case.refused.{case.state.value}"
    return action.bars(case)


def step(case: Case, policy: Policy, move: Move, now: Instant) -> CaseStep:
    """Apply a move; one that is not possible returns `refused` and leaves the case unchanged."""
    if refused := refusal(case, move):
        return CaseStep(case, refused=refused)
    action = actions()[move.action]
    before, after = with_terms(case, policy), action.leads[case.state]
    made = action.apply(CaseSituation(before, replace(before, state=after), policy, move, now))
    if made.refused:
        return CaseStep(case, refused=made.refused)
    new = made.case
    fact = CaseMoved(
        case.id,
        move.action,
        case.state.value,
        after.value,
        move.actor,
        owner=new.owner if new.owner != case.owner else "",
        severity=new.severity if new.severity != case.severity else "",
        category=new.category if new.category != case.category else "",
    )
    return replace(made, case=next_due(new), facts=(fact, *made.facts))
