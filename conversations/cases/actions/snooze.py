"""Hide a case from the actor's own desk until a day, with a reason. Deadlines go on; others still see it."""

from datetime import timedelta
from typing import Final

from conversations.cases.action import WORKABLE, Action, CaseSituation, FormContext, Save, stays
from conversations.cases.case import Case, State
from conversations.cases.moves import CaseStep, KeepNote, PutAway
from conversations.forms import DateField, Field, SentValue, TextField

LONGEST: Final = timedelta(days=365)


def _form(about: FormContext) -> tuple[Field, ...]:
    tomorrow = about.today + timedelta(days=1)
    label = about.label("staff.form.until")
    return (
        DateField("until", label, tomorrow, about.today + LONGEST, initial=about.today + timedelta(days=7)),
        TextField("text", about.label("staff.form.reason")),
    )


def _bars(case: Case) -> str:
    return "" if case.acknowledged else "case.refused.received"


def _apply(given: CaseSituation) -> CaseStep:
    until, words = given.move.moment("until"), given.move.word("text")
    return CaseStep(
        given.case,
        consequences=(PutAway(until), KeepNote("staff.line.snooze", words, {"until": until})),
    )


action = Action(
    place=65,
    leads=stays(*WORKABLE, State.PROPOSED),
    bars=_bars,
    form=_form,
    apply=_apply,
    save=Save.KEEP,
    texts=("staff.form.until", "staff.form.reason", "staff.line.snooze", "case.refused.received"),
)

EXAMPLE: dict[str, SentValue] = {"until": "2026-12-24", "text": "The supplier answers by then."}
