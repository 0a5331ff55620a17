"""What we say in Slack arrives once, looks as meant, and every refusal is judged rightly."""

import json
import time
from collections.abc import AsyncIterator

import pytest

from bot.clock import TimeOrderedIds
from conversations.effects import Button, ButtonStyle, Kind, Message
from conversations.events import FileRef
from conversations.subject import about_case
from handlers.turn.ports import Card, CardField, DigestPost, Download, Later, Never, Post, Sent, Unknown
from sandbox import faults
from sandbox.slack.messages import elements_of
from tests.contract.channel_slack import SlackWorld, slack_world

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PDF = b"%PDF-1.7\n"
CASE = about_case(41)
CARD = Card(
    CASE,
    "A-2026-000041 · Delivery",
    "#d1453b",
    (CardField("State", "<b>received</b>"), CardField("Order", "4711")),
    "It is <i>broken</i>",
    (("accept", "Accept", ButtonStyle.PRIMARY), ("close", "Close", ButtonStyle.DANGER)),
    (1, 2),
    "U0EVA00001",
)


@pytest.fixture
async def world() -> AsyncIterator[SlackWorld]:
    async with slack_world("socket") as opened:
        opened.files |= {1: (PNG, "image/png", "broken.png"), 2: (PDF, "application/pdf", "slip.pdf")}
        opened.slack.channel("support")
        yield opened


# -- cards ---------------------------------------------------------------------------------------------------------


async def test_a_card_shows_all_there_is_to_know(world: SlackWorld) -> None:
    ts = await world.posted("#support", CARD)
    support = world.slack.channel("support")
    card = support.messages[0]
    assert (card.ts, card.color, card.labels) == (ts, "#d1453b", ["Accept", "Close"])
    for words in ("A-2026-000041 · Delivery", "State: ", "received", "4711", "broken", "📎 slip.pdf"):
        assert words in card.words
    assert "<@U0EVA00001>" in card.text
    (picture,) = [block for block in card.every_block if block["type"] == "image"]
    assert world.slack.workspace.files[picture["slack_file"]["id"]].content == PNG
    (close,) = [element for element in elements_of(card.every_block) if element["action_id"] == "case.close"]
    assert close["confirm"]["text"]["text"] == "A-2026-000041 · Delivery"


async def test_a_document_lies_in_the_thread_of_its_card(world: SlackWorld) -> None:
    await world.posted("#support", CARD)
    support = world.slack.channel("support")
    (reply,) = support.thread(support.messages[0])
    assert [(file.title, file.content) for file in reply.files] == [("slip.pdf", PDF)]


async def test_a_card_is_edited_in_place_and_brings_no_file_twice(world: SlackWorld) -> None:
    ts = await world.posted("#support", CARD)
    uploads = len(world.slack.called("files.getUploadURLExternal"))
    changed = Card(
        CASE,
        "A-2026-000041 · Delivery",
        "#2f9e5f",
        (CardField("State", "closed"),),
        "x",
        (),
        (1, 2),
    )
    assert await world.send("#support", changed, edits=ts) == Sent(ts)
    support = world.slack.channel("support")
    assert [message.color for message in support.top()] == ["#2f9e5f"]
    assert support.messages[0].labels == []
    assert len(world.slack.called("files.getUploadURLExternal")) == uploads
    assert len(support.thread(ts)) == 1


async def test_a_restarted_program_finds_the_files_of_a_card_in_slack(world: SlackWorld) -> None:
    ts = await world.posted("#support", CARD)
    uploads = len(world.slack.called("files.getUploadURLExternal"))
    await world.channel.open()
    assert await world.send("#support", CARD, edits=ts) == Sent(ts)
    assert len(world.slack.called("files.getUploadURLExternal")) == uploads


