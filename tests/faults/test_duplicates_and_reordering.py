"""F16: updates that come twice, late, mixed up, in two bots under one number, edited, deleted, numbered anew.

Each has one effect, in the order of its first arrival: whatever is delivered how often, a chat ends as it would have
if everything had come once.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations.events import DAY, Address
from conversations.session import Session
from storage.interface.inbox import RawBody
from tests.faults.evidence import Database
from tests.faults.figures import figure
from tests.faults.mailroom import BOTS, US, Mailroom, Writer, direct, mailroom, slack_event
from tests.stores import opened

PHOTO = [{"file_id": "p", "width": 9, "height": 9, "file_size": 900}]
THINGS = (
    "/start", "9", "3", "Delivery", "4", "skip", "no", "it was late", "back", "/complain", "/cancel", "human",
    "yes", "4711-22", "/status", "edit:9", "edit:it was early", "photo", "sticker", "correct",
)  # fmt: skip
CASE_NUMBER = re.compile(r"A-\d{4}-\d{6}")
PEOPLE = 3

Delivery = tuple[int, int]
"""Whose, and which of their things."""


@dataclass(frozen=True)
class Plan:
    """What each person does, in which order and how often it arrives, and after how many arrivals we look."""

    things: tuple[tuple[str, ...], ...]
    deliveries: tuple[Delivery, ...]
    looks: frozenset[int]

    @property
    def first_arrivals(self) -> list[Delivery]:
        return list(dict.fromkeys(self.deliveries))


@st.composite
def plans(draw: st.DrawFn, *, ordered: bool) -> Plan:
    """With `ordered`, what a person does first arrives first, as in a chat; it may still come again at any time."""
    things = tuple(
        ("/start", *draw(st.lists(st.sampled_from(THINGS), min_size=1, max_size=6))) for _ in range(PEOPLE)
    )
    every = [(who, which) for who, listed in enumerate(things) for which in range(len(listed))]
    arrivals = draw(st.permutations(every))
    if ordered:
        turns = {who: iter(range(len(listed))) for who, listed in enumerate(things)}
        arrivals = [(who, next(turns[who])) for who, _ in arrivals]
    again = draw(st.lists(st.tuples(st.sampled_from(every), st.integers(0, 40)), max_size=12))
    for delivery, place in again:
        after = arrivals.index(delivery) + 1
        arrivals.insert(max(after, min(place, len(arrivals))), delivery)
    looks = draw(st.frozensets(st.integers(0, len(arrivals))))
    return Plan(things, tuple(arrivals), looks)


class Post:
    """A mailroom on one database for all examples: each has new chats, and numbers that only go up."""

    def __init__(self, runner: asyncio.Runner, room: Mailroom, database: Database) -> None:
        self.run = runner.run
        self.room = room
        self.database = database
        self.chats = count(1_000)
        self.updates = {bot: count(1) for bot in BOTS}

    def group(self) -> list[Writer]:
        """People of the two bots; the numbers of their chats are the same in both."""
        chats = [next(self.chats) for _ in range(PEOPLE)]
        return [Writer(chat, bot=BOTS[place % 2]) for place, chat in enumerate(chats)]

    def bodies(self, group: list[Writer], plan: Plan) -> dict[Delivery, RawBody]:
        """Every thing as an update with a number of its own; the two bots count alike."""
        made: dict[Delivery, RawBody] = {}
        for who, things in enumerate(plan.things):
            for which, thing in enumerate(things):
                content = _content(group[who], thing, which + 1)
                made[who, which] = group[who].body(content, next(self.updates[group[who].bot]))
        return made

    def deliver(self, plan: Plan) -> list[Writer]:
        """Everything as planned: repeated, in batches, applied now and then."""
        group = self.group()
        bodies = self.bodies(group, plan)
        batch: list[RawBody] = []
        for place, delivery in enumerate(plan.deliveries):
            batch.append(bodies[delivery])
            if place in plan.looks:
                self.run(self.room.takes(batch))
                self.run(self.room.works())
                batch = []
        self.run(self.room.takes(batch))
        self.run(self.room.works())
        return group

    def deliver_once(self, plan: Plan) -> list[Writer]:
        """The same by other people, each thing once and applied before the next."""
        group = self.group()
        bodies = self.bodies(group, plan)
        for delivery in plan.first_arrivals:
            self.run(self.room.takes([bodies[delivery]]))
            self.run(self.room.works())
        return group

    def outcome(self, address: Address) -> dict[str, Any]:
        """What became of a chat, without ids and numbers."""
        found = self.run(self.room.conversation(address))
        assert found is not None
        its_own = f"conversation_id = {found.id} AND id > {found.id}"  # ids grow: what is older is another's
        facts = self.database.rows(f"SELECT kind FROM fact WHERE {its_own}")
        return {
            "stack": [_walked(one) for one in found.stack],
            "facts": Counter(facts),
            "told": [CASE_NUMBER.sub("number", text) for text in self.room.said_to(address)],
            "cases": self.database.rows(
                f"SELECT state, category, owner FROM case_ WHERE {its_own} ORDER BY id"
            ),
        }


def _content(writer: Writer, thing: str, number: int) -> dict[str, Any]:
    if thing.startswith("edit:"):
        return writer.edits(thing.removeprefix("edit:"), max(number - 1, 1))
    if thing == "photo":
        return writer.sends(number, photo=PHOTO)
    if thing == "sticker":
        return writer.sends(number, sticker={"file_id": "s"})
    return writer.says(thing, number)


def _walked(session: Session) -> tuple[object, ...]:
    answers = {key: (one.value, one.words, one.skipped) for key, one in session.answers.items()}
    return session.dialogue, session.state, session.turn, session.strikes, session.trail, answers


@pytest.fixture
def post(sqlite_url: str) -> Iterator[Post]:
    """A mailroom on SQLite for a synchronous test; at the end all was applied and no invariant is broken."""
    with asyncio.Runner() as runner:
        opening = opened(sqlite_url)
        store = runner.run(opening.__aenter__())
        yield Post(runner, mailroom(store), Database(sqlite_url))
        assert Database(sqlite_url).rows("SELECT reason FROM inbox WHERE state <> 'applied'") == []
        assert runner.run(store.broken_invariants()) == []
        runner.run(opening.__aexit__(None, None, None))


often = settings(
    max_examples=figure("F16"),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@often
@given(plan=plans(ordered=False))
def test_however_often_and_mixed_up_each_has_one_effect(post: Post, plan: Plan) -> None:
    rough, calm = post.deliver(plan), post.deliver_once(plan)
    for one, other in zip(rough, calm, strict=True):
        assert post.outcome(one.address) == post.outcome(other.address)


@often
@given(plan=plans(ordered=True))
def test_a_chat_is_what_it_would_be_without_the_others_and_the_repetitions(post: Post, plan: Plan) -> None:
    rough = post.deliver(plan)
    alone = Plan(plan.things, tuple(sorted(plan.first_arrivals)), frozenset())
    for one, other in zip(rough, post.deliver_once(alone), strict=True):
        assert post.outcome(one.address) == post.outcome(other.address)


def test_one_number_in_two_bots_is_two_updates(post: Post) -> None:
    both = [Writer(5, bot=bot) for bot in BOTS]
    post.run(post.room.takes([one.body(one.says("/start", 1), 7) for one in both] * 3))
    post.run(post.room.works())
    for one in both:
        assert sum("How likely" in text for text in post.room.said_to(one.address)) == 1


def test_numbers_that_start_again_lower_after_a_silent_week_lose_nothing(post: Post) -> None:
    kim = Writer(6)
    first = [kim.body(kim.says(text, place), 900 + place) for place, text in enumerate(("/start", "9"), 1)]
    post.run(post.room.takes(first))
    post.run(post.room.works())
    post.room.clock.at += 8 * DAY
    post.run(post.room.works())  # the first talk is over
    second = [
        kim.body(kim.says(text, place), 899 + place) for place, text in enumerate(("/start", "2", "Price"), 3)
    ]
    for batch in (second[:2], second, second):
        post.run(post.room.takes(batch))
        post.run(post.room.works())
    told = post.room.said_to(kim.address)
    assert sum("How likely" in text for text in told) == 2
    assert post.database.rows("SELECT count(*) FROM inbox") == [(5,)]
    found = post.run(post.room.conversation(kim.address))
    assert found is not None
    assert found.stack[-1].answers["score"].value == 2


def test_slack_may_repeat_edit_and_delete_in_any_order(post: Post) -> None:
    """An edit that overtakes its message, a repetition after it was deleted: one answer, one correction, no error."""
    said = direct("U0ANNA0001", "I want to complain", "1.1")
    about = direct("U0ANNA0001", "delivery", "2.1")
    edit = {
        "type": "message",
        "subtype": "message_changed",
        "channel_type": "im",
        "channel": "D0ANNA0001",
        "message": {"user": "U0ANNA0001", "text": "product", "ts": "2.1"},
        "previous_message": {"user": "U0ANNA0001", "text": "delivery", "ts": "2.1"},
        "ts": "3.1",
    }
    gone = {"type": "message", "subtype": "message_deleted", "channel_type": "im", "channel": "D0ANNA0001"}
    gone |= {"deleted_ts": "2.1", "ts": "4.1"}
    events: tuple[dict[str, Any], ...] = (said, about, edit, gone)
    letters = {name: slack_event(event, name) for name, event in zip("ABCD", events, strict=True)}
    assert letters["D"] is None
    for name in "CABBACDBCADB":
        if body := letters[name]:
            post.run(post.room.takes([body]))
            post.run(post.room.works())
    found = post.run(post.room.conversation(Address(US.account, "D0ANNA0001")))
    assert found is not None
    (session,) = found.stack
    assert len(session.trail) == 1
    assert post.database.rows("SELECT count(*) FROM inbox") == [(3,)]
