"""F26: templates, patterns and question types that loop or eat memory.

What authors write is refused when it is loaded, with its place; what a program does wrong is broken off, becomes a dead
letter, and everybody else is answered within five seconds.
"""

import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest

from bot.app import library_of, load_dialogues
from bot.process.time_limit import TimeLimit
from bot.settings.config import Settings
from conversations.definition.parse import parse
from conversations.effects import Fetch
from conversations.events import MINUTE, Attached, FileRef, Said, Shared
from conversations.problem import Problem
from conversations.question import (
    WORDS_LIMIT,
    Accepted,
    Ask,
    Chosen,
    Prompt,
    Question,
    Rejection,
    Reply,
    Setting,
    question_types,
)
from conversations.session import Answer
from handlers.turn.budget import Budget
from tests.faults.evidence import Database
from tests.faults.mailroom import Mailroom, Writer, mailroom
from tests.stores import opened
from tests.unit.conversations.chat import Counting, system_texts
from tests.unit.handlers.desk import MIA, organisation

HOLE: dict[str, Any] = {
    "title": {"en": "Hole"},
    "start": "dig",
    "questions": {"dig": {"type": "digging", "ask": {"en": "How deep?"}, "next": "done"}},
    "outcomes": {"done": {"say": {"en": "Thanks for digging."}}},
}


class Digging:
    """A question type with every mistake there is."""

    settings: Mapping[str, Setting] = {}
    labels = ()
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        yield from ()

    def prompt(self, ask: Ask) -> Prompt:
        return Prompt()

    def accept(self, ask: Ask, reply: Reply) -> Accepted | Rejection:
        match reply:
            case Said("loop"):
                while True:
                    pass
            case Said("pattern"):
                re.fullmatch(r"(\w+\s?)*!", "a" * 60)
            case Said("memory"):
                kept: list[str] = []
                while True:
                    kept.append(str(len(kept)))
            case Said("flood"):
                file = FileRef("r", "photo", "a.jpg", "image/jpeg", 1)
                return Accepted(None, "x", fetches=tuple(Fetch(number, file) for number in range(1_000)))
            case _:
                return Accepted(None, "fine")
        return Rejection("?")

    def show(self, ask: Ask, answer: Answer) -> str:
        return answer.words


@pytest.fixture
async def room(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mailroom]:
    """A mailroom whose `/start` opens the hole, and `/complain` the complaint; with the budget of `serve`."""
    monkeypatch.setitem(cast(dict[str, object], question_types()), "digging", Digging())
    hole, problems = parse("hole", HOLE)
    assert hole is not None, problems
    settings = Settings()
    library = library_of(settings, (*load_dialogues(settings)[0], hole))
    library.default = "hole"
    async with opened(sqlite_url) as store:
        made = mailroom(store, replace(organisation(MIA), library=library))
        made.inbox.budget = Budget(TimeLimit())
        yield made
        assert await store.broken_invariants() == []


async def begins(room: Mailroom, people: list[Writer], command: str) -> None:
    """Bring people to the first question of a dialogue."""
    await room.takes([one.body(one.says(command, 1), one.chat * 10) for one in people])
    await room.works()


@pytest.mark.parametrize("mistake", ["loop", "pattern", "memory", "flood"])
async def test_others_are_answered_at_once_whatever_one_place_does(
    room: Mailroom, sqlite_url: str, mistake: str
) -> None:
    diggers, others = [Writer(chat) for chat in range(100, 130)], [Writer(chat) for chat in range(200, 230)]
    await begins(room, diggers, "/start")
    await begins(room, others, "/complain")
    mixed = [one for pair in zip(diggers, others, strict=True) for one in pair]
    bodies = [
        one.body(one.says(mistake if one in diggers else "delivery", 2), one.chat * 10 + 1) for one in mixed
    ]
    began = time.process_time()
    await room.takes(bodies)
    await room.works()
    assert time.process_time() - began <= 5
    for one in others:
        assert room.said_to(one.address)[-1].startswith("What happened?")
    dead = Database(sqlite_url).rows("SELECT lane, reason FROM inbox WHERE state = 'dead'")
    assert {lane for lane, _ in dead} == {f"{one.bot}:chat:{one.chat}" for one in diggers}
    assert all(reason.startswith("OverBudget: ") for _, reason in dead)


async def test_a_place_that_is_closed_opens_again(room: Mailroom, sqlite_url: str) -> None:
    diggers = [Writer(chat) for chat in range(100, 104)]
    await begins(room, diggers, "/start")
    *first, last = diggers
    await room.takes([one.body(one.says("loop", 2), one.chat * 10 + 1) for one in first])
    await room.works()
    await room.takes([last.body(last.says("fine", 2), last.chat * 10 + 1)])
    await room.works()
    assert "Thanks for digging." not in room.said_to(last.address)
    room.clock.at += 11 * MINUTE
    await room.takes([last.body(last.says("fine", 3), last.chat * 10 + 2)])
    await room.works()
    assert room.said_to(last.address)[-1] == "Thanks for digging."
    dead = Database(sqlite_url).rows("SELECT reason FROM inbox WHERE state = 'dead' ORDER BY id")
    assert dead[-1] == ("OverBudget: 'hole' at 'dig' is closed for ten minutes: it took too long before",)


