"""What people do in Slack arrives as events, over HTTP and over Socket Mode alike."""

from collections.abc import AsyncIterator
from datetime import UTC, date
from decimal import Decimal
from typing import cast

import pytest

from conversations.effects import (
    AnswerPress,
    At,
    Button,
    ButtonStyle,
    Form,
    Hint,
    MarkKeyboard,
    Message,
    OpenForm,
    Typing,
)
from conversations.events import (
    SECOND,
    Acted,
    Address,
    Attached,
    Commanded,
    Edited,
    FileRef,
    HomeOpened,
    Overheard,
    Pressed,
    Said,
    Submitted,
    Threaded,
)
from conversations.forms import (
    DateField,
    Field,
    FileField,
    NumberField,
    OneOfField,
    PersonField,
    SeveralOfField,
    TextField,
    read,
)
from conversations.subject import about_case
from handlers.turn.ports import Card, CardField, Download, Overview, Post, Sent
from tests.contract.channel_slack import SlackWorld, slack_world, until

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
CASE = about_case(41)
CARD = Card(
    CASE,
    "A-2026-000041 · Delivery",
    "#d1453b",
    (CardField("State", "received"),),
    "It is broken",
    (("accept", "Accept", ButtonStyle.PRIMARY),),
)
FORM = Form("reply", CASE, "Reply", (TextField("text", "Your words"),), "Send", "Cancel")


