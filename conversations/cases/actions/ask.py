"""Ask the customer something."""

from conversations.cases.action import TONGUE, WORKABLE, Action, CaseSituation, FormContext, lead, stays
from conversations.cases.case import State
from conversations.cases.moves import CaseStep, SendWords
from conversations.forms import Field, SentValue, TextField


def _form(about: FormContext) -> tuple[Field, ...]:
    return (TextField("text", about.label("staff.form.ask"), about.tongue),)


def _apply(given: CaseSituation) -> CaseStep:
    return CaseStep(given.case, consequences=(SendWords("case.ask", given.move.word("text")),))


action = Action(
    place=40,
    leads={**lead(State.IN_WORK, *WORKABLE), **stays(State.PROPOSED, State.ACCEPTED)},
    form=_form,
    apply=_apply,
    texts=(TONGUE, "staff.form.ask", "case.ask"),
)

EXAMPLE: dict[str, SentValue] = {"text": "Which of the two arrived?"}
