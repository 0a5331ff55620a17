"""F19: emoji families by the thousand, nothing but invisible signs, text that runs backwards, storms of accents, NUL,
half pairs, a megabyte, letters that only look like those of an order number.

Stored alike on both engines, cut between graphemes, counted in UTF-16, taken by both platforms, and shown so that
nothing in it does anything.
"""

import asyncio
import unicodedata
from collections.abc import Iterator
from datetime import date
from itertools import count, pairwise
from typing import Any

import pytest
import regex
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.channels.slack.outbound import blocks
from bot.channels.telegram.outbound.rendering import caption, texts
from conversations.effects import Message
from conversations.events import Said
from conversations.question import (
    NAME_LIMIT,
    WORDS_LIMIT,
    Accepted,
    Ask,
    Question,
    Rejection,
    clean,
    question_types,
)
from conversations.subject import about_case
from conversations.texts.graphemes import clip, graphemes
from conversations.texts.texts import inert
from handlers.turn.ports import Card, CardField, Post
from sandbox.telegram.text import TEXT_LIMIT, caption_text, message_text, units
from tests.contract.test_slack_looks import of_message
from tests.e2e.chats import card_of, complains
from tests.faults.evidence import Database
from tests.faults.figures import figure
from tests.faults.mailroom import Json, Mailroom, Writer, mailroom
from tests.stage import Stage
from tests.stores import opened
from tests.unit.conversations.chat import Counting, system_texts

FAMILY = "👨‍👩‍👧‍👦"
CORPUS = {
    "families": FAMILY * 4_096,
    "flags": "🇩🇪🇫🇷🇯🇵" * 1_500,
    "skin": "👍🏿👩🏽‍🚀" * 900,
    "zero width": "\u200b\u200c\u2060\ufeff" * 9,
    "backwards": "\u202egnp.\u202cexe \u2066x\u2069 \u061c",
    "storm": "Z" + "\u0351\u0316\u0489" * 1_500 + "algo",
    "storms": ("Z" + "\u0351" * 90) * 60,
    "nul": "a\0b",
    "half pairs": "a\ud800b\udc00c",
    "megabyte": "wort " * 200_000,
    "line ends": "a\r\nb\rc\n\n\nd\u2028e\u2029f\x85g",
    "controls": "".join(map(chr, range(1, 32))) + "\x7f\x9b31m\x1b[2J",
    "edges": "\ufffe\uffff\U0010ffff\ue000\U000e0067",
    "conjoining": "\u1112\u1161\u11ab" * 1_600,
    "devanagari": "क्षि" * 1_400,
    "expanding": "שּׁ" * 4_000,
    "quotes": "' \" ` ; -- % %s {} {{ 7 * 7 }} {% raw %} \\u0000 \\",
    "markup": "<b>x</b> <!channel> <@U0EVA00001> &amp; *b* _i_ ```c``` [a](http://b)",
    "space": " \t\u00a0\u3000" * 99,
}
PAST_BMP = st.characters(min_codepoint=0x10000, max_codepoint=0x10FFFF)
PIECES = st.one_of(
    st.sampled_from(
        [FAMILY, "🇩🇪", "e\u0301", "\u200d", "\u202e", "\0", "\ud83d", "\r\n", "ﷺ", "क्षि", "<b>", "&"]
    ),
    st.characters(),
    PAST_BMP,
)
WORDS = st.lists(PIECES, max_size=60).map("".join)


# -- what is stored


Kept = tuple[str, list[tuple[Any, ...]], list[tuple[object, ...]], list[str]]
"""Name, answers, open dialogues, and what was said to somebody."""


