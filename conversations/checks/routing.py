"""A route that never applies: no dialogue opens such a case, or an earlier route takes it."""

from collections.abc import Iterator
from typing import assert_never

from conversations.cases.policy import Escalation, Policy, Route
from conversations.checks.material import Material
from conversations.definition.dialogue import Beginning, CasePlan, Dialogue, SourceKind, ValueSource
from conversations.kinds import CaseKind, Role, Severity
from conversations.problem import Problem, unknown

CALLED = {"kind": CaseKind.QUESTION, "category": "other", "severity": Severity.NORMAL}
"""The case that is opened when somebody calls a human."""


def find(material: Material) -> Iterator[Problem]:
    """Compare the routes with the cases that dialogues can open; the caller adds the file of the routes."""
    if material.policy is None:
        return
    policy = material.policy
    for place, row in enumerate(policy.routes):
        yield from _impossible(material, f"routes[{place}]", row)
        yield from _hidden(policy, place, row)
    categories = _categories(material, policy)
    for place, escalation in enumerate(policy.escalation):
        yield from _never(f"escalation[{place}]", escalation, categories)
    yield from _out_of_order(policy)
    for place, staff in enumerate(policy.staff):
        if staff in set(Role):
            text = f"'{staff}' is a role, too: in [[escalation]] it means whoever has that role"
            yield Problem(f"staff[{place}].id", text, "call them otherwise to name them there", hint=True)


def _impossible(material: Material, path: str, row: Route) -> Iterator[Problem]:
    for name, value in row.conditions.items():
        known = _languages(material) if name == "language" else _produced(material, name)
        if known is None or value in known:
            continue
        if name == "language" and value.partition("-")[0] in known:
            base = value.partition("-")[0]
            yield Problem(
                f"{path}.{name}", f"'{value}' is never matched", f"write '{base}': it means all of it"
            )
        elif name == "language":
            yield unknown(f"{path}.{name}", "language of the organisation", value, known)
        elif known:
            yield unknown(f"{path}.{name}", f"{name} of a case that a dialogue opens", value, known)
        else:
            yield Problem(f"{path}.{name}", f"no dialogue gives a case a {name}", "remove the row")


def _hidden(policy: Policy, place: int, row: Route) -> Iterator[Problem]:
    for before, earlier in enumerate(policy.routes[:place]):
        if earlier.conditions and earlier.conditions.items() <= row.conditions.items():
            path, first = f"routes[{place}]", f"routes[{before}]"
            yield Problem(path, f"is never reached: {first} takes its cases", f"move it above {first}")
            return


def _never(path: str, row: Escalation, categories: set[str] | None) -> Iterator[Problem]:
    if row.category and categories is not None and row.category not in categories:
        yield unknown(f"{path}.category", "category of a case", row.category, categories)


def _out_of_order(policy: Policy) -> Iterator[Problem]:
    for severity, limits in policy.deadlines.items():
        path = f"deadlines.{severity}"
        if limits.accept and 0 < limits.deputy < limits.accept:
            remedy = "make deputy longer than accept"
            yield Problem(f"{path}.deputy", "calls the manager before the deputy was called", remedy)
        if limits.solve < limits.answer:
            yield Problem(f"{path}.solve", "is due before the first answer", "make solve longer than answer")


def _languages(material: Material) -> set[str]:
    """A route knows no manner of address: `de` is for `de-formal`, too."""
    return {language.partition("-")[0] for language in material.languages}


def _categories(material: Material, policy: Policy) -> set[str] | None:
    """The possible categories of a case, also after staff have assessed it; None where they cannot be determined."""
    produced = _produced(material, "category")
    if produced is None:
        return None
    prefix = "case.category."
    named = {text.path.removeprefix(prefix) for text in material.wording if text.path.startswith(prefix)}
    return produced | named | {row.category for row in policy.routes if row.category}


def _produced(material: Material, name: str) -> set[str] | None:
    """The possible values of a field of a new case; None where they cannot be determined."""
    found = {str(CALLED[name])} if name in CALLED else set()
    for plan in material.plans:
        dialogue = plan.sheet.dialogue
        if isinstance(plan.then, CasePlan) and dialogue is not None:
            if name == "kind":
                found.add(plan.then.kind)
                continue
            for source in plan.then.fields.get(name, ()):
                values = _values(material, plan.sheet.name, dialogue, source, frozenset())
                if values is None:
                    return None
                found |= {Severity.of(one) for one in values} if name == "severity" else values
    return found


def _values(
    material: Material, name: str, dialogue: Dialogue, source: ValueSource, seen: frozenset[tuple[str, str]]
) -> set[str] | None:
    """The possible values of a source: options of a question, a literal, or what other dialogues bind it to."""
    match source.kind:
        case SourceKind.QUESTION:
            options = dialogue.questions[source.name].options
            return set(options) or None
        case SourceKind.LITERAL:
            return {source.name}
        case SourceKind.BINDING:
            return _bound(material, name, source.name, seen)
        case _:
            assert_never(source.kind)


def _bound(material: Material, name: str, binding: str, seen: frozenset[tuple[str, str]]) -> set[str] | None:
    if (name, binding) in seen:
        return set()
    found: set[str] = set()
    for plan in material.plans:
        dialogue = plan.sheet.dialogue
        if isinstance(plan.then, Beginning) and plan.then.dialogue == name and dialogue is not None:
            for source in plan.then.bindings.get(binding, ()):
                values = _values(material, plan.sheet.name, dialogue, source, seen | {(name, binding)})
                if values is None:
                    return None
                found |= values
    return found
