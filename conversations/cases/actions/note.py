"""Write an internal note; the customer does not see it, and the case does not change."""

from conversations.cases.action import Action, CaseSituation, FormContext, Save, stays
from conversations.cases.case import State
from conversations.cases.moves import CaseStep, KeepNote
from conversations.forms import Field, SentValue, TextField


def _form(about: FormContext) -> tuple[Field, ...]:
    return (TextField("text", about.label("staff.form.note")),)


def _apply(given: CaseSituation) -> CaseStep:
    return CaseStep(given.case, consequences=(KeepNote("staff.line.note", given.move.word("text")),))


action = Action(
    place=50,
    leads=stays(*State),
    form=_form,
    apply=_apply,
    save=Save.KEEP,
    texts=("staff.form.note", "staff.line.note"),
)

EXAMPLE: dict[str, SentValue] = {"text": "The third parcel of this shop this week."}
