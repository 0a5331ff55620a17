"""Assess a case: set severity and category. A new severity brings its own deadlines."""

from conversations.cases.action import Action, CaseSituation, FormContext, Save
from conversations.cases.case import State
from conversations.cases.deadlines import reassessed
from conversations.cases.moves import CaseStep, Labels, ThreadLine
from conversations.forms import Field, OneOfField, SentValue
from conversations.frozen import replace
from conversations.kinds import Severity


def _form(about: FormContext) -> tuple[Field, ...]:
    severities = tuple((one, about.label(f"case.severity.{one}")) for one in Severity)
    known = dict.fromkeys([about.case.category, *about.categories])
    categories = tuple((one, about.named("case.category", one)) for one in known)
    return (
        OneOfField("severity", about.label("staff.form.severity"), severities, initial=about.case.severity),
        OneOfField("category", about.label("staff.form.category"), categories, initial=about.case.category),
    )


def _apply(given: CaseSituation) -> CaseStep:
    case, move = given.case, given.move
    severity = Severity.of(move.word("severity") or case.severity)
    category = move.word("category") or case.category
    made = reassessed(given.before, replace(case, severity=severity, category=category), given.now)
    assessed = Labels((f"case.severity.{severity}", f"case.category.{category}"))
    return replace(made, consequences=(ThreadLine("staff.line.assess", {"text": assessed}),))


action = Action(
    place=20,
    leads={State.ACKNOWLEDGED: State.ASSESSED},
    form=_form,
    apply=_apply,
    save=Save.KEEP,
    texts=(
        "staff.form.severity",
        "staff.form.category",
        "staff.line.assess",
        *(f"case.severity.{one}" for one in Severity),
    ),
)

EXAMPLE: dict[str, SentValue] = {"severity": "high", "category": "product"}