async def test_a_picture_slack_has_not_digested_makes_the_card_wait_and_then_go_without(
    world: SlackWorld,
) -> None:
    refusal = {
        "ok": False,
        "error": "invalid_attachments",
        "errors": ["invalid slack file [json-pointer:/x]"],
    }
    undigested = faults.Fault(
        status=200, body=json.dumps(refusal).encode(), headers={"Content-Type": "application/json"}
    )
    world.slack.faults.next("chat.postMessage", undigested)
    outcome = await world.send("#support", CARD)
    assert isinstance(outcome, Later)
    assert isinstance(await world.send("#support", CARD, attempt=8), Sent)
    support = world.slack.channel("support")
    assert [block for block in support.messages[0].every_block if block["type"] == "image"] == []
    assert sorted(file.title for reply in support.thread(support.messages[0]) for file in reply.files) == [
        "broken.png",
        "slip.pdf",
    ]


async def test_a_file_on_its_way_to_us_is_waited_for_but_not_for_ever(world: SlackWorld) -> None:
    world.files[2] = (b"", "", "slip.pdf")
    assert isinstance(await world.send("#support", CARD), Later)
    assert isinstance(await world.send("#support", CARD, attempt=4), Sent)


async def test_an_erased_file_is_left_out(world: SlackWorld) -> None:
    del world.files[1], world.files[2]
    await world.posted("#support", CARD)
    assert len(world.slack.channel("support").messages) == 1


# -- lines and digests ---------------------------------------------------------------------------------------------


async def test_a_line_goes_into_the_thread_and_calls_people(world: SlackWorld) -> None:
    ts = await world.posted("#support", CARD)
    await world.posted("#support", Post("Customer wrote: <b>hello</b>", ("U0EVA00001",), (1,)), thread=ts)
    line, *_, file = world.slack.channel("support").thread(ts)[1:]
    assert line.shows("Customer wrote: hello")
    assert {"type": "user", "user_id": "U0EVA00001"} in line.blocks[0]["elements"][0]["elements"]
    assert [one.title for one in file.files] == ["broken.png"]


async def test_a_digest_shows_its_picture_and_brings_its_page(world: SlackWorld) -> None:
    world.files[3] = (b"<!doctype html>", "text/html", "digest.html")
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "*NPS* 42"}}]
    ts = await world.posted("#support", DigestPost("NPS 42", json.dumps(blocks), 1, 3))
    support = world.slack.channel("support")
    assert [block["type"] for block in support.messages[0].blocks] == ["section", "image"]
    assert [file.name for reply in support.thread(ts) for file in reply.files] == ["3-digest.html"]


@pytest.mark.parametrize("blocks", ["", "{", "{}", "null"])
async def test_a_digest_that_is_no_list_of_blocks_is_refused(world: SlackWorld, blocks: str) -> None:
    assert isinstance(await world.send("#support", DigestPost("x", blocks)), Never)


async def test_nothing_is_unfurled_and_nobody_is_named_by_accident(world: SlackWorld) -> None:
    await world.posted("#support", Post("see https://evil.example"))
    (call,) = world.slack.called("chat.postMessage")
    shown = {name: call.arguments[name] for name in ("unfurl_links", "unfurl_media", "link_names", "parse")}
    assert shown == {"unfurl_links": False, "unfurl_media": False, "link_names": False, "parse": "none"}


# -- uncertain sends -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(Kind))
async def test_an_uncertain_post_is_found_by_its_metadata(world: SlackWorld, kind: Kind) -> None:
    eva = world.slack.member("U0EVA00001", "eva")
    world.slack.faults.next("chat.postMessage", faults.cut_after())
    question = Message("How likely?", ((Button("9", "q:9"),),), kind)
    number = TimeOrderedIds().next()  # longer than JavaScript's whole numbers
    assert isinstance(await world.send(eva.id, question, number=number), Unknown)
    outcome = await world.send(eva.id, question, number=number, attempt=2, uncertain=True)
    (only,) = eva.dm.messages
    assert outcome == Sent(only.ts)


