"""Bodies -> Block Kit, always within Slack's limits: what is too long is cut with an ellipsis, never refused.

Limits: docs.slack.dev/reference/block-kit/blocks (50 blocks, 25 elements of an actions block, 150 header, 75 label)
and, measured, 12,000 characters in all blocks of a message.
"""

import json
from collections.abc import Iterable, Iterator, Sequence

from bot.channels.slack.outbound.rich import Json, escaped, fallback, limited, rich, shorten, units
from bot.markup import Span, Spans, Style
from conversations.effects import Button, ButtonStyle, Message
from conversations.frozen import frozen, replace
from handlers.turn.ports import Card, CardField, DigestPost, Post

MOST_BLOCKS = 50
MOST_PHOTOS = 5
_LONGEST_MESSAGE = 11_500
_LONGEST_TEXT = 10_500  # beside a choice or mentions
_LONGEST_TOKEN = 64  # bytes; Slack would take 2,000 characters
_LONGEST_QUOTE = 5_000
_LONGEST_FIELD = 200
_PHOTO = "photo."


@frozen
class Photo:
    """A picture that lies with Slack, ready to be shown in a message."""

    attachment: int
    file: str
    name: str


class Unsendable(ValueError):
    """A body that Slack cannot show, for a reason the message tells."""


def message(body: Message, photos: Sequence[Photo] = ()) -> Json:
    """Return the parts of a dialogue's message: its text, pictures and a row of buttons per row.

    Raises Unsendable for a button whose token is longer than the 64 bytes that every platform carries.
    """
    buttons = rows(body.buttons)
    labels = sum(units(element["text"]["text"]) for row in buttons for element in row["elements"])
    text = limited(body.text, max(_LONGEST_MESSAGE - labels, _LONGEST_QUOTE))
    return _parts(body.text, [rich(text), *map(_picture, photos), *buttons])


def answered(text: str, choice: str) -> Json:
    """Return the parts of a question whose keyboard is gone and whose choice, if there was one, is shown."""
    return _parts(text, [rich(limited(text, _LONGEST_TEXT)), *([chosen(choice)] if choice else [])])


def rows(buttons: Iterable[Sequence[Button]]) -> list[Json]:
    """Return a block per row of buttons; a row of more than 25 goes on in the next."""
    labelled = [[button for button in row if button.label] for row in buttons]
    parts = [row[start : start + 25] for row in labelled for start in range(0, len(row), 25)]
    return [
        {
            "type": "actions",
            "block_id": f"say.{number}",
            "elements": [_button(button, f"say.{number}.{place}") for place, button in enumerate(part)],
        }
        for number, part in enumerate(parts)
    ]


def chosen(choice: str) -> Json:
    """Return the block that shows what somebody chose."""
    return rich((Span(f"✓ {shorten(choice, 500)}", frozenset({Style.BOLD})),))


def post(body: Post) -> Json:
    """Return the parts of a text for staff."""
    text = _parts(body.text, [rich(limited(body.text, _LONGEST_TEXT), body.mention)])
    return {**text, "text": fallback(body.text, body.mention)}


def remark(markup: str) -> Json:
    """Return the parts of a private remark."""
    return _parts(markup, [rich(limited(markup, _LONGEST_TEXT))])


def card(body: Card, photos: Sequence[Photo], others: Sequence[str]) -> Json:
    """Return the parts of a case card; `others` are the names of files that are no pictures.

    Only an attachment has a coloured bar, so the card is one, under its title.
    """
    mention = (body.mention,) if body.mention else ()
    top: list[Json] = [{"type": "header", "text": _plain(body.title, 150)}]
    if body.note:
        top.append(rich(limited(body.note, _LONGEST_FIELD)))
    if mention:
        top.append(rich((), mention))
    inside = [rich(tuple(_lines(body.fields[:15])))] if body.fields else []
    if body.text:
        inside.append(rich(_quoted(limited(body.text, _LONGEST_QUOTE))))
    inside += [_picture(photo) for photo in photos[:MOST_PHOTOS]]
    if others:
        inside.append({"type": "context", "elements": [_plain(f"📎 {name}", 100) for name in others[:10]]})
    if body.actions:
        inside.append({"type": "actions", "block_id": "case", "elements": list(_actions(body))})
    title = escaped(shorten(body.title, 300))
    attached = {"color": body.colour, "fallback": title, "blocks": inside}
    return {"text": fallback("", mention) + title, "blocks": top, "attachments": [attached]}