class Engines:
    """A mailroom on each engine; both get the same."""

    def __init__(self, runner: asyncio.Runner, rooms: dict[str, Mailroom]) -> None:
        self.run = runner.run
        self.rooms = rooms
        self.chats = count(1_000)
        self.updates = count(1)

    def tell(self, *words: str) -> list[Writer]:
        """Somebody for each text, who is called like it, complains with it, and corrects themselves with it."""
        writers = [Writer(next(self.chats), name=text) for text in words]
        for step in range(5):
            bodies = [one.body(_step(one, step), next(self.updates)) for one in writers]
            for room in self.rooms.values():
                self.run(room.takes(bodies))
                self.run(room.works())
        return writers

    def kept(self, url: str, writer: Writer) -> Kept:
        """What an engine holds of somebody."""
        database, room = Database(url), self.rooms[url]
        found = self.run(room.conversation(writer.address))
        assert found is not None
        answers = database.rows(
            f"SELECT question, words, skipped FROM answer WHERE conversation_id = {found.id} ORDER BY question"
        )
        spoken: list[tuple[object, ...]] = [
            (one.dialogue, one.state, one.trail, one.strikes) for one in found.stack
        ]
        return found.name, answers, spoken, room.said_to(writer.address)


def _step(writer: Writer, step: int) -> Json:
    """What somebody does one after the other; their words are their name."""
    match step:
        case 0 | 1 | 4 as place:
            return writer.says(("/complain", "delivery", "", "", "4711")[place], place + 1)
        case 2:
            return writer.says(writer.name, 3)
        case _:
            return writer.edits(f"{writer.name}!", 3)


@pytest.fixture
def engines(sqlite_url: str, migrated_url: str) -> Iterator[Engines]:
    """Both engines for a synchronous test; at the end nothing is dead."""
    with asyncio.Runner() as runner:
        stores = {url: opened(url) for url in (sqlite_url, migrated_url)}
        rooms = {url: mailroom(runner.run(opening.__aenter__())) for url, opening in stores.items()}
        yield Engines(runner, rooms)
        for url in stores:
            assert Database(url).rows("SELECT reason FROM inbox WHERE state <> 'applied'") == []
        for opening in stores.values():
            runner.run(opening.__aexit__(None, None, None))


def alike(engines: Engines, *words: str) -> None:
    """Tell both engines, and compare."""
    first, second = engines.rooms
    for writer in engines.tell(*words):
        assert engines.kept(first, writer) == engines.kept(second, writer)
        name, answers, _, _ = engines.kept(first, writer)
        for kept in (name, *(row[1] for row in answers)):
            assert kept == clean(kept)


def test_both_engines_keep_the_same_of_every_awkward_text(engines: Engines) -> None:
    alike(engines, *(text[:20_000] for text in CORPUS.values()))


@settings(
    max_examples=max(figure("F19") // 10, 1),
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.large_base_example,
    ],
)
@given(words=st.lists(WORDS, min_size=10, max_size=10))
def test_both_engines_keep_the_same_of_any_text(engines: Engines, words: list[str]) -> None:
    alike(engines, *words)


# -- where it is cut


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS)
@pytest.mark.parametrize("limit", [1, 40, 200, WORDS_LIMIT])
def test_a_text_is_cut_between_graphemes(text: str, limit: int) -> None:
    kept = clean(text, limit)
    assert len(kept) <= limit
    assert kept == clean(kept, limit)
    assert unicodedata.is_normalized("NFC", kept)
    whole = clean(text, WORDS_LIMIT + 1)
    assert whole.startswith(kept)
    assert is_whole(kept, whole, limit)


@settings(max_examples=figure("F19"))
@given(text=WORDS, limit=st.integers(1, 70))
def test_any_text_is_cut_between_graphemes(text: str, limit: int) -> None:
    kept = clip(text, limit)
    assert text.startswith(kept)
    assert len(kept) <= limit
    assert is_whole(kept, text, limit)
    assert len(kept) == len(text) or len(kept) + len(next(graphemes(text[len(kept) :]))) > limit


def is_whole(kept: str, text: str, limit: int) -> bool:
    """Whether a beginning ends where a grapheme of the text ends, or its only grapheme is larger than the limit."""
    ends = {found.end() for found in regex.finditer(r"\X", text)}
    rest = text[len(kept) :]
    return len(kept) in ends or not kept or rest.lstrip() != rest or all(end > limit for end in ends)


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS)
def test_telegram_takes_every_part_and_no_part_is_torn(text: str) -> None:
    accepted_by_telegram(text[:50_000])


