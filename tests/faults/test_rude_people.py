"""F17: people who click twice, press old buttons, answer two questions at once, send stickers, start in the middle;
groups, channels, anonymous administrators and other bots.

A machine does such things by chance, through the real inbox and engine on a real database, and a small model says what
must follow: an answer to every press, a word to every text, silence towards bots and channels, no effect of what is
over, never an exception, and always a way out.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import count

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from conversations.checks.states import reached
from conversations.definition.library import Library
from conversations.effects import Button
from conversations.events import HOUR, Address
from conversations.session import STACK_LIMIT, Conversation, Session, SessionId
from conversations.talk.command_words import plain_words
from conversations.talk.tokens import read_token
from tests.faults.evidence import Database
from tests.faults.figures import figure
from tests.faults.mailroom import Json, Mailroom, Writer, mailroom
from tests.stores import opened
from tests.unit.conversations.chat import VOCABULARY
from tests.unit.handlers.desk import MIA, organisation

STEPS = 50  # of one example

WORDY = st.one_of(
    st.sampled_from(
        ["9", "3/10", "1, 2", "yes", "no", "nein", "fertig", "gestern", "4711-22", "kim@example.org"]
    ),
    st.sampled_from(
        ["/start", "/start x", "/start " + "A" * 22, "/complain", "/help", "/cancel", "/dance", "/"]
    ),
    st.sampled_from(sorted(plain_words(VOCABULARY))),
    st.text(max_size=30),
)
MEDIA: tuple[Json, ...] = (
    {"sticker": {"file_id": "s"}},
    {"photo": [{"file_id": "p", "width": 9, "height": 9, "file_size": 900}]},
    {"photo": [{"file_id": "p", "width": 9, "height": 9}], "media_group_id": "album", "caption": "look"},
    {"document": {"file_id": "d", "file_name": "../../x.exe", "mime_type": "text/html", "file_size": 30_000_000}},
    {"voice": {"file_id": "v", "duration": 3}},
    {"video_note": {"file_id": "n"}},
    {"location": {"latitude": 52.5, "longitude": 13.4}},
    {"contact": {"phone_number": "+4930123", "first_name": "Jo", "user_id": 4}, "forward_origin": {"type": "user"}},
    {"contact": {"phone_number": "+4930123", "first_name": "Jo"}},
    {"poll": {"id": "1", "question": "?"}},
    {"dice": {"emoji": "🎲", "value": 6}},
)  # fmt: skip
BOT = {"id": 99, "is_bot": True, "first_name": "Other bot", "username": "other_bot"}
ANONYMOUS = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


class Place:
    """A mailroom on one database for all examples: each has new chats and new numbers."""

    def __init__(self, runner: asyncio.Runner, room: Mailroom, database: Database, library: Library) -> None:
        self.run = runner.run
        self.room = room
        self.database = database
        self.library = library
        self.chats = count(1_000)
        self.updates = count(1)
        self.visited: set[tuple[str, str]] = set()


@dataclass(frozen=True)
class Seen:
    """What can be seen of a chat from outside, and what the program holds of it."""

    messages: int
    toasts: int
    conversation: Conversation | None


class RudePerson(RuleBasedStateMachine):
    """One person and a group, doing whatever they like."""

    place: Place

    @initialize(language=st.sampled_from(["en", "de", "xx", ""]))
    def arrive(self, language: str) -> None:
        self.writer = Writer(next(self.place.chats), language=language)
        self.group = -next(self.place.chats)
        self.number = count(1)
        self.does(self.writer.says("/start", next(self.number)))

    # what they do

    @rule(text=WORDY)
    def says(self, text: str) -> None:
        before = self.seen()
        after = self.does(self.writer.says(text, next(self.number)))
        if text.isprintable() and text.strip() and not self.has_case():
            assert after.messages > before.messages, f"no word to {text!r}"

    @rule(first=WORDY, second=WORDY)
    def says_two_things_at_once(self, first: str, second: str) -> None:
        self.does(self.writer.says(first, next(self.number)), self.writer.says(second, next(self.number)))

    @rule(content=st.sampled_from(MEDIA))
    def sends_anything(self, content: Json) -> None:
        self.does(self.writer.sends(next(self.number), **content))

    @rule(text=WORDY, back=st.integers(0, 5))
    def edits_a_message(self, text: str, back: int) -> None:
        latest = next(self.number)
        self.does(self.writer.edits(text, max(latest - back, 1)))

    @precondition(lambda self: self.keyboard())
    @rule(choice=st.integers(0, 30))
    def presses(self, choice: int) -> None:
        buttons = self.keyboard()
        self.presses_all(buttons[choice % len(buttons)])

    @precondition(lambda self: self.keyboard())
    @rule(choice=st.integers(0, 30))
    def double_clicks(self, choice: int) -> None:
        buttons = self.keyboard()
        button = buttons[choice % len(buttons)]
        self.presses_all(button, button)

    @precondition(lambda self: len(self.keyboard()) > 1)
    @rule(first=st.integers(0, 30), second=st.integers(0, 30))
    def presses_two_buttons_at_once(self, first: int, second: int) -> None:
        buttons = self.keyboard()
        self.presses_all(buttons[first % len(buttons)], buttons[second % len(buttons)])

    @rule(back=st.integers(1, 20), choice=st.integers(0, 30))
    def presses_an_old_button(self, back: int, choice: int) -> None:
        keyboards = self.keyboards()[:-1]
        if keyboards:
            buttons = keyboards[-back % len(keyboards)]
            self.presses_all(buttons[choice % len(buttons)])

    @rule(
        token=st.sampled_from(
            ["", "x", "a.1.b", "case:7", "case:x", "zzzzzzzzzzzzz.999999.!help", "\0", "🙂" * 20]
        )
    )
    def presses_what_we_never_offered(self, token: str) -> None:
        self.presses_all(Button("?", token))

    @rule(hours=st.sampled_from([1, 25, 80]))
    def lets_time_pass(self, hours: int) -> None:
        self.place.room.clock.at += hours * HOUR
        self.place.run(self.place.room.works())

    @rule(status=st.sampled_from(["kicked", "member", "left", "administrator"]))
    def blocks_and_comes_back(self, status: str) -> None:
        message = self.writer.says("", 1)["message"]
        self.does({"my_chat_member": message | {"new_chat_member": {"status": status}}})

    # who is not a person we talk to

    @rule(text=WORDY, who=st.sampled_from([BOT, ANONYMOUS]))
    def a_bot_writes(self, text: str, who: Json) -> None:
        message = self.writer.says(text, next(self.number))["message"] | {"from": who}
        self.is_passed_over({"message": message})

    @rule(text=WORDY)
    def a_channel_posts(self, text: str) -> None:
        chat = {"id": self.group, "type": "channel", "title": "News"}
        post = {"message_id": next(self.number), "date": 1, "chat": chat, "text": text, "sender_chat": chat}
        self.is_passed_over({"channel_post": post})
        self.is_passed_over({"message": post})

    @rule(text=WORDY, who=st.sampled_from([None, BOT, ANONYMOUS]))
    def a_group_talks(self, text: str, who: Json | None) -> None:
        chat = {"id": self.group, "type": "supergroup", "title": "Friends"}
        message = self.writer.says(text, next(self.number))["message"]
        message |= {"chat": chat, "from": who or self.writer.person}
        address = Address(self.writer.bot, str(self.group))
        before, ours = self.seen(address), self.seen()
        after = self.does({"message": message}, at=address)
        spoken_to = who is None and text.startswith("/")
        assert after.messages - before.messages <= spoken_to
        assert self.seen() == ours

    # there is always a way out

    @rule()
    def gives_up(self) -> None:
        for _ in range(STACK_LIMIT + 1):
            self.does(self.writer.says("/cancel", next(self.number)))
        assert _stack(self.seen().conversation) == ()

    # how it is done and looked at

    def does(self, *contents: Json, at: Address | None = None) -> Seen:
        """Hand updates over as one batch and apply them; nothing may die of it."""
        bodies = [self.writer.body(content, next(self.place.updates)) for content in contents]
        self.place.run(self.place.room.takes(bodies))
        self.place.run(self.place.room.works())
        dead = self.place.database.rows("SELECT reason FROM inbox WHERE state = 'dead'")
        assert dead == []
        return self.seen(at)

    def presses_all(self, *buttons: Button) -> None:
        """Press, in one batch: every press is answered, and only one of them can be the answer."""
        before = self.seen()
        stood = _stack(before.conversation)[-1:]
        given = [self.answers(session) + self.known(session) for session in stood]
        after = self.does(*(self.writer.presses(button.token) for button in buttons))
        assert after.toasts - before.toasts == len(buttons)
        for session, answers in zip(stood, given, strict=True):
            assert self.answers(session) <= answers + 1
        if not any(self.is_alive(button, before.conversation) for button in buttons):
            assert _stack(after.conversation) == _stack(before.conversation)

    def is_passed_over(self, content: Json) -> None:
        """Nobody hears anything, nothing changes."""
        before = self.seen()
        assert self.does(content) == before

    def seen(self, address: Address | None = None) -> Seen:
        address = address or self.writer.address
        letters, found = (
            self.place.room.letters[address.account],
            self.place.run(self.place.room.conversation(address)),
        )
        if found is not None and found.stack:
            self.place.visited.add((found.stack[-1].dialogue, found.stack[-1].state))
        return Seen(len(letters.messages[address.chat]), len(letters.toasts[address.chat]), found)

    def answers(self, session: Session) -> int:
        """How many questions of a session are answered, also after it is over."""
        [(number,)] = self.place.database.rows(f"SELECT count(*) FROM answer WHERE session_id = {session.id}")
        return int(number)

    def known(self, session: Session) -> int:
        """How many questions a session answers by itself on its way, from what was said before it."""
        questions = self.place.library.current[session.dialogue].questions.values()
        open_ones = (asked for asked in questions if asked.id not in session.answers)
        return sum(bool(session.bindings.get(asked.given)) for asked in open_ones)

    def is_alive(self, button: Button, conversation: Conversation | None) -> bool:
        """Whether a button may still do something."""
        token = read_token(button.token)
        session = conversation.stack[-1] if conversation and conversation.stack else None
        if token is None or token.steers:
            return button.token.startswith("case:") or token is not None
        return bool(session and (token.session, token.turn) == (session.id, session.turn))

    def has_case(self) -> bool:
        """Whether words may go to a case without a word back."""
        conversation = self.seen().conversation
        assert conversation is not None
        return bool(
            self.place.database.rows(f"SELECT 1 FROM case_ WHERE conversation_id = {conversation.id} LIMIT 1")
        )

    def keyboards(self) -> list[list[Button]]:
        sent = self.place.room.letters[self.writer.bot].messages[self.writer.address.chat]
        return [[button for row in message.buttons for button in row] for message in sent if message.buttons]

    def keyboard(self) -> list[Button]:
        """The buttons last offered."""
        every = self.keyboards()
        return every[-1] if every else []


def _stack(conversation: Conversation | None) -> tuple[Session, ...]:
    return conversation.stack if conversation else ()


@pytest.fixture
def place(sqlite_url: str) -> Iterator[Place]:
    """Where it happens; at the end no invariant is broken."""
    company = organisation(MIA)
    with asyncio.Runner() as runner:
        opening = opened(sqlite_url)
        store = runner.run(opening.__aenter__())
        yield Place(runner, mailroom(store, company), Database(sqlite_url), company.library)
        assert runner.run(store.broken_invariants()) == []
        runner.run(opening.__aexit__(None, None, None))


def test_whatever_a_person_does_there_is_an_answer_or_a_reason_for_silence(place: Place) -> None:
    class Rude(RudePerson):
        pass

    Rude.place = place
    often = settings(
        max_examples=figure("F17") // STEPS,
        stateful_step_count=STEPS,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Rude, settings=often)
    assert len(place.visited) >= 5, place.visited


def test_every_question_of_every_dialogue_is_reached_and_left(place: Place) -> None:
    """Left by giving up, wherever somebody stands; and by the rules, which all lead to an end."""
    people = []
    for dialogue in place.library.current.values():
        assert reached(dialogue, (dialogue.start,)) == set(dialogue.table.states)
        for question in dialogue.questions:
            assert reached(dialogue, (question,)) & set(dialogue.outcomes)
            writer = Writer(next(place.chats))
            people.append(writer)
            place.run(place.room.takes([writer.body(writer.says("/help", 1), next(place.updates))]))
            place.run(place.room.works())
            bindings = dict.fromkeys(dialogue.bindings, "1")
            session = Session(
                SessionId(writer.chat), dialogue.name, dialogue.revision, question, 1, bindings=bindings
            )
            place.run(stand(place, writer, replace(session, turn=1, asked=place.room.clock.now())))
    for text in ("nonsense", "/help", "/cancel"):
        bodies = [one.body(one.says(text, 2), next(place.updates)) for one in people]
        place.run(place.room.takes(bodies))
        place.run(place.room.works())
    for one in people:
        assert _stack(place.run(place.room.conversation(one.address))) == ()
        assert len(place.room.said_to(one.address)) >= 3
    assert place.database.rows("SELECT reason FROM inbox WHERE state = 'dead'") == []


async def stand(place: Place, writer: Writer, session: Session) -> None:
    """Put somebody before a question."""
    async with place.room.store.transaction() as tx:
        found = (await tx.conversations.at([writer.address]))[writer.address]
        await tx.conversations.save([replace(found, stack=(session,), version=found.version + 1)])
