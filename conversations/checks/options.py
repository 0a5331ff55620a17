"""Two buttons of one question have the same label: they cannot be told apart, and a typed answer is ambiguous."""

from collections.abc import Iterator, Mapping

from conversations.checks.material import Material, Sheet, Written
from conversations.problem import Problem
from conversations.question import folded


def find(material: Material) -> Iterator[Problem]:
    """Compare the labels of each question in each language."""
    for sheet in material.sheets:
        for buttons in _questions(sheet).values():
            for language in material.languages:
                yield from _same(buttons, language)


def _questions(sheet: Sheet) -> Mapping[str, list[Written]]:
    found: dict[str, list[Written]] = {}
    for text in sheet.texts:
        if text.button:
            found.setdefault(".".join(text.path.split(".")[:2]), []).append(text)
    return found


def _same(buttons: list[Written], language: str) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for text in buttons:
        label = text.seen(language)
        seen = folded(label) or label
        if seen and seen in first:
            other = first[seen].rpartition(".")[2]
            yield Problem(
                text.path, f"reads like '{other}' in '{language}': {label}", "word it apart", text.file
            )
        first.setdefault(seen, text.path)
