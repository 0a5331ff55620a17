"""Finds every problem of dialogues and texts before they are used. Pure; raises nothing.

`parse` finds what is wrong within one file (unknown keys, targets, metrics, placeholders, a missing last rule); the
checks look at what only shows in the whole: reachability, rules against each other, languages, lengths, dialogues that
lead to dialogues, and who answers for a case.
"""

from collections.abc import Mapping

from conversations.cases.policy import Policy
from conversations.checks import (
    consequences,
    lengths,
    options,
    owners,
    routing,
    rules,
    states,
    timing,
    translation,
)
from conversations.checks.material import Material, read_sheet, read_wording
from conversations.problem import Problem
from conversations.texts.languages import Language

CHECKS = (states, rules, consequences, owners, routing, translation, options, lengths, timing)

Files = Mapping[str, Mapping[str, object]]
"""File name -> parsed TOML. A dialogue has the name of its file without extension; of two, the later one wins."""


def check(
    dialogues: Files,
    spoken: Mapping[str, Language],
    policy: Policy | None = None,
    languages: tuple[str, ...] = ("en", "de"),
) -> tuple[Problem, ...]:
    """Return every problem with file, path and remedy, file by file; empty when there is none.

    `spoken` are the languages of the product's own texts, `languages` those offered to customers; without a
    `policy` routes and owners are not checked.
    """
    sheets = {sheet.name: sheet for sheet in (read_sheet(file, data) for file, data in dialogues.items())}
    material = Material(tuple(sheets.values()), read_wording(spoken), policy, tuple(languages))
    found = [mistake.within(sheet.file) for sheet in material.sheets for mistake in sheet.mistakes]
    found += [problem for one in CHECKS for problem in one.find(material)]
    order = {file: place for place, file in enumerate(dialogues)}
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: order.get(problem.file, len(order))))
