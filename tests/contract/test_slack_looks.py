"""Every body stays within Slack's limits and keeps people's words inert, whatever lengths and words it is made of."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack.inbound.payloads import plain
from bot.channels.slack.outbound import blocks, views
from bot.channels.slack.outbound.blocks import Photo
from bot.channels.slack.outbound.rich import escaped
from conversations.effects import Button, ButtonStyle, Form, Message
from conversations.forms import (
    DateField,
    Field,
    FileField,
    NumberField,
    OneOfField,
    PersonField,
    SeveralOfField,
    TextField,
)
from conversations.subject import about_case
from conversations.texts.texts import inert
from handlers.turn.ports import Card, CardField, DigestPost, Overview, Post
from sandbox.slack.blocks import LONGEST_MESSAGE, problems_of
from sandbox.slack.messages import texts_of
from sandbox.slack.views import problems_of_view

CASE = about_case(41)
LENGTHS = [0, 1, 24, 75, 76, 150, 151, 3_000, 3_001, 12_000]
CHARACTERS = ["a", "&", "<", "é", "😀", "👩‍👩‍👧‍👦", "\n"]
HOSTILE = [
    "<!channel>",
    "<!here|here>",
    "<@U0EVA00001>",
    "<#C0SUPPORT1>",
    "<https://evil.example|Bank>",
    "```\ncode\n``` *bold* _italic_ ~gone~ `tick`",
    "https://evil.example and mailto:a@b.example",
    "&lt;!channel&gt;",
    "</blockquote><b>x",
    ":tada: :skull:",
]


def of_message(parts: dict[str, Any]) -> list[str]:
    """Everything Slack would object to in a message."""
    found = problems_of(parts["blocks"], "message")
    for number, attached in enumerate(parts.get("attachments", [])):
        found += problems_of(attached["blocks"], "message", f"/attachments/{number}/blocks")
    every = list(parts["blocks"]) + [block for one in parts.get("attachments", []) for block in one["blocks"]]
    if (length := sum(map(len, texts_of(every)))) > LONGEST_MESSAGE:
        found.append(f"{length} characters in all")
    if not 0 < len(parts["text"]) <= 4_000:
        found.append(f"{len(parts['text'])} characters of fallback")
    return found


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("character", CHARACTERS)
def test_whatever_the_length_slack_takes_it(character: str, length: int) -> None:
    words = character * length
    text, label = str(inert(words)), words or "x"
    rows = ((Button(label, "t", ButtonStyle.PRIMARY), Button(label, url="https://a.example/")),) * 12
    photos = [Photo(number, "F0PHOTO0001", label) for number in range(9)]
    actions = tuple((f"close{number}", label, ButtonStyle.DANGER) for number in range(9))
    fields = (CardField(label, text),) * 12
    card = Card(CASE, label, "#d1453b", fields, text, actions, (), "U0EVA00001")
    assert of_message(blocks.message(Message(text, rows), photos[:5])) == []
    assert of_message(blocks.answered(text, words)) == []
    assert of_message(blocks.post(Post(text, ("U0EVA00001", "U0OTTO0001")))) == []
    assert of_message(blocks.remark(text)) == []
    assert of_message(blocks.card(card, photos, [label] * 30)) == []
    form = Form("reply", CASE, label, tuple(fields_of(label, words)), label, label)
    assert problems_of_view(views.modal(form, "C0SUPPORT01"), ("modal",)) == []
    overview = Overview("U0EVA00001", label, ((text[:3_000], CASE),) * 100, label, label)
    assert problems_of_view(views.home(overview), ("home",)) == []


def fields_of(label: str, words: str) -> list[Field]:
    many = tuple((f"v{number}", label) for number in range(150))
    return [
        TextField("a", label, words, lines=False, initial=words),
        TextField("b", label, optional=True),
        OneOfField("c", label, many, initial="v7"),
        OneOfField("d", label, many, initial="v149"),
        OneOfField("e", label, ()),
        SeveralOfField("f", label, many, words, initial=("v1", "v7", "v149")),
        SeveralOfField("g", label, many, optional=True),
        PersonField("h", label, many),
        NumberField("i", label, -5, 10**12, hint=words),
        NumberField("j", label, 0, 100, decimals=True),
        DateField("k", label, date(2026, 1, 1), date(2026, 12, 31), words, initial=date(2026, 2, 28)),
        DateField("l", label, date(2026, 1, 1), date(2026, 12, 31)),
        FileField("m", label, 99, words),
    ]


def test_a_digest_keeps_to_fifty_blocks() -> None:
    many = json.dumps([{"type": "divider"}] * 80)
    parts = blocks.digest(DigestPost("digest", many, 1), [Photo(1, "F0PHOTO0001", "chart.png")])
    assert of_message(parts) == []
    assert parts["blocks"][-1]["type"] == "image"


def test_a_row_of_many_buttons_goes_on_in_the_next() -> None:
    row = tuple(Button(str(number), f"t{number}") for number in range(60))
    parts = blocks.message(Message("?", (row,)))
    assert [len(block["elements"]) for block in parts["blocks"][1:]] == [25, 25, 10]
    assert of_message(parts) == []


@pytest.mark.parametrize("words", HOSTILE)
def test_peoples_words_are_only_words(words: str) -> None:
    text = inert(words)
    card = Card(CASE, words, "#d1453b", (CardField("Customer", text),), text, ())
    overview = Overview("U0EVA00001", words, ((text, CASE),), "Open", words)
    form = Form("reply", CASE, "x", (TextField("a", words, words, initial=words),), "y", "z")
    shown: list[Any] = [
        blocks.message(Message(text, ((Button(words, "t"),),))),
        blocks.answered(text, words),
        blocks.post(Post(text)),
        blocks.card(card, [Photo(1, "F0PHOTO0001", words)], [words]),
        views.home(overview),
        views.modal(form, "C0"),
    ]
    for parts in shown:
        for kind, value in parsed_texts(parts):
            assert "<" not in value, kind
            assert ">" not in value, kind


def parsed_texts(node: Any) -> list[tuple[str, str]]:
    """The texts Slack parses: a message's own, an attachment's fallback, and mrkdwn objects. We make no other."""
    found = []
    if isinstance(node, list):
        return [one for item in node for one in parsed_texts(item)]
    if isinstance(node, dict):
        if "blocks" in node:
            found += [(key, node[key]) for key in ("text", "fallback") if isinstance(node.get(key), str)]
        if node.get("type") == "mrkdwn":
            found.append(("mrkdwn", node["text"]))
        assert node.get("type") not in ("user", "usergroup", "channel", "broadcast", "link", "emoji")
        assert node.get("emoji", False) is False
        found += [one for value in node.values() for one in parsed_texts(value)]
    return found


def test_our_own_links_and_styles_are_real() -> None:
    parts = blocks.post(
        Post('<b>New</b> <i>case</i> <code>A-1</code> <a href="https://a.example/x?a=1&amp;b=2">open</a>')
    )
    (section,) = parts["blocks"][0]["elements"]
    assert section["elements"] == [
        {"type": "text", "text": "New", "style": {"bold": True}},
        {"type": "text", "text": " "},
        {"type": "text", "text": "case", "style": {"italic": True}},
        {"type": "text", "text": " "},
        {"type": "text", "text": "A-1", "style": {"code": True}},
        {"type": "text", "text": " "},
        {"type": "link", "url": "https://a.example/x?a=1&b=2", "text": "open"},
    ]


def test_a_quotation_is_a_paragraph_of_its_own() -> None:
    parts = blocks.post(Post("Anna wrote:<br><blockquote>one<br>two</blockquote><br>Please answer."))
    shown = [
        (each["type"], [one["text"] for one in each["elements"]]) for each in parts["blocks"][0]["elements"]
    ]
    assert shown == [
        ("rich_text_section", ["Anna wrote:"]),
        ("rich_text_quote", ["one\ntwo"]),
        ("rich_text_section", ["Please answer."]),
    ]


@given(st.text())
def test_what_we_escape_slack_shows_as_it_was(words: str) -> None:
    assert plain(escaped(words)) == words