@pytest.fixture(params=["socket", "http"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[SlackWorld]:
    async with slack_world(request.param) as opened:
        yield opened


async def test_words_in_a_direct_message_arrive_as_they_were_typed(world: SlackWorld) -> None:
    eva = world.slack.member("U0EVA00001", "eva")
    said = await eva.says_to_bot("Ärger <mit> A & B")
    event = await world.event()
    assert event.what == Said("Ärger <mit> A & B")
    assert event.address == Address(world.channel.account, eva.dm.id)
    assert event.sender
    assert (event.sender.id, event.message) == (eva.id, said.ts)


async def test_a_file_with_words_is_one_event_and_can_be_fetched(world: SlackWorld) -> None:
    eva = world.slack.member("U0EVA00001", "eva")
    await eva.says_to_bot("look", files=[("broken.png", PNG)])
    event = await world.event()
    assert isinstance(event.what, Attached)
    assert event.what.caption == "look"
    (file,) = event.what.files
    assert (file.kind, file.name, file.mime, file.size) == ("photo", "broken.png", "image/png", len(PNG))


async def test_a_button_of_a_dialogue_brings_its_token(world: SlackWorld) -> None:
    eva = world.slack.member("U0EVA00001", "eva")
    sent = await world.send(eva.id, Message("How likely?", ((Button("9", "q:9"), Button("10", "q:10")),)))
    await eva.presses("9")
    event = await world.event()
    assert isinstance(event.what, Pressed)
    assert isinstance(sent, Sent)
    assert (event.what.token, event.what.message) == ("q:9", sent.message)
    assert event.address.chat == eva.dm.id


async def test_an_answered_question_keeps_its_words_and_loses_its_buttons(world: SlackWorld) -> None:
    eva = world.slack.member("U0EVA00001", "eva")
    await world.send(eva.id, Message("How <b>likely</b>?", ((Button("9", "q:9"),),)))
    await eva.presses("9")
    event = await world.event()
    assert isinstance(event.what, Pressed)
    await world.channel.perform(At(event.address, AnswerPress(event.what.callback)))
    await world.channel.perform(At(event.address, MarkKeyboard("9", event.what.message)))
    message = await eva.sees("✓ 9")
    assert message.shows("How likely?")
    assert message.labels == []
    await world.channel.perform(
        At(event.address, MarkKeyboard("10", event.what.message, text="How <i>likely</i>?"))
    )
    assert (await eva.sees("✓ 10")).shows("How likely?")


async def test_a_card_is_acted_on_through_a_form(world: SlackWorld) -> None:
    support = world.slack.channel("support")
    eva = world.slack.member("U0EVA00001", "eva")
    await world.send("#support", CARD)
    await eva.presses("Accept")
    event = await world.event()
    assert isinstance(event.what, Acted)
    assert (event.what.action, event.what.subject, event.address.chat) == (
        "accept",
        CASE,
        support.id,
    )

    await world.channel.perform(At(event.address, OpenForm(event.what.trigger, FORM)))
    await eva.sees_modal("Your words")
    await eva.submits({"text": "   "})
    assert eva.modal is not None
    assert "fill this in" in eva.modal.errors["text"]
    await eva.submits({"text": "We are on it"})
    assert eva.modal is None
    *_, sent = await world.events(2)
    assert sent.what == Submitted("reply", CASE, {"text": "We are on it"})
    assert sent.address.chat == support.id


async def test_a_form_with_every_kind_of_field_comes_back_as_it_was_meant(world: SlackWorld) -> None:
    world.slack.channel("support")
    eva = world.slack.member("U0EVA00001", "eva")
    await world.send("#support", CARD)
    await eva.presses("Accept")
    event = await world.event()
    assert isinstance(event.what, Acted)
    fields: tuple[Field, ...] = (
        TextField("text", "Your words"),
        NumberField("amount", "Amount", 1, 500, decimals=True),
        DateField("by", "Paid by", date(2026, 12, 1), date(2026, 12, 31)),
        OneOfField("way", "Way", (("card", "Card"), ("transfer", "Transfer")), initial="card"),
        SeveralOfField("parts", "Parts", (("lamp", "The lamp"), ("chair", "The chair"), ("rug", "The rug"))),
        PersonField("signs", "Signed by", (("ben", "Ben"), ("otto", "Otto"))),
        FileField("proof", "Receipt", most=2),
    )
    form = Form("refund", CASE, "Refund", fields, "Send", "Cancel")
    await world.channel.perform(At(event.address, OpenForm(event.what.trigger, form)))
    await eva.sees_modal("Receipt")
    given = {
        "Your words": "As agreed",
        "Amount": "12.50",
        "Paid by": "2026-11-30",
        "Parts": ["The lamp", "The rug"],
        "Signed by": "Ben",
        "Receipt": [("receipt.png", PNG)],
    }
    await eva.submits({**given, "Amount": "501"})
    assert eva.modal is not None
    assert eva.modal.errors == {"amount": "Must be at most 500."}, "Slack itself objects to a number"
    await eva.submits({"Amount": "12.50"})
    assert "from 2026-12-01 to 2026-12-31" in eva.modal.errors["by"], "to a day, we do"
    await eva.submits({"Paid by": "2026-12-24"})
    assert eva.modal is None
    *_, sent = await world.events(2)
    assert isinstance(sent.what, Submitted)
    values = dict(read(fields, sent.what.values, UTC))
    (file,) = cast(tuple[FileRef, ...], values.pop("proof"))
    assert (file.name, file.kind, file.size) == ("receipt.png", "photo", len(PNG))
    assert values == {
        "text": "As agreed",
        "amount": Decimal("12.50"),
        "by": 1_798_070_400 * SECOND,
        "way": "card",
        "parts": ("lamp", "rug"),
        "signs": "ben",
    }
    fetched = await world.send("", Download(1, file))
    assert isinstance(fetched, Sent)
    assert fetched.content == PNG


async def test_shortcuts_are_acknowledged_and_mean_nothing(world: SlackWorld) -> None:
    """Whoever adds one to the app gets no error from Slack; `uses_shortcut` raises when nobody acknowledges."""
    eva = world.slack.member("U0EVA00001", "eva")
    said = await eva.says(world.slack.channel("support"), "hello")
    await eva.uses_shortcut("anything")
    await eva.uses_shortcut("anything", said)
    assert not world.journal.bodies


async def test_a_form_comes_too_late_after_three_seconds(world: SlackWorld) -> None:
    world.slack.channel("support")
    world.slack.workspace.triggers.lifetime = 0.0
    eva = world.slack.member("U0EVA00001", "eva")
    await world.send("support", CARD)
    await eva.presses("Accept")
    event = await world.event()
    assert isinstance(event.what, Acted)
    await world.channel.perform(At(event.address, OpenForm(event.what.trigger, FORM)))
    assert world.slack.called("views.open")[-1].error == "expired_trigger_id"
    assert eva.modal is None


async def test_words_under_a_card_are_told_apart_from_chatter(world: SlackWorld) -> None:
    support = world.slack.channel("support")
    eva = world.slack.member("U0EVA00001", "eva")
    sent = await world.send("support", CARD)
    assert isinstance(sent, Sent)
    card = support.messages[0]
    await eva.says(support, "lunch?")
    note = await eva.says(support, "called the carrier", thread=card, files=[("slip.pdf", b"%PDF-1.7\n")])
    event = await world.event()
    assert isinstance(event.what, Threaded)
    assert (event.what.thread, event.what.text, event.message) == (
        sent.message,
        "called the carrier",
        note.ts,
    )
    assert [file.kind for file in event.what.files] == ["document"]


async def test_a_corrected_message_is_an_edit(world: SlackWorld) -> None:
    eva = world.slack.member("U0EVA00001", "eva")
    said = await eva.says_to_bot("order 4711")
    await eva.edits(said, "order 4712")
    _, edited = await world.events(2)
    assert edited.what == Edited(said.ts, "order 4712")


async def test_the_bot_does_not_hear_itself(world: SlackWorld) -> None:
    support = world.slack.channel("support")
    eva = world.slack.member("U0EVA00001", "eva")
    await world.send("support", Post("Hello"))
    await world.send(eva.id, Message("Hello"))
    await eva.says(support, f"hey <@{world.slack.bot.id}>")
    event = await world.event()
    assert event.what == Overheard()
    assert len(world.journal.bodies) == 1


async def test_the_home_shows_open_cases_and_leads_to_one(world: SlackWorld) -> None:
    eva = world.slack.member("U0EVA00001", "eva")
    await eva.opens_home()
    event = await world.event()
    assert event.what == HomeOpened()
    overview = Overview(
        eva.id,
        "My cases",
        (("<b>A-2026-000041</b> due today", CASE),),
        "Show",
        "Nothing open",
    )
    assert await world.send(eva.dm.id, overview) == Sent()
    await eva.sees_home("A-2026-000041 due today")
    await eva.presses("Show", eva.home)
    *_, acted = await world.events(2)
    assert isinstance(acted.what, Acted)
    assert (acted.what.action, acted.what.subject, acted.address.chat) == (
        "show",
        CASE,
        eva.id,
    )
    await world.channel.perform(At(acted.address, Hint(eva.id, "It lies in #support")))
    await eva.sees("It lies in #support")


async def test_an_empty_home_says_so(world: SlackWorld) -> None:
    eva = world.slack.member("U0EVA00001", "eva")
    await world.send(eva.dm.id, Overview(eva.id, "My cases", (), "Show", "Nothing open"))
    await eva.sees_home("Nothing open")


async def test_a_command_is_answered_privately_even_where_the_bot_is_not(world: SlackWorld) -> None:
    random = world.slack.channel("random", bot=False)
    eva = world.slack.member("U0EVA00001", "eva")
    await eva.commands("/anliegen", "case A-2026-000041 ", random)
    event = await world.event()
    assert isinstance(event.what, Commanded)
    assert (event.what.name, event.what.argument, event.address.chat) == (
        "anliegen",
        "case A-2026-000041",
        random.id,
    )
    assert event.what.trigger
    await world.channel.perform(At(event.address, Hint(eva.id, "No such <b>case</b>")))
    assert (await eva.sees("No such case")).ephemeral_for == eva.id


async def test_a_hint_is_seen_by_one_person_alone(world: SlackWorld) -> None:
    support = world.slack.channel("support")
    eva, otto = world.slack.member("U0EVA00001", "eva"), world.slack.member("U0OTTO0001", "otto")
    await world.channel.perform(
        At(Address(world.channel.account, "#support"), Hint(eva.id, "Already taken by Otto"))
    )
    assert (await eva.sees("Already taken by Otto")).channel == support.id
    assert otto.ephemerals == []
    await world.channel.perform(At(Address(world.channel.account, "#support"), Typing()))


async def test_a_stranger_of_a_shared_channel_never_bears_a_plain_id(world: SlackWorld) -> None:
    shared = world.slack.channel("partners", shared=True)
    mallory = world.slack.member("U0EVA00001", "mallory", team="T0OTHER001")
    world.slack.invite(shared, mallory)
    await world.send("partners", CARD)
    await mallory.says(shared, "let me in", thread=shared.messages[0])
    await mallory.presses("Accept")
    events = await world.events(2)
    assert {event.sender.id for event in events if event.sender} == {"T0OTHER001/U0EVA00001"}


async def test_what_slack_brings_twice_has_one_key(world: SlackWorld) -> None:
    eva = world.slack.member("U0EVA00001", "eva")
    await eva.says_to_bot("hello")
    await world.event()
    world.slack.office.repeat(world.slack.deliveries[-1])
    await until(lambda: world.journal.received == 2)
    assert len(world.journal.bodies) == 1
    await until(lambda: world.slack.deliveries[-1].outcomes == ["ok", "ok"])


async def test_what_cannot_be_stored_is_not_acknowledged_and_comes_again(world: SlackWorld) -> None:
    world.slack.office.delays = (0.05, 0.05)
    world.slack.http.patience = world.slack.sockets.patience = 0.3
    eva = world.slack.member("U0EVA00001", "eva")
    world.journal.broken = True
    await eva.says_to_bot("hello")
    await until(lambda: len(world.slack.deliveries[-1].outcomes) == 1)
    assert "ok" not in world.slack.deliveries[-1].outcomes
    world.journal.broken = False
    assert (await world.event()).what == Said("hello")
    await until(lambda: world.slack.deliveries[-1].delivered)
