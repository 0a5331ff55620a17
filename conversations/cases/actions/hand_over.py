"""Hand a case over: somebody else becomes its owner and is asked to accept it."""

from conversations.cases.action import UNTAKEN, WORKABLE, Action, CaseSituation, FormContext, Save, stays
from conversations.cases.case import State
from conversations.cases.deadlines import acceptance, called_now
from conversations.cases.moves import CaseStep, Notice, TellCustomer, ThreadLine, Who
from conversations.forms import NOBODY, Field, PersonField, SentValue, TextField


def _form(about: FormContext) -> tuple[Field, ...]:
    others = tuple((one.id, one.name) for one in about.policy.staff.values() if one.id != about.case.owner)
    return (
        PersonField("to", about.label("staff.form.to"), others),
        TextField("text", about.label("staff.form.reason")),
    )


def _apply(given: CaseSituation) -> CaseStep:
    to = given.move.word("to")
    if to not in given.policy.staff:
        return CaseStep(given.before, refused=NOBODY)
    case = called_now(given.case.owned_by(to), given.now)
    line = ThreadLine("staff.line.hand_over", {"to": Who(to), "text": given.move.word("text")}, goes_on=True)
    told = (TellCustomer("case.handed_over"),) if given.before.acknowledged else ()
    return CaseStep(
        case,
        timers=acceptance(case, given.now),
        notices=(Notice("case.notice.handed_over", (case.owner,)),),
        consequences=(line, *told),  # the reason, for the new owner
    )


action = Action(
    place=60,
    leads=stays(*UNTAKEN, *WORKABLE, State.PROPOSED),
    form=_form,
    apply=_apply,
    save=Save.KEEP,
    texts=(
        "staff.form.to",
        "staff.form.reason",
        "staff.line.hand_over",
        "case.notice.handed_over",
        "case.handed_over",
    ),
)

EXAMPLE: dict[str, SentValue] = {"to": "ben", "text": "He knows the shop."}
