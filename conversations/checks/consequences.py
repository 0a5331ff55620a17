"""An outcome leads to a dialogue that is missing or lacks what it needs, or uses a name that means nothing."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from conversations.checks.material import Material, Plan, Sheet
from conversations.checks.states import reached
from conversations.definition.dialogue import (
    CARRIED,
    Beginning,
    CasePlan,
    Decision,
    Dialogue,
    SourceKind,
    Sources,
    ValueSource,
)
from conversations.problem import Problem, unknown
from conversations.question import Gathering, question_types

WORDS = "words"


def find(material: Material) -> Iterator[Problem]:
    """Check every outcome that begins, opens or decides something."""
    for plan in material.plans:
        match plan.then:
            case Beginning(dialogue, bindings):
                yield from _misspelt(plan, bindings)
                yield from _beginning(material, plan, dialogue, bindings)
            case CasePlan(_, fields):
                yield from _misspelt(plan, fields)
            case Decision(_, words):
                yield from _misspelt(plan, {WORDS: words})
    yield from _circles(material)
    for sheet, readable in material.readable:
        yield from _unheard(sheet, readable)


def _unheard(sheet: Sheet, dialogue: Dialogue) -> Iterator[Problem]:
    """Report a dialogue that collects files and ends without passing them to anybody."""
    for question in dialogue.questions.values():
        if not isinstance(question_types()[question.type], Gathering):
            continue
        ends = [
            dialogue.outcomes[end] for end in reached(dialogue, [question.id]) if end in dialogue.outcomes
        ]
        if any(end.says for end in ends) and not any(end.then is not None or end.hand_over for end in ends):
            yield Problem(
                f"questions.{question.id}",
                "its files and their words reach nobody",
                "open a case at the end, or call a human",
                sheet.file,
            )


def _misspelt(plan: Plan, sources: Mapping[str, Sources]) -> Iterator[Problem]:
    """Report a literal that was probably meant as a name: almost a name, or a single word where words belong."""
    dialogue = plan.sheet.dialogue
    names = [*dialogue.questions, *dialogue.bindings] if dialogue else []
    for field, listed in sources.items():
        for source in listed:
            if source.kind is not SourceKind.LITERAL:
                continue
            near = get_close_matches(source.name, names, n=1, cutoff=0.8)
            if near or (field == WORDS and " " not in source.name):
                yield unknown(f"{plan.path}.{field}", "question or binding", source.name, names).within(
                    plan.sheet.file
                )


def _beginning(
    material: Material, plan: Plan, name: str, bindings: Mapping[str, Sources]
) -> Iterator[Problem]:
    file = plan.sheet.file
    if name not in material.dialogues:
        yield unknown(plan.path, "dialogue", name, material.dialogues).within(file)
    target = material.dialogues.get(name)
    if target is None:
        return
    for missing in (need for need in target.needs if need not in bindings):
        yield Problem(
            plan.path, f"'{name}' needs '{missing}', which is not given", f'{missing} = "..."', file
        )
    for given in bindings:
        if given not in target.bindings and given not in CARRIED:
            yield unknown(f"{plan.path}.{given}", f"binding of '{name}'", given, target.bindings).within(file)
    for question in target.questions.values():
        if question.options and question.given in bindings:
            for option in _strangers(plan.sheet.dialogue, bindings[question.given], question.options):
                yield unknown(
                    f"{plan.path}.{question.given}", f"option of '{question.id}'", option, question.options
                ).within(file)


def _strangers(dialogue: Dialogue | None, sources: Sources, options: tuple[str, ...]) -> Iterator[str]:
    """Yield values that would be passed on but are not options of the target question."""
    for source in sources:
        for value in _possible(dialogue, source):
            if value not in options:
                yield value


def _possible(dialogue: Dialogue | None, source: ValueSource) -> tuple[str, ...]:
    if source.kind is SourceKind.LITERAL:
        return (source.name,)
    question = (
        dialogue.questions.get(source.name) if dialogue and source.kind is SourceKind.QUESTION else None
    )
    return question.options if question else ()


def _circles(material: Material) -> Iterator[Problem]:
    """Report dialogues that begin each other without asking anything: they would loop for ever."""
    leads = {sheet.name: tuple(_begun_unasked(dialogue)) for sheet, dialogue in material.readable}
    for sheet, _ in material.readable:
        waiting, seen = list(leads[sheet.name]), set[str]()
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += leads.get(name, ())
        if sheet.name in seen:
            yield Problem(
                "start", "may begin itself again without a question", "ask something first", sheet.file
            )


def _begun_unasked(dialogue: Dialogue) -> Iterator[str]:
    """Yield the dialogues that can begin with every question on the way answered by a binding."""
    waiting, seen = [dialogue.start], set[str]()
    while waiting:
        state = waiting.pop()
        if state in seen:
            continue
        seen.add(state)
        outcome = dialogue.outcomes.get(state)
        if outcome is not None and isinstance(outcome.then, Beginning):
            yield outcome.then.dialogue
        elif outcome is None and dialogue.questions[state].given:
            waiting += dialogue.table.targets(state)
