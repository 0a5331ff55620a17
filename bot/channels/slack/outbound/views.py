"""Forms and the overview as Slack views.

Limits: docs.slack.dev/reference/views (24 characters of a title and its buttons, 100 blocks, 3,000 of metadata).
"""

import json
from collections.abc import Iterator, Sequence
from typing import Final, assert_never

from bot.channels.slack.outbound.rich import Json, shorten
from bot.markup import plain
from conversations.effects import Form
from conversations.forms import (
    LONGEST,
    DateField,
    Field,
    FileField,
    NumberField,
    OneOfField,
    Option,
    PersonField,
    SeveralOfField,
    TextField,
)
from handlers.turn.ports import SHOW, Overview

MOST_CARDS: Final = 95
MOST_OPTIONS: Final = 100


def modal(form: Form, chat: str) -> Json:
    """Return the view of a form; `chat` is the channel it belongs to, which a sent form does not tell by itself."""
    return {
        "type": "modal",
        "callback_id": form.name,
        "private_metadata": json.dumps({"subject": str(form.subject), "chat": chat} | _days(form)),
        "title": _plain(form.title, 24),
        "submit": _plain(form.submit, 24),
        "close": _plain(form.cancel, 24),
        "blocks": [_input(field) for field in form.fields],
    }


def _days(form: Form) -> Json:
    """Return the first and the last day that may be chosen, by field, for whoever reads what comes back."""
    days = {one.name: (str(one.first), str(one.last)) for one in form.fields if isinstance(one, DateField)}
    return {"days": days} if days else {}


def home(body: Overview) -> Json:
    """Return a member of staff's App Home: a line for each thing they work on, with a button that shows it."""
    blocks: list[Json] = [{"type": "header", "text": _plain(body.title, 150)}, {"type": "divider"}]
    blocks += list(_cases(body)) or [{"type": "section", "text": _plain(body.empty, 3_000)}]
    if body.note:
        blocks.append({"type": "context", "elements": [_plain(plain(body.note), 2_000)]})
    return {"type": "home", "blocks": blocks}


def _cases(body: Overview) -> Iterator[Json]:
    for line, subject in body.cards[:MOST_CARDS]:
        yield {
            "type": "section",
            "text": _plain(plain(line), 1_000),
            "accessory": {
                "type": "button",
                "action_id": f"{subject.kind.value}.{SHOW}",
                "value": str(subject.id),
                "text": _plain(body.open_label, 75),
            },
        }


def _input(field: Field) -> Json:
    block: Json = {
        "type": "input",
        "block_id": field.name,
        "label": _plain(field.label, 2_000),
        "optional": field.optional,
        "element": {"action_id": "value", **_element(field)},
    }
    return block | ({"hint": _plain(field.hint, 2_000)} if field.hint else {})


def _element(field: Field) -> Json:
    """Return the element of a field. Slack's own lists of people know no staff, so ours are a plain choice."""
    match field:
        case TextField(lines=lines, initial=initial):
            element: Json = {"type": "plain_text_input", "multiline": lines, "max_length": LONGEST}
            return element | ({"initial_value": shorten(initial, LONGEST)} if initial else {})
        case NumberField(least=least, most=most, decimals=decimals):
            bounds = {"min_value": str(least), "max_value": str(most)}
            return {"type": "number_input", "is_decimal_allowed": decimals, **bounds}
        case DateField(initial=initial_day):
            return {"type": "datepicker"} | ({"initial_date": initial_day.isoformat()} if initial_day else {})
        case OneOfField(options=options, initial=chosen):
            return _choice("static_select", options) | _preset("initial_option", options, (chosen,), one=True)
        case SeveralOfField(options=options, initial=several):
            return _choice("multi_static_select", options) | _preset("initial_options", options, several)
        case PersonField(people=people):
            return _choice("static_select", people)
        case FileField(most=most):
            return {"type": "file_input", "max_files": min(most, 10)}
        case _:
            assert_never(field)


def _choice(kind: str, options: Sequence[Option]) -> Json:
    """Return a list to choose from. Slack takes none that is empty: a dash stands there then, and means nothing."""
    return {"type": kind, "options": _options(options) or [{"text": _plain("", 75), "value": "-"}]}


def _options(options: Sequence[Option]) -> list[Json]:
    return [
        {"text": _plain(label or value, 75), "value": value}
        for value, label in options[:MOST_OPTIONS]
        if value
    ]


def _preset(key: str, options: Sequence[Option], chosen: Sequence[str], *, one: bool = False) -> Json:
    found = [option for option in _options(options) if option["value"] in chosen]
    if not found:
        return {}
    return {key: found[0] if one else found}


def _plain(words: str, limit: int) -> Json:
    """Slack refuses an empty text; a dash stands for it."""
    return {"type": "plain_text", "text": shorten(words, limit) or "–", "emoji": False}