async def test_an_uncertain_line_of_a_long_thread_is_found(world: SlackWorld) -> None:
    ts = await world.posted("#support", CARD)
    for number in range(230):
        await world.posted("#support", Post(f"line {number}"), thread=ts)
    world.slack.faults.next("chat.postMessage", faults.cut_after())
    await world.send("#support", Post("the last"), number=9, thread=ts)
    outcome = await world.send("#support", Post("the last"), number=9, thread=ts, uncertain=True)
    last = world.slack.channel("support").messages[-1]
    assert outcome == Sent(last.ts)
    assert last.shows("the last")


async def test_an_uncertain_post_is_found_below_hundreds_of_newer_ones(world: SlackWorld) -> None:
    world.slack.faults.next("chat.postMessage", faults.cut_after())
    await world.send("#support", CARD, number=9)
    support = world.slack.channel("support")
    card = support.messages[0]
    for number in range(230):
        await world.posted("#support", Post(f"line {number}"))
    assert await world.send("#support", CARD, number=9, attempt=2, uncertain=True) == Sent(card.ts)
    assert len([message for message in support.top() if message.color]) == 1


async def test_a_post_is_looked_for_since_it_was_made_and_not_before(world: SlackWorld) -> None:
    number = TimeOrderedIds().next()
    world.slack.faults.next("chat.postMessage", faults.cut_after())
    await world.send("#support", Post("Hello"), number=number)
    assert isinstance(await world.send("#support", Post("Hello"), number=number, uncertain=True), Sent)
    assert len(world.slack.channel("support").messages) == 1
    (look,) = world.slack.called("conversations.history")
    assert 0 < time.time() - float(look.arguments["oldest"]) < 700


async def test_an_uncertain_digest_is_found_with_its_files(world: SlackWorld) -> None:
    world.files[3] = (b"<!doctype html>", "text/html", "digest.html")
    digest = DigestPost("NPS 42", json.dumps([{"type": "divider"}]), 1, 3)
    world.slack.faults.next("chat.postMessage", faults.cut_after())
    assert isinstance(await world.send("#support", digest, number=9), Unknown)
    await world.channel.open()
    assert isinstance(await world.send("#support", digest, number=9, attempt=2, uncertain=True), Sent)
    support = world.slack.channel("support")
    assert len(support.top()) == 1
    (page,) = support.thread(support.messages[0])
    assert [file.name for file in page.files] == ["3-digest.html"]


async def test_an_uncertain_edit_is_made_once_more(world: SlackWorld) -> None:
    ts = await world.posted("#support", CARD)
    world.slack.faults.next("chat.update", faults.cut_after())
    assert isinstance(await world.send("#support", CARD, number=9, edits=ts), Unknown)
    assert await world.send("#support", CARD, number=9, edits=ts, attempt=2, uncertain=True) == Sent(ts)
    assert len(world.slack.channel("support").top()) == 1


@pytest.mark.parametrize(
    "method", ["conversations.history", "conversations.open", "files.getUploadURLExternal"]
)
async def test_what_breaks_before_anything_was_shown_is_surely_not_sent(
    world: SlackWorld, method: str
) -> None:
    """Looking for a post, opening a direct message, bringing a picture: nobody has seen anything yet."""
    chat = world.slack.member("U0EVA00001", "eva").id if method == "conversations.open" else "#support"
    world.slack.faults.next(method, faults.Fault(status=500))
    outcome = await world.send(chat, CARD, number=9, uncertain=method == "conversations.history")
    assert isinstance(outcome, Later)
    assert isinstance(await world.send(chat, CARD, number=9), Sent)


async def test_an_uncertain_post_that_never_arrived_is_made(world: SlackWorld) -> None:
    world.slack.faults.next("chat.postMessage", faults.cut_before())
    assert isinstance(await world.send("#support", Post("Hello"), number=9), Unknown)
    assert isinstance(await world.send("#support", Post("Hello"), number=9, uncertain=True), Sent)
    assert len(world.slack.channel("support").messages) == 1