TEMPLATES = (
    "{% for i in range(10**9) %}x{% endfor %}",
    "{% for a in person.name %}{% for b in person.name %}x{% endfor %}{% endfor %}",
    "{{ 'a' * 10**9 }}",
    "{{ 9**9**9 }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ person.name | center(10**9) }}",
    "{{ person.name | join(person.name) }}",
    "{{ person.name.format(person) }}",
    "{{ [1] * 9 }}",
    "{% set x = person %}",
    "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "{% include 'hole' %}",
    "{{ " + "(" * 5_000 + "1" + ")" * 5_000 + " }}",
    "{{ " + "not " * 3_000 + "1 }}",
    "{{ person" + ".name" * 5_000 + " }}",
    "{{ " + "9" * 10_000 + " }}",
    "{% if person %}" * 3_000 + "{% endif %}" * 3_000,
    "{{ person.name | number }}",
    "{{ answers.dig | date }}",
)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda text: text[:40])
def test_a_template_that_could_run_away_is_refused_with_its_place(template: str) -> None:
    began = time.process_time()
    question = HOLE["questions"]["dig"] | {"type": "text", "ask": {"en": template}}
    dialogue, problems = parse("hole", HOLE | {"questions": {"dig": question}})
    assert dialogue is None
    assert {problem.path for problem in problems} == {"questions.dig.ask.en"}
    assert all(problem.remedy for problem in problems)
    assert time.process_time() - began <= 2


PATTERNS = (
    r"(A+)+B",
    r"(?:A|A)*B",
    r"(A*)*B",
    r"((A|B|AB)*)*C",
    r"(((A{100}){100}){100}){100}",
    r"(A?){40}A{40}",
    r"A{4294967294}",
    r"(?R)*A",
    r"(?<=(A+)+)B",
    r"A*" * 99 + "B",
    r"(.+)(.+)(.+)(.+)\1\2\3\4B",
    r".*?" * 60 + "B",
    r"(" * 5_000 + ")" * 5_000,
    r"[",
)


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda text: text[:30])
def test_a_pattern_that_could_run_away_is_refused_or_bounded(pattern: str) -> None:
    question = HOLE["questions"]["dig"] | {"type": "order", "pattern": pattern}
    dialogue, problems = parse("hole", HOLE | {"questions": {"dig": question}})
    if dialogue is None:
        assert [problem.path for problem in problems] == ["questions.dig.pattern"]
        return
    took, _ = judged(dialogue.questions["dig"], Said("A" * 40 + " " + "AB" * 20 + " " + "A1" * 20))
    assert took <= 0.2  # its own patience is 0.05 s of real time


HOSTILE = (
    "9" * 1_000_000,
    "1." * 100_000,
    "1," * 100_000 + "x",
    "a@" + "b." * 100_000,
    "a" * 100_000 + "@",
    "+" + "(" * 100_000,
    "\u0301" * 100_000,
    "👨‍👩‍👧‍👦" * 20_000,
    " " * 1_000_000,
    "1 und " * 50_000,
    "١" * 100_000,
    "-" * 100_000,
    "ß" * 100_000,
    "ﷺ" * 100_000,
    "24." * 50_000,
    "January " * 50_000,
    "\n" * 100_000,
)


@pytest.mark.parametrize("kind", sorted(question_types()))
def test_no_reply_keeps_a_question_type_busy(kind: str) -> None:
    """Length is cut before anything is parsed: 50 ms for each, whatever it is."""
    question = Question(
        "q", kind, options=("a", "b"), optional=True, settings=question_types()[kind].settings
    )
    for text in HOSTILE:
        for reply in (Said(text), Chosen(text), Shared(text, text, own=True), Attached((), text)):
            took, result = judged(question, reply)
            assert took <= 0.05, text[:20]
            if isinstance(result, Accepted):
                assert len(result.words) <= WORDS_LIMIT


def judged(question: Question, reply: Reply) -> tuple[float, object]:
    """What a type makes of a reply, and the seconds of processor time it took: the better of two tries."""
    ask = Ask(
        question,
        lambda key: key,
        lambda key, **values: key,
        lambda: date(2026, 11, 24),
        Counting(),
        system_texts().vocabulary,
    )
    best, result = 60.0, None
    for _ in range(2):
        began = time.process_time()
        result = question_types()[question.type].accept(ask, reply)
        best = min(best, time.process_time() - began)
    return best, result
