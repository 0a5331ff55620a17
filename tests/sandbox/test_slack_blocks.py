"""Block Kit as the local Slack checks it: at every limit it is taken, one further it is refused, with the place."""

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.models.blocks import (
    ActionsBlock,
    ButtonElement,
    ContextBlock,
    DividerBlock,
    HeaderBlock,
    ImageBlock,
    InputBlock,
    MarkdownTextObject,
    Option,
    OverflowMenuElement,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)

from sandbox.slack.blocks import Surface, problems_of
from sandbox.slack.views import problems_of_view

Json = dict[str, Any]


def plain(length: int) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def button(text: int = 1, action_id: int | str = "a", value: int = 1) -> Json:
    name = action_id if isinstance(action_id, str) else "a" * action_id
    return {"type": "button", "text": plain(text), "action_id": name, "value": "v" * value}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def menu(options: int = 1, text: int = 1, placeholder: int = 1) -> Json:
    offered = [{"text": plain(text), "value": str(number)} for number in range(options)]
    return actions(
        {"type": "static_select", "action_id": "m", "placeholder": plain(placeholder), "options": offered}
    )


def asking(label: int = 1, element: Json | None = None) -> Json:
    writing = {"type": "plain_text_input", "action_id": "w"}
    return {"type": "input", "label": plain(label), "element": element or writing}


LIMITS: dict[str, Callable[[int], Json]] = {
    "header": lambda n: {"type": "header", "text": plain(150 + n)},
    "section": lambda n: {"type": "section", "text": mrkdwn(3000 + n)},
    "field": lambda n: {"type": "section", "fields": [mrkdwn(2000 + n)]},
    "fields": lambda n: {"type": "section", "fields": [mrkdwn(1)] * (10 + n)},
    "context": lambda n: {"type": "context", "elements": [mrkdwn(1)] * (10 + n)},
    "button": lambda n: actions(button(text=75 + n)),
    "action_id": lambda n: actions(button(action_id=255 + n)),
    "value": lambda n: actions(button(value=2000 + n)),
    "elements": lambda n: actions(*[button(action_id=str(number)) for number in range(25 + n)]),
    "options": lambda n: menu(options=100 + n),
    "option": lambda n: menu(text=75 + n),
    "placeholder": lambda n: menu(placeholder=150 + n),
    "label": lambda n: asking(label=2000 + n),
    "block_id": lambda n: {"type": "divider", "block_id": "b" * (255 + n)},
    "max_length": lambda n: asking(
        element={"type": "plain_text_input", "action_id": "w", "max_length": 3000 + n}
    ),
}


@pytest.mark.parametrize("name", LIMITS)
def test_a_limit_may_be_reached_but_not_passed(name: str) -> None:
    assert problems_of([LIMITS[name](0)], "message") == []
    (problem,) = problems_of([LIMITS[name](1)], "message")
    assert "[json-pointer:/blocks/0" in problem


@pytest.mark.parametrize(("surface", "most"), [("message", 50), ("modal", 100), ("home", 100)])
def test_the_number_of_blocks_depends_on_the_surface(surface: Surface, most: int) -> None:
    assert problems_of([{"type": "divider"}] * most, surface) == []
    assert problems_of([{"type": "divider"}] * (most + 1), surface) == [
        f"no more than {most} items allowed [json-pointer:/blocks]"
    ]


@pytest.mark.parametrize(
    "block",
    [
        {"type": "curtain"},
        {"type": "section"},
        {"type": "section", "text": "no object"},
        {"type": "section", "text": mrkdwn(0)},
        {"type": "header", "text": mrkdwn(1)},
        {"type": "actions", "elements": []},
        actions({"type": "plain_text_input", "action_id": "w"}),
        actions(button(), button()),
        actions({**button(), "style": "loud"}),
        actions({**button(), "text": {"type": "mrkdwn", "text": "x"}}),
        {"type": "image", "image_url": "http://127.0.0.1/x.png"},
        asking(element=button()),
        actions({"type": "static_select", "action_id": "m"}),
        actions({**menu()["elements"][0], "initial_option": {"text": plain(9), "value": "9"}}),
    ],
)
def test_malformed_blocks_are_refused(block: Json) -> None:
    assert problems_of([block], "message") != []


def test_a_block_id_stands_once_but_an_action_id_once_per_block() -> None:
    twice: list[Json] = [{**asking(), "block_id": "one"}, {**asking(), "block_id": "two"}]
    assert problems_of(twice, "modal") == []
    assert problems_of([twice[0], twice[0]], "modal") == [
        "`block_id` one already exists [json-pointer:/blocks/1/block_id]"
    ]


def test_everything_the_sdk_builds_is_taken() -> None:
    options = [Option(value="1", text="eins"), Option(value="2", text="zwei")]
    overflow = OverflowMenuElement(action_id="o", options=options)
    blocks = [
        HeaderBlock(text="Fall"),
        SectionBlock(text=MarkdownTextObject(text="*fett*"), accessory=overflow),
        DividerBlock(),
        ContextBlock(elements=[MarkdownTextObject(text="klein")]),
        ImageBlock(image_url="http://127.0.0.1/x.png", alt_text="Bild"),
        ActionsBlock(
            elements=[
                ButtonElement(text="Annehmen", action_id="accept", style="primary", value="1"),
                StaticSelectElement(
                    placeholder="An", action_id="to", options=options, initial_option=options[0]
                ),
            ]
        ),
        InputBlock(label="Worte", element=PlainTextInputElement(action_id="w", multiline=True), hint="Frei"),
    ]
    assert problems_of([block.to_dict() for block in blocks], "modal") == []


@pytest.mark.parametrize(
    ("key", "limit", "words"),
    [
        ("title", 24, True),
        ("submit", 24, True),
        ("close", 24, True),
        ("private_metadata", 3000, False),
        ("callback_id", 255, False),
    ],
)
def test_a_form_has_limits_of_its_own(key: str, limit: int, words: bool) -> None:
    form = {"type": "modal", "title": plain(3), "submit": plain(3), "blocks": [asking()]}
    for length, problems in ((limit, 0), (limit + 1, 1)):
        body = {**form, key: plain(length) if words else "x" * length}
        assert len(problems_of_view(body, ("modal",))) == problems


def test_a_form_that_asks_needs_a_button_to_submit() -> None:
    form = {"type": "modal", "title": plain(3), "blocks": [asking()]}
    assert problems_of_view(form, ("modal",)) == ["missing required field: submit [json-pointer:/view]"]
