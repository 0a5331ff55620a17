"""What every channel promises, run for each of them."""

import html
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from conversations.effects import AnswerPress, At, Button, ButtonStyle, MarkKeyboard, Message, Typing
from handlers.turn.ports import Later, Never, Parcel, Sent, Unknown, Unreadable
from storage.interface.inbox import RawBody
from tests.contract.channel import Adapter, Network, Stage, adapters, described, load, recordings

BUTTONS = (
    (Button("Yes", "q:1:yes", ButtonStyle.PRIMARY), Button("No", "q:1:no")),
    (Button("Skip", "q:1:skip"),),
)

HOSTILE = (
    "<!channel> <!here> <@U123> <#C123> <https://evil.example|Bank>",
    "<b>not bold</b> <script>alert(1)</script> &lt;b&gt; &amp;",
    "*a* _b_ ~c~ `d` ```e``` [f](https://evil.example) ||g||",
    "> quoted\n>>> more\n- list\n# head",
    "{{ 7 * 7 }} {% raw %} ${x} %s {0}",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.exe \N{ZERO WIDTH SPACE}\N{ZERO WIDTH JOINER}x",
    "e" + "\N{COMBINING ACUTE ACCENT}" * 200,
    "'; DROP TABLE answers; --",
)


@pytest.fixture(params=adapters(), ids=lambda adapter: adapter.NAME)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with request.param.stage() as stage:
        yield stage


@pytest.fixture(params=[one for one in adapters() if one.NETWORKED], ids=lambda adapter: adapter.NAME)
async def far(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Stage, Network]]:
    """A stage beyond a network, with its levers."""
    async with request.param.stage() as stage:
        assert stage.network is not None
        yield stage, stage.network


def parcel(stage: Stage, message: Message, number: int = 1) -> Parcel:
    return Parcel(number, stage.address, message)


def same(text: str) -> str:
    """A text as one line; platforms may trim and break lines as they like."""
    return " ".join(text.split())


# -- in ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("adapter", "path"), recordings(), ids=lambda value: value.stem if isinstance(value, Path) else value.NAME
)
async def test_a_recorded_payload_becomes_its_event(adapter: Adapter, path: Path) -> None:
    payload, expected = load(path)
    async with adapter.stage() as stage:
        raw = stage.body(payload)
        event = stage.channel.read(raw, at=1_700_000_000_000_000)
    assert described(event) == expected
    if event is not None:
        assert (event.key, event.at) == (raw.key, 1_700_000_000_000_000)
        assert event.address.account == stage.channel.account


@pytest.mark.parametrize("adapter", adapters(), ids=lambda adapter: adapter.NAME)
def test_the_common_situations_are_recorded(adapter: Adapter) -> None:
    kinds = {
        event["what"]["type"]
        for other, path in recordings()
        if other is adapter and (event := load(path)[1]) is not None
    }
    assert {"Said", "Pressed", "Commanded"} <= kinds


async def test_a_redelivered_body_has_the_same_key(stage: Stage) -> None:
    for adapter, path in recordings():
        if stage.channel.account.startswith(adapter.NAME):
            payload, _ = load(path)
            assert stage.body(payload) == stage.body(payload)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b"{}" * 3, b"[" * 100_000, b"1" * 10_000]
)
async def test_rubbish_is_unreadable_and_nothing_worse(stage: Stage, content: bytes) -> None:
    raw = RawBody("k", stage.channel.account, "l", content)
    with pytest.raises(Unreadable):
        stage.channel.read(raw, at=0)


# -- out -----------------------------------------------------------------------------------------------------------


async def test_a_text_arrives_without_its_tags(stage: Stage) -> None:
    text = 'Hello <b>Anna &amp; Ben</b>,<br><i>how</i> <code>are</code> you? <a href="https://a.example/x">Here</a>'
    outcome = await stage.channel.send(parcel(stage, Message(text)))
    assert isinstance(outcome, Sent)
    assert outcome.message
    shown = same(stage.seen()[-1].text)
    assert shown.startswith("Hello Anna & Ben, how are you? Here")


async def test_buttons_are_below_the_text(stage: Stage) -> None:
    assert isinstance(await stage.channel.send(parcel(stage, Message("Well?", BUTTONS))), Sent)
    assert stage.seen()[-1].text.startswith("Well?")
    assert stage.seen()[-1].labels == ("Yes", "No", "Skip")


async def test_a_link_button_is_shown(stage: Stage) -> None:
    buttons = ((Button("Read", url="https://a.example/"),),)
    assert isinstance(await stage.channel.send(parcel(stage, Message("More", buttons))), Sent)
    assert stage.seen()[-1].labels == ("Read",)


