"""A chat without platform, database or clock: says, presses and waits, and what is seen then."""

import tomllib
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import TypeVar

from bot.settings.language_files import shipped_words
from conversations.definition.library import Library
from conversations.definition.parse import parse
from conversations.effects import AnswerPress, Button, DropTimer, Effect, MarkKeyboard, Message, Say, SetTimer
from conversations.events import HOUR, SECOND, Address, Elapsed, Event, Instant, Pressed, Said, Sender, What
from conversations.facts import Fact
from conversations.session import Conversation, ConversationId, PersonId
from conversations.step import Given
from conversations.talk import talk
from conversations.texts.texts import Texts

HERE = Path(__file__).parent
One = TypeVar("One")

START = 1_764_000_000 * SECOND  # 24 November 2025, 16:00 UTC
ADDRESS = Address("console:local", "1")


class Counting:
    """Ids that count up."""

    def __init__(self, first: int = 1_000) -> None:
        self._numbers = count(first)

    def next(self) -> int:
        """Return the next number."""
        return next(self._numbers)


@cache
def system_texts() -> Texts:
    """The texts of the product."""
    return Texts.load(shipped_words())


VOCABULARY = system_texts().vocabulary


def dialogue_data(name: str) -> dict[str, object]:
    """A dialogue of the tests, as parsed TOML."""
    return tomllib.loads((HERE / "dialogues" / f"{name}.toml").read_text("utf-8"))


@cache
def library(*names: str, languages: tuple[str, ...] = ("en", "de"), default: str = "") -> Library:
    """A library of the tests' dialogues."""
    parsed = [parse(name, dialogue_data(name)) for name in names]
    assert not [problem for _, problems in parsed for problem in problems]
    dialogues = [dialogue for dialogue, _ in parsed if dialogue]
    return Library(dialogues, system_texts(), organisation="Acme", languages=languages, default=default)


class Chat:
    """One person talking to one library. `seen` are messages, `facts` and `answers` all there ever were."""

    def __init__(self, shelf: Library | None = None, language: str = "en", name: str = "Kim") -> None:
        self.library = shelf or library("survey", "complaint", "solution", default="survey")
        self.conversation = Conversation(ConversationId(1), ADDRESS, PersonId(2), name, language)
        self.now: Instant = START
        self.ids = Counting()
        self.timers: dict[tuple[str, str], Instant] = {}
        self.seen: list[Message] = []
        self.effects: list[Effect] = []
        self.facts: list[Fact] = []
        self.answers: list[Given] = []
        self._events = count(1)

    # -- what the person does

    def begins(self, dialogue: str, invitation: int = 0, **bindings: str) -> "Chat":
        """A dialogue is opened for the person."""
        step = talk.begin(self.library, self.conversation, dialogue, bindings, self.now, self.ids, invitation)
        return self._take(step)

    def does(self, what: What, message: str = "") -> "Chat":
        """Anything at all."""
        number = next(self._events)
        event = Event(
            f"test:{number}",
            self.now,
            ADDRESS,
            Sender("u1", self.conversation.name),
            what,
            message or str(number),
        )
        return self._take(talk.step(self.library, self.conversation, event, self.now, self.ids))

    def says(self, *texts: str) -> "Chat":
        """Text, one message each."""
        for text in texts:
            self.does(Said(text))
        return self

    def presses(self, *labels: str) -> "Chat":
        """Buttons, each found by its label in the last message that has buttons."""
        for label in labels:
            self.does(Pressed(self.button(label).token, "callback", "keyboard"))
        return self

    def waits(self, duration: Instant = HOUR) -> "Chat":
        """Time passes; timers fire in order."""
        until = self.now + duration
        while due := sorted((at, key) for key, at in self.timers.items() if at <= until):
            self.now, key = max(due[0][0], self.now), due[0][1]
            del self.timers[key]
            event = Event(f"timer:{key}", self.now, ADDRESS, Sender("", ""), Elapsed(*key))
            self._take(talk.step(self.library, self.conversation, event, self.now, self.ids))
        self.now = until
        return self

    def staffed(self, duration: Instant) -> "Chat":
        """A member of staff begins to talk to the person."""
        self.conversation = replace(self.conversation, staffed_until=self.now + duration)
        return self

    # -- what is seen

    @property
    def last(self) -> Message:
        """The last message."""
        return self.seen[-1]

    @property
    def labels(self) -> list[str]:
        """The buttons below the last message."""
        return [button.label for row in self.last.buttons for button in row]

    @property
    def toast(self) -> str:
        """What the last press was answered with."""
        return [effect.text for effect in self.effects if isinstance(effect, AnswerPress)][-1]

    @property
    def marks(self) -> list[MarkKeyboard]:
        """Keyboards changed by the last event."""
        return [effect for effect in self.effects if isinstance(effect, MarkKeyboard)]

    def button(self, label: str) -> Button:
        """A button by its label, the newest first."""
        for message in reversed(self.seen):
            for row in message.buttons:
                for button in row:
                    if button.label == label:
                        return button
        raise AssertionError(f"no button '{label}'; the last ones: {self.labels}")

    def sees(self, *parts: str) -> "Chat":
        """The last message contains all of this."""
        for part in parts:
            assert part in self.last.text, self.last.text
        return self

    def effect(self, kind: type[One]) -> list[One]:
        """Effects of one kind that the last event had."""
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def fact(self, kind: type[One]) -> list[One]:
        """All facts of one kind."""
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def _take(self, step: talk.Talked) -> "Chat":
        self.conversation = step.state
        self.effects = list(step.effects)
        self.facts += step.facts
        self.answers += step.answers
        for effect in step.effects:
            match effect:
                case Say(message):
                    self.seen.append(message)
                    if message.buttons:
                        row = self.ids.next()
                        self.conversation = replace(
                            self.conversation, keyboard=row, keyboard_text=message.text
                        )
                case SetTimer(owner, kind, at):
                    self.timers[owner, kind] = at
                case DropTimer(owner, kind):
                    self.timers = {
                        key: at
                        for key, at in self.timers.items()
                        if key[0] != owner or kind not in ("*", key[1])
                    }
                case _:
                    pass
        return self
