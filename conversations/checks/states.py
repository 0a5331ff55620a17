"""A state that cannot be reached, or from which no outcome can be reached."""

from collections.abc import Iterable, Iterator

from conversations.checks.material import Material, table
from conversations.definition.dialogue import Dialogue
from conversations.problem import Problem


def find(material: Material) -> Iterator[Problem]:
    """Follow the rules forwards from the start, and backwards from the outcomes."""
    for sheet, dialogue in material.readable:
        entrances = (dialogue.start, *dialogue.moves.values())
        written = {*table(sheet.data, "questions"), *table(sheet.data, "outcomes")}
        for state in dialogue.table.states:
            if state in written and state not in reached(dialogue, entrances):
                yield Problem(
                    sheet.place(state), "is never reached", "lead a rule to it, or remove it", sheet.file
                )
        for question in dialogue.questions:
            if not reached(dialogue, (question,)) & set(dialogue.outcomes):
                yield Problem(
                    sheet.place(question),
                    "leads to no outcome: people would be asked in circles",
                    "lead a rule to an outcome",
                    sheet.file,
                )


def reached(dialogue: Dialogue, entrances: Iterable[str]) -> set[str]:
    """Return every state that rules lead to from these, the entrances included."""
    found: set[str] = set()
    waiting = list(entrances)
    while waiting:
        state = waiting.pop()
        if state not in found:
            found.add(state)
            waiting += dialogue.table.targets(state)
    return found