@pytest.mark.parametrize("numbers", [(1,), (3,), (1, 2), (1, 2, 3)])
@pytest.mark.parametrize("buttons", [(), BUTTONS], ids=["plain", "buttons"])
async def test_files_arrive_with_their_text(
    stage: Stage, numbers: tuple[int, ...], buttons: tuple[tuple[Button, ...], ...]
) -> None:
    message = Message("Your evidence", buttons, attachments=numbers)
    assert isinstance(await stage.channel.send(parcel(stage, message)), Sent)
    shown = stage.seen()
    assert sum(one.files for one in shown) == len(numbers)
    assert [one.text for one in shown if one.text] == ["Your evidence"]
    assert shown[-1].labels == (("Yes", "No", "Skip") if buttons else ())


async def test_a_long_text_arrives_whole_and_ends_with_the_buttons(stage: Stage) -> None:
    text = "\n\n".join(f"Paragraph {number}: " + "word " * 60 for number in range(30))
    assert isinstance(await stage.channel.send(parcel(stage, Message(text, BUTTONS))), Sent)
    shown = stage.seen()
    assert same(" ".join(one.text for one in shown)) == same(text)
    assert [bool(one.labels) for one in shown] == [False] * (len(shown) - 1) + [True]


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_people_write_is_shown_as_they_wrote_it(stage: Stage, text: str) -> None:
    assert isinstance(await stage.channel.send(parcel(stage, Message(html.escape(text)))), Sent)
    assert same(stage.seen()[-1].text) == same(text)


async def test_a_contact_can_be_asked_for(stage: Stage) -> None:
    message = Message("May we call you?", BUTTONS, contact_label="Share my number")
    assert isinstance(await stage.channel.send(parcel(stage, message)), Sent)
    assert stage.seen()[-1].text.startswith("May we call you?")


async def test_a_button_that_cannot_come_back_is_refused_here(stage: Stage) -> None:
    message = Message("Well?", ((Button("Yes", "x" * 65),),))
    assert isinstance(await stage.channel.send(parcel(stage, message)), Never)
    assert not [one for one in stage.seen() if one.text.startswith("Well?")]


async def test_an_answered_question_keeps_its_text_and_shows_the_choice(stage: Stage) -> None:
    sent = await stage.channel.send(parcel(stage, Message("How <b>likely</b>?", BUTTONS)))
    assert isinstance(sent, Sent)
    await stage.channel.perform(
        At(stage.address, MarkKeyboard("Yes", message=sent.message, text="How <b>likely</b>?"))
    )
    shown = stage.seen()[-1]
    assert shown.text.startswith("How likely?")
    assert shown.text.endswith("✓ Yes")
    assert shown.labels == ()


async def test_ticks_replace_the_buttons_in_place(stage: Stage) -> None:
    sent = await stage.channel.send(parcel(stage, Message("Which?", BUTTONS)))
    assert isinstance(sent, Sent)
    ticked = ((Button("✓ Yes", "q:1:yes"), Button("No", "q:1:no")),)
    mark = MarkKeyboard("", message=sent.message, text="Which?", buttons=ticked)
    await stage.channel.perform(At(stage.address, mark))
    assert stage.seen()[-1].labels == ("✓ Yes", "No")


@pytest.mark.parametrize(
    "effect",
    [AnswerPress("unknown"), MarkKeyboard("x", message="999999", text="x"), MarkKeyboard("x"), Typing()],
)
async def test_a_perishable_effect_never_raises(
    stage: Stage, effect: AnswerPress | MarkKeyboard | Typing
) -> None:
    await stage.channel.perform(At(stage.address, effect))


# -- a network in between --------------------------------------------------------------------------------------------


async def test_throttling_means_later_and_nothing_was_shown(far: tuple[Stage, Network]) -> None:
    stage, network = far
    network.throttle_next(7)
    outcome = await stage.channel.send(parcel(stage, Message("Hello")))
    assert isinstance(outcome, Later)
    assert outcome.seconds == 7
    assert not stage.seen()
    assert isinstance(await stage.channel.send(parcel(stage, Message("Hello"))), Sent)


async def test_somebody_who_left_is_never_written_to_again(far: tuple[Stage, Network]) -> None:
    stage, network = far
    outcome = await stage.channel.send(Parcel(1, await network.unreachable(), Message("Hello")))
    assert isinstance(outcome, Never)
    assert outcome.unreachable


async def test_an_answer_nobody_saw_is_unknown(far: tuple[Stage, Network]) -> None:
    stage, network = far
    outcomes = {}
    for way in network.breaks:
        network.break_next(way)
        outcomes[way] = type(await stage.channel.send(parcel(stage, Message("Hello"))))
    assert outcomes == dict.fromkeys(network.breaks, Unknown)


async def test_without_a_connection_it_was_surely_not_sent(far: tuple[Stage, Network]) -> None:
    stage, network = far
    await network.vanish()
    outcome = await stage.channel.send(parcel(stage, Message("Hello")))
    assert isinstance(outcome, Later)
    assert outcome.whole