@settings(max_examples=figure("F19"))
@given(piece=WORDS, times=st.integers(1, 400))
@example(piece=f"{FAMILY * 2}\u200d\r\n", times=171)
def test_telegram_takes_any_text_in_parts(piece: str, times: int) -> None:
    accepted_by_telegram(piece * times)


def accepted_by_telegram(text: str) -> None:
    """The local Telegram refuses what is too long or has an entity beside its text; what it shows is what was said."""
    shown = clean(text, 50_000)
    parts = texts(f"<b>We heard</b>: <blockquote>{inert(shown)}</blockquote>")
    taken = [message_text(part.text, None, [dict(entity) for entity in part.entities]) for part in parts]
    assert all(units(text) <= TEXT_LIMIT for text, _ in taken)
    seen = "".join("".join(text.split()) for text, _ in taken)
    assert seen == "".join(f"We heard: {shown}".split())
    for (before, _), (after, _) in pairwise(taken):
        last = list(graphemes(before))[-1]
        across = next(graphemes(last + after))  # not torn where a line ended between the two
        torn = across != last and across in shown
        assert not torn or units(across) > TEXT_LIMIT
    small = caption(str(inert(shown)))
    assert small is None or caption_text(small.text, None, [dict(one) for one in small.entities])


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS)
def test_slack_takes_every_text(text: str) -> None:
    words = clean(text)
    shown = str(inert(words))
    card = Card(
        about_case(41),
        words[:140] or "x",
        "#d1453b",
        (CardField("customer", shown),) * 12,
        shown,
        (),
        (),
        "U0EVA00001",
    )
    assert of_message(blocks.message(Message(shown))) == []
    assert of_message(blocks.post(Post(shown))) == []
    assert of_message(blocks.card(card, [], [words] * 12)) == []


# -- what is understood


@pytest.mark.parametrize(
    "look", ["А-2026-000001", "4711‐22".replace("4", "Ч"), "４７１１-２２", "47\u200d11", "٤٧١١"]
)
def test_what_only_looks_like_an_order_number_is_none(look: str) -> None:
    """Letters of another script that look alike would lead to nobody's order, or to somebody else's."""
    kind = question_types()["order"]
    question = Question("order", "order", settings=kind.settings)
    ask = Ask(
        question,
        lambda key: key,
        lambda key, **values: key,
        lambda: date(2026, 11, 24),
        Counting(),
        system_texts().vocabulary,
    )
    assert isinstance(kind.accept(ask, Said(look)), Rejection)
    assert kind.accept(ask, Said("4711\u200b-22")) == Accepted(None, "4711-22")


def test_a_name_is_bounded_and_does_not_turn_the_card_around() -> None:
    assert clean("\u202egnp.exe", NAME_LIMIT) == "gnp.exe"
    assert len(clean("x" * 9_999, NAME_LIMIT)) == NAME_LIMIT
    assert clean(CORPUS["zero width"], NAME_LIMIT) == ""


# -- the whole way


@pytest.mark.timeout(120)
async def test_neither_platform_refuses_any_of_it(stage: Stage) -> None:
    """A customer writes all of it into their case, staff answer with all of it: nothing is refused anywhere."""
    eve = stage.customer("\u202eEve " + FAMILY * 9)
    number = await complains(eve, words=CORPUS["storms"][:4_000])
    card = await card_of(stage, number)
    await stage.deniz.presses("Annehmen", in_=card)
    await eve.sees("has taken on")
    for text in CORPUS.values():
        if clean(text):
            await eve.says(text.encode("utf-8", "replace").decode()[:4_000])
            stage.wait("PT2M")  # so that every line comes by itself
            await stage.quiet()
    for name in ("families", "storm", "backwards", "markup"):
        await stage.deniz.presses("Antworten", in_=card)
        await stage.deniz.sees_modal("Antworten")
        await stage.deniz.submits({"text": CORPUS[name][:2_990]})
        await stage.quiet()
    await stage.holds()
