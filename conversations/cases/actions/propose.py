"""Propose a solution: the customer is asked whether they accept it."""

from conversations.cases.action import TONGUE, WORKABLE, Action, CaseSituation, FormContext, lead
from conversations.cases.case import State
from conversations.cases.deadlines import WAITING, dropped, promises, started_now
from conversations.cases.moves import PROPOSAL, AskCustomer, CaseStep
from conversations.effects import ButtonStyle
from conversations.forms import Field, SentValue, TextField
from conversations.frozen import replace


def _form(about: FormContext) -> tuple[Field, ...]:
    return (TextField("text", about.label("staff.form.propose"), about.tongue),)


def _apply(given: CaseSituation) -> CaseStep:
    case = replace(given.case, round=given.case.round + 1, solved=0)
    asked = (AskCustomer(PROPOSAL, given.move.word("text")),)
    if case.due:
        return CaseStep(case, consequences=asked)
    # An earlier proposal waited for the customer; until the new one arrives, we owe them a solution again.
    case = started_now(case, given.now)
    ours = promises(case, given.now)
    return CaseStep(case, timers=(*dropped(case, *WAITING), *ours), consequences=asked)


action = Action(
    place=70,
    leads=lead(State.PROPOSED, *WORKABLE, State.PROPOSED),
    form=_form,
    apply=_apply,
    style=ButtonStyle.PRIMARY,
    texts=(
        TONGUE,
        "staff.form.propose",
    ),
)

EXAMPLE: dict[str, SentValue] = {"text": "You get your money back."}
