"""Reply to the customer. The promise is kept when the words arrive, not now."""

from conversations.cases.action import TONGUE, WORKABLE, Action, FormContext, Given, lead, stays
from conversations.cases.case import State
from conversations.cases.moves import SendWords, Step
from conversations.forms import Field, Sent, TextField


def _form(about: FormContext) -> tuple[Field, ...]:
    return (TextField("text", about.label("staff.form.reply"), about.tongue),)


def _apply(given: Given) -> Step:
    return Step(given.case, consequences=(SendWords("case.reply", given.move.word("text")),))


action = Action(
    place=30,
    leads={**lead(State.IN_WORK, *WORKABLE), **stays(State.PROPOSED, State.ACCEPTED)},
    form=_form,
    apply=_apply,
    texts=(TONGUE, "staff.form.reply", "case.reply"),
)

EXAMPLE: dict[str, Sent] = {"text": "We send it again today."}