def digest(body: DigestPost, photos: Sequence[Photo]) -> Json:
    """Return the parts of a digest. Raises Unsendable when its blocks are no JSON list."""
    try:
        blocks = json.loads(body.blocks)
    except ValueError as error:
        raise Unsendable(f"the digest's blocks are no JSON: {error}") from error
    if not isinstance(blocks, list):
        raise Unsendable("the digest's blocks are no JSON list")
    shown = blocks[: MOST_BLOCKS - len(photos)]
    return {**_parts("", [*shown, *map(_picture, photos)]), "text": fallback(body.text)}


def shown_photos(posted: Json) -> Iterator[Photo]:
    """Yield the pictures of a message as Slack gives it back."""
    for attached in [posted, *posted.get("attachments", [])]:
        for block in attached.get("blocks", []):
            name, _, attachment = str(block.get("block_id", "")).partition(".")
            if f"{name}." == _PHOTO and "slack_file" in block:
                yield Photo(int(attachment), block["slack_file"]["id"], block["alt_text"])


# -- pieces --------------------------------------------------------------------------------------------------------


def _parts(markup: str, blocks: list[Json]) -> Json:
    return {"text": fallback(markup), "blocks": blocks[:MOST_BLOCKS]}


def _button(button: Button, action: str) -> Json:
    if len(button.token.encode()) > _LONGEST_TOKEN:
        raise Unsendable(f"the button {button.label!r} has a token longer than {_LONGEST_TOKEN} bytes")
    element: Json = {"type": "button", "action_id": action, "text": _plain(button.label, 75)}
    element |= {"url": button.url} if button.url else {"value": button.token}
    return element | _styled(button.style)


def _actions(body: Card) -> Iterator[Json]:
    for action, label, style in body.actions[:12]:
        element: Json = {
            "type": "button",
            "action_id": f"{body.subject.kind.value}.{action}",
            "value": str(body.subject.id),
            "text": _plain(label, 75),
        }
        if style is ButtonStyle.DANGER:
            # The words of the dialogue are the ones at hand, so that it needs no language of its own.
            element["confirm"] = {
                "title": _plain(f"{label}?", 100),
                "text": _plain(body.title, 300),
                "confirm": _plain(label, 30),
                "deny": _plain("✕", 30),
            }
        yield element | _styled(style)


def _styled(style: ButtonStyle) -> Json:
    return {} if style is ButtonStyle.PLAIN else {"style": style.value}


def _lines(fields: Iterable[CardField]) -> Iterator[Span]:
    for number, field in enumerate(fields):
        start = "\n" if number else ""
        yield Span(f"{start}{shorten(field.label, 75)}: ", frozenset({Style.BOLD}))
        yield from limited(field.text, _LONGEST_FIELD) or (Span("–"),)


def _quoted(spans: Spans) -> Spans:
    return tuple(replace(span, styles=span.styles | {Style.QUOTE}) for span in spans)


def _picture(photo: Photo) -> Json:
    return {
        "type": "image",
        "block_id": f"{_PHOTO}{photo.attachment}",
        "slack_file": {"id": photo.file},
        "alt_text": shorten(photo.name, 100),
    }


def _plain(words: str, limit: int) -> Json:
    return {"type": "plain_text", "text": shorten(words, limit), "emoji": False}
