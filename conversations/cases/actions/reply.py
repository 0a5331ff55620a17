"""Reply to the customer. The promise is kept when the words arrive, not now."""

from conversations.cases.action import TONGUE, WORKABLE, Action, CaseSituation, FormContext, lead, stays
from conversations.cases.case import State
from conversations.cases.moves import CaseStep, SendWords
from conversations.forms import Field, SentValue, TextField


def _form(about: FormContext) -> tuple[Field, ...]:
    return (TextField("text", about.label("staff.form.reply"), about.tongue),)


def _apply(given: CaseSituation) -> CaseStep:
    return CaseStep(given.case, consequences=(SendWords("case.reply", given.move.word("text")),))


action = Action(
    place=30,
    leads={**lead(State.IN_WORK, *WORKABLE), **stays(State.PROPOSED, State.ACCEPTED)},
    form=_form,
    apply=_apply,
    texts=(TONGUE, "staff.form.reply", "case.reply"),
)

EXAMPLE: dict[str, SentValue] = {"text": "We send it again today."}
