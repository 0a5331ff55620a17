"""Close a case: by staff, or by the clock when the customer does not answer a proposal."""

from conversations.cases.action import Action, By, CaseSituation, FormContext, lead
from conversations.cases.case import State
from conversations.cases.deadlines import owner_of
from conversations.cases.moves import (
    AFTER_CASE,
    PROPOSAL,
    AskCustomer,
    CaseStep,
    Notice,
    TellCustomer,
    ThreadLine,
    Withdraw,
)
from conversations.effects import ButtonStyle, DropTimer
from conversations.forms import Field, SentValue, TextField
from conversations.frozen import replace


def _form(about: FormContext) -> tuple[Field, ...]:
    return (TextField("text", about.label("staff.form.close"), optional=True),)


def _apply(given: CaseSituation) -> CaseStep:
    case = replace(given.case, closed=given.now)
    closed = CaseStep(case, timers=(DropTimer(owner_of(case)),))
    if given.by is By.CLOCK:
        return replace(closed, notices=(Notice("case.notice.lapsed", (case.owner,)),))
    rating = (AskCustomer(AFTER_CASE),) if given.before.state is not State.ACCEPTED else ()
    told = TellCustomer("case.closed", given.move.word("text"))
    return replace(closed, consequences=(ThreadLine("staff.line.close"), told, *rating, Withdraw(PROPOSAL)))


action = Action(
    place=80,
    leads=lead(State.CLOSED, *(state for state in State if state is not State.CLOSED)),
    by=frozenset({By.STAFF, By.CLOCK}),
    form=_form,
    apply=_apply,
    style=ButtonStyle.DANGER,
    texts=("staff.form.close", "staff.line.close", "case.closed", "case.notice.lapsed"),
)

EXAMPLE: dict[str, SentValue] = {"text": "Thank you for your patience."}
