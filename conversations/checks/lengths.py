"""A text, a button or a list of options is more than a platform shows in one piece.

Limits: Telegram 4096 UTF-16 units a message, and buttons cut by phones at some 64 characters; Slack 3000 characters a
section block, 75 a button, 25 elements of one actions block (core.telegram.org/bots/api, docs.slack.dev/reference).
Some room is kept for the values of a template, whose length is not known beforehand.
"""

import re
from collections.abc import Iterator

from conversations.checks.material import Material, Written
from conversations.problem import Problem

TELEGRAM_TEXT = 4096
SLACK_SECTION = 3000
BUTTON = 64
OPTIONS = 25

_TEMPLATE = re.compile(r"\{[{%#].*?[}%#]\}")


def find(material: Material) -> Iterator[Problem]:
    """Texts are measured as written, without the values of a template."""
    for text in material.written:
        for tag, template in text.languages.items():
            yield from _long(text, tag, _TEMPLATE.sub("", template))
    for sheet, dialogue in material.readable:
        for question in dialogue.questions.values():
            if len(question.options) > OPTIONS:
                yield Problem(
                    f"questions.{question.id}.options",
                    f"are {len(question.options)}; Slack shows {OPTIONS} in a row at most",
                    "ask in two steps",
                    sheet.file,
                )


def _long(text: Written, tag: str, shown: str) -> Iterator[Problem]:
    file, path = text.place(tag)
    units = len(shown.encode("utf-16-le")) // 2
    if text.button and len(shown) > BUTTON:
        yield Problem(
            path, f"has {len(shown)} characters; phones cut a button at {BUTTON}", "shorten it", file
        )
    elif units > TELEGRAM_TEXT:
        yield Problem(path, f"has {units} characters; Telegram takes {TELEGRAM_TEXT}", "shorten it", file)
    elif len(shown) > SLACK_SECTION:
        yield Problem(path, f"has {len(shown)} characters; Slack takes {SLACK_SECTION}", "shorten it", file)