async def test_a_lost_answer_to_a_file_brings_the_rest_and_nothing_twice(world: SlackWorld) -> None:
    world.slack.faults.next("files.completeUploadExternal", faults.Fault(status=500))
    post = Post("two files", (), (1, 2))
    assert isinstance(await world.send("#support", post, number=9), Unknown)
    await world.channel.open()
    assert isinstance(await world.send("#support", post, number=9, attempt=2, uncertain=True), Sent)
    support = world.slack.channel("support")
    assert len(support.top()) == 1
    (reply,) = support.thread(support.messages[0])
    assert sorted(file.title for file in reply.files) == ["broken.png", "slip.pdf"]
    await world.channel.open()
    assert isinstance(await world.send("#support", post, number=9, attempt=3, uncertain=True), Sent)
    assert len(support.thread(support.messages[0])) == 1


# -- downloads -----------------------------------------------------------------------------------------------------


async def test_a_file_is_fetched_with_our_token(world: SlackWorld) -> None:
    file = await sent_file(world, "broken.png", PNG)
    assert await world.send("D0X", Download(5, file)) == Sent(content=PNG, mime="image/png")


async def test_a_file_of_another_organisation_is_asked_for_by_its_id(world: SlackWorld) -> None:
    shared = world.slack.channel("partners", shared=True)
    ben = world.slack.member("U0BEN00001", "ben", team="T0OTHER001")
    world.slack.invite(shared, ben)
    await ben.says_to_bot("look", files=[("broken.png", PNG)])
    file = (await world.event()).what.files[0]  # type: ignore[union-attr] # it is Attached
    assert file.ref.startswith("F0")
    assert await world.send("D0X", Download(5, file)) == Sent(content=PNG, mime="image/png")


async def test_a_program_that_calls_itself_a_picture_is_refused(world: SlackWorld) -> None:
    file = await sent_file(world, "broken.png", b"MZ" + b"\0" * 60)
    assert await world.send("D0X", Download(5, file)) == Never("wrong-type")


async def test_a_file_of_more_than_twenty_megabytes_is_refused(world: SlackWorld) -> None:
    file = await sent_file(world, "broken.png", PNG + b"\0" * 20 * 1024 * 1024)
    assert await world.send("D0X", Download(5, file)) == Never("too-large")
    lying = FileRef(file.ref, file.kind, file.name, file.mime, 5)
    assert await world.send("D0X", Download(5, lying)) == Never("too-large")


@pytest.mark.parametrize(
    "address",
    [
        "https://files.slack.com.evil.example/x",
        "https://evil.example/files-pri/x",
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/x",
        "file:///etc/passwd",
        "//evil.example/x",
        "/etc/passwd",
        "http://[broken/x",
        "é" * 10_000,
    ],
)
async def test_our_token_goes_to_no_other_host(world: SlackWorld, address: str) -> None:
    file = FileRef(address, "photo", "x.png", "image/png", 5)
    assert await world.send("D0X", Download(5, file)) == Never("gone")


async def test_a_redirect_is_not_followed(world: SlackWorld) -> None:
    file = await sent_file(world, "broken.png", PNG)
    world.slack.faults.next(
        "download",
        faults.Fault(status=302, body=b"", headers={"Location": f"{world.slack.url}/slack/signin"}),
    )
    assert await world.send("D0X", Download(5, file)) == Never("gone")


async def test_a_download_that_breaks_is_tried_again_and_given_up_at_last(world: SlackWorld) -> None:
    file = await sent_file(world, "broken.png", PNG)
    world.slack.faults.next("download", faults.Fault(status=503), faults.Fault(status=500))
    assert isinstance(await world.send("D0X", Download(5, file)), Later)
    assert await world.send("D0X", Download(5, file), attempt=10) == Never("gone")


async def sent_file(world: SlackWorld, name: str, content: bytes) -> FileRef:
    eva = world.slack.member("U0EVA00001", "eva")
    await eva.says_to_bot("look", files=[(name, content)])
    what = (await world.event()).what
    return what.files[0]  # type: ignore[union-attr] # it is Attached
