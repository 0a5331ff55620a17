"""Forms and the overview as Slack views.

Limits: docs.slack.dev/reference/views (24 characters of a title and its buttons, 100 blocks, 3,000 of metadata).
"""

import json
from collections.abc import Iterator

from bot.channels.slack.inbound.reading import CASE
from bot.channels.slack.outbound.rich import Json, shorten
from bot.markup import plain
from conversations.effects import Field, Form
from handlers.turn.ports import Overview

MOST_CARDS = 95


def modal(form: Form, chat: str) -> Json:
    """Return the view of a form; `chat` is the channel it belongs to, which a sent form does not tell by itself."""
    return {
        "type": "modal",
        "callback_id": form.name,
        "private_metadata": json.dumps({"case": form.case, "chat": chat}),
        "title": _plain(form.title, 24),
        "submit": _plain(form.submit, 24),
        "close": _plain(form.cancel, 24),
        "blocks": [_input(field) for field in form.fields],
    }


def home(body: Overview) -> Json:
    """Return a member of staff's App Home: a line per case with a button that shows it."""
    blocks: list[Json] = [{"type": "header", "text": _plain(body.title, 150)}, {"type": "divider"}]
    blocks += list(_cases(body)) or [{"type": "section", "text": _plain(body.empty, 3_000)}]
    return {"type": "home", "blocks": blocks}


def _cases(body: Overview) -> Iterator[Json]:
    for line, case in body.cards[:MOST_CARDS]:
        yield {
            "type": "section",
            "text": _plain(plain(line), 1_000),
            "accessory": {
                "type": "button",
                "action_id": f"{CASE}show",
                "value": str(case),
                "text": _plain(body.open_label, 75),
            },
        }


def _input(field: Field) -> Json:
    block: Json = {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.label, 2_000),
        "optional": field.optional,
        "element": _select(field) if field.kind == "select" and field.options else _writing(field),
    }
    return block | ({"hint": _plain(field.hint, 2_000)} if field.hint else {})


def _writing(field: Field) -> Json:
    element: Json = {
        "type": "plain_text_input",
        "action_id": "value",
        "multiline": field.kind == "lines",
        "max_length": 3_000,
    }
    return element | ({"initial_value": shorten(field.initial, 3_000)} if field.initial else {})


def _select(field: Field) -> Json:
    options = {
        value: {"text": _plain(label or value, 75), "value": value}
        for value, label in field.options[:100]
        if value
    }
    element: Json = {"type": "static_select", "action_id": "value", "options": list(options.values())}
    return element | ({"initial_option": options[field.initial]} if field.initial in options else {})


def _plain(words: str, limit: int) -> Json:
    """Slack refuses an empty text; a dash stands for it."""
    return {"type": "plain_text", "text": shorten(words, limit) or "–", "emoji": False}
