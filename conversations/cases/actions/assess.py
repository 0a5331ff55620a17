"""Assess a case: how bad it is, and what it is about. A new severity brings its own deadlines."""

from typing import Final

from conversations.cases.action import Action, FormContext, Given, Save
from conversations.cases.case import State
from conversations.cases.deadlines import promises, started
from conversations.cases.moves import Labels, Line, Step
from conversations.forms import Field, OneOfField, Sent
from conversations.frozen import replace

SEVERITIES: Final = ("low", "normal", "high", "critical")


def _form(about: FormContext) -> tuple[Field, ...]:
    severities = tuple((one, about.label(f"case.severity.{one}")) for one in SEVERITIES)
    known = dict.fromkeys([about.case.category, *about.categories])
    categories = tuple((one, about.named("case.category", one)) for one in known)
    return (
        OneOfField("severity", about.label("staff.form.severity"), severities, initial=about.case.severity),
        OneOfField("category", about.label("staff.form.category"), categories, initial=about.case.category),
    )


def _apply(given: Given) -> Step:
    case, policy, move = given.case, given.policy, given.move
    severity, category = move.word("severity") or case.severity, move.word("category") or case.category
    since, limits = started(case, policy), policy.deadlines_for(severity)
    due = since + (limits.solve if case.due_kind == "solve" else limits.answer)
    case = replace(case, severity=severity, category=category, due=due if case.due else 0)
    timers = promises(case, policy) if case.due != given.before.due else ()
    assessed = Labels((f"case.severity.{severity}", f"case.category.{category}"))
    return Step(case, timers=timers, consequences=(Line("staff.line.assess", {"text": assessed}),))


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
        *(f"case.severity.{one}" for one in SEVERITIES),
    ),
)

EXAMPLE: dict[str, Sent] = {"severity": "high", "category": "product"}
