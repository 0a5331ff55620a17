"""Reopen a closed case: by staff, or by the customer."""

from conversations.cases.action import Action, By, CaseSituation, FormContext, lead
from conversations.cases.case import State
from conversations.cases.deadlines import again
from conversations.cases.moves import CaseStep, Notice, TakeBackRating, TellCustomer, ThreadLine
from conversations.forms import Field, SentValue, TextField
from conversations.frozen import replace


def _form(about: FormContext) -> tuple[Field, ...]:
    return (TextField("text", about.label("staff.form.reason")),)


def _apply(given: CaseSituation) -> CaseStep:
    begun = again(replace(given.case, closed=0), given.now)
    begun = replace(begun, notices=(Notice("case.notice.reopened", (begun.case.owner,)),))
    if given.by is By.CUSTOMER:
        return begun
    line = ThreadLine("staff.line.reopen", {"text": given.move.word("text")})
    told = TellCustomer("case.reopened")
    return replace(begun, consequences=(line, told, TakeBackRating()))


action = Action(
    place=90,
    leads=lead(State.REOPENED, State.CLOSED, State.ACCEPTED),
    by=frozenset({By.STAFF, By.CUSTOMER}),
    form=_form,
    apply=_apply,
    texts=("staff.form.reason", "staff.line.reopen", "case.reopened", "case.notice.reopened"),
)

EXAMPLE: dict[str, SentValue] = {"text": "She called: it is broken again."}
