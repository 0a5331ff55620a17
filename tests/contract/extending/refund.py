"""An action that lies nowhere in the program: a refund, whose form has every kind of field."""

from datetime import timedelta

from conversations.cases.action import WORKABLE, Action, CaseSituation, FormContext, lead
from conversations.cases.case import State
from conversations.cases.moves import CaseStep, Shown, ThreadLine, Who
from conversations.forms import (
    DateField,
    Field,
    FileField,
    NumberField,
    OneOfField,
    PersonField,
    SentValue,
    SeveralOfField,
    TextField,
)


def _form(about: FormContext) -> tuple[Field, ...]:
    people = tuple((one.id, one.name) for one in about.policy.staff.values())
    return (
        NumberField("amount", "Amount", 1, 500, decimals=True, hint="In euros."),
        DateField("by", "Paid by", about.today, about.today + timedelta(days=30)),
        OneOfField("way", "Way", (("card", "Card"), ("transfer", "Transfer")), initial="card"),
        SeveralOfField("parts", "Parts", (("lamp", "The lamp"), ("chair", "The chair")), optional=True),
        PersonField("signs", "Signed by", people),
        FileField("proof", "Receipt", most=2, optional=True),
        TextField("text", "Words", lines=False),
    )


def _apply(given: CaseSituation) -> CaseStep:
    values: dict[str, Shown] = {"to": Who(given.move.word("signs")), "text": given.move.word("text")}
    return CaseStep(given.case, consequences=(ThreadLine("staff.line.hand_over", values),))


action = Action(
    place=66,
    leads=lead(State.IN_WORK, *WORKABLE),
    form=_form,
    apply=_apply,
    texts=("staff.line.hand_over",),
)

EXAMPLE: dict[str, SentValue] = {
    "amount": "12.50",
    "by": "2026-12-01",
    "way": "card",
    "signs": "ben",
    "text": "As agreed on the phone.",
}
