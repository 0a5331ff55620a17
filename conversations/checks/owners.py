"""A dialogue opens a case, or calls a human, and no route takes it."""

from collections.abc import Iterator
from itertools import product

from conversations.cases.policy import Policy
from conversations.checks.material import Material
from conversations.definition.dialogue import CasePlan, Dialogue, SourceKind
from conversations.problem import Problem

REMEDY = (
    "end [[routes]] in the configuration with a row that has owner, deputy, manager, channel and no condition"
)


def find(material: Material) -> Iterator[Problem]:
    """Route every case that may be opened, as the handlers will."""
    if material.policy is None:
        return
    policy = material.policy
    for plan in material.plans:
        dialogue = plan.sheet.dialogue
        if isinstance(plan.then, CasePlan) and dialogue is not None:
            for problem in _unrouted(policy, dialogue, plan.then, material.languages):
                yield Problem(plan.path, problem, REMEDY, plan.sheet.file)
    for sheet, dialogue in material.readable:
        if not policy.routes and any(outcome.hand_over for outcome in dialogue.outcomes.values()):
            yield Problem("outcomes", "a human is called and nobody is there", REMEDY, sheet.file)


def _unrouted(
    policy: Policy, dialogue: Dialogue, plan: CasePlan, languages: tuple[str, ...]
) -> Iterator[str]:
    """Yield the first case of each category that no route takes."""
    categories, severities = (_values(dialogue, plan, name) for name in ("category", "severity"))
    for category in categories:
        for language, severity in product(languages, severities):
            try:
                policy.route(
                    kind=plan.kind, category=category, product="", language=language, severity=severity
                )
            except LookupError:
                about = f" about '{category}'" if category and policy.routes else ""
                yield f"nobody answers for cases of the kind {plan.kind}{about}"
                break
        if not policy.routes:
            return


def _values(dialogue: Dialogue, plan: CasePlan, field: str) -> tuple[str, ...]:
    """Return the possible values of a case field; a single unknown value where they cannot be determined."""
    found: list[str] = []
    for source in plan.fields.get(field, ()):
        question = dialogue.questions.get(source.name) if source.kind is SourceKind.QUESTION else None
        found += question.options if question else [source.name] if source.kind is SourceKind.LITERAL else []
    return tuple(found) or ("normal" if field == "severity" else "",)
