"""The contract of every question type, over its own examples; a new type is found by itself."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.definition.dialogue import Dialogue
from conversations.definition.parse import parse
from conversations.effects import Button
from conversations.events import Attached, FileRef, Said, Shared
from conversations.question import (
    Accepted,
    Ask,
    Chosen,
    Declined,
    Example,
    Partial,
    Rejection,
    Reply,
    Result,
    examples,
    question_types,
)
from conversations.session import Answer, Session, SessionId
from conversations.talk.asking import Asking, Scene
from tests.unit.conversations.chat import START, Counting, system_texts

TYPES = sorted(question_types())
CASES = [(name, example) for name in TYPES for example in examples()[name]]
NAMED = pytest.mark.parametrize(
    ("name", "example"), CASES, ids=[f"{name}-{at}" for at, (name, _) in enumerate(CASES)]
)
TELEGRAM_ROW = 8
LABEL_BYTES = 64


def dialogue_of(example: Example) -> Dialogue:
    """The smallest dialogue around a question."""
    question = {**example.question, "ask": {"en": "?"}, "next": "done"}
    found, problems = parse("one", {"start": "it", "questions": {"it": question}, "outcomes": {"done": {}}})
    assert found, problems
    return found


def asking(dialogue: Dialogue, language: str, partial: Answer | None = None) -> Asking:
    session = Session(SessionId(2**63 - 1), "one", "r", "it", START, turn=9999, partial=partial)
    return Asking(dialogue, session, Scene(system_texts(), "Acme", "Kim", language, START, Counting()))


def judge(dialogue: Dialogue, *replies: Reply) -> Result:
    """What becomes of replies, one after the other."""
    result: Result = Rejection("")
    partial: Answer | None = None
    for reply in replies:
        result = accept(dialogue, reply, partial)
        partial = result.answer if isinstance(result, Partial) else None
    return result


def accept(dialogue: Dialogue, reply: Reply, partial: Answer | None = None) -> Result:
    kind = question_types()[dialogue.questions["it"].type]
    return kind.accept(ask(dialogue, "en", partial), reply)


def ask(dialogue: Dialogue, language: str, partial: Answer | None = None) -> Ask:
    return asking(dialogue, language, partial).ask("it")


def test_all_eleven_types_are_there() -> None:
    wanted = "choice contact date files many number order scale summary text yes_no"
    assert set(wanted.split()) <= set(TYPES)


@pytest.mark.parametrize("name", TYPES)
def test_a_type_brings_examples_that_show_both_sides(name: str) -> None:
    assert examples()[name]
    assert any(example.accepted for example in examples()[name])
    assert any(example.rejected for example in examples()[name])


@NAMED
def test_it_accepts_its_examples(name: str, example: Example) -> None:
    dialogue = dialogue_of(example)
    for replies, value in example.accepted:
        result = judge(dialogue, *replies)
        assert isinstance(result, Accepted), (replies, result)
        assert result.value == value
        back = json.loads(json.dumps(result.value))
        assert (tuple(back) if isinstance(back, list) else back) == result.value


@NAMED
def test_it_refuses_rubbish_and_says_why_in_both_languages(name: str, example: Example) -> None:
    dialogue = dialogue_of(example)
    for reply in example.rejected:
        for language in ("en", "de"):
            result = question_types()[name].accept(ask(dialogue, language), reply)
            assert isinstance(result, Rejection), (reply, result)
            assert len(result.reason) > 10


@NAMED
def test_its_answers_and_prompts_can_be_shown(name: str, example: Example) -> None:
    dialogue = dialogue_of(example)
    for replies, _ in example.accepted:
        result = judge(dialogue, *replies)
        assert isinstance(result, Accepted)
        answer = Answer(result.value, result.words, result.attachments)
        for language in ("en", "de"):
            assert asking(dialogue, language).shown("it", answer)
    for button in buttons(dialogue):
        assert 0 < len(button.label.encode()) <= LABEL_BYTES
        assert len(button.token.encode()) <= 64


def buttons(dialogue: Dialogue) -> Iterator[Button]:
    for partial in (None, Answer(1, attachments=(1,))):
        for row in asking(dialogue, "de", partial).message().buttons:
            assert 1 <= len(row) <= TELEGRAM_ROW
            yield from row


@pytest.mark.parametrize("name", TYPES)
def test_a_declined_optional_question_is_no_answer(name: str) -> None:
    example = examples()[name][0]
    if name in ("scale", "choice", "many", "yes_no", "summary"):
        return  # these have buttons to press; "no" means something else or nothing
    dialogue = dialogue_of(Example({**example.question, "optional": True}, (), ()))
    assert accept(dialogue, Said("nichts")) == Declined()


FILES = st.builds(
    FileRef, st.text(max_size=5), st.sampled_from(["photo", "document", "voice", "film"]), st.text(max_size=5),
    st.just("x/y"), st.integers(0, 10**9),
)  # fmt: skip
REPLIES = st.one_of(
    st.builds(Said, st.text(max_size=300)),
    st.builds(Said, st.from_regex(r"[0-9.,/: -]{1,40}")),
    st.builds(Chosen, st.text(max_size=40)),
    st.builds(Shared, st.text(max_size=40), st.text(max_size=40), st.booleans()),
    st.builds(
        Attached, st.lists(FILES, max_size=4).map(tuple), st.text(max_size=20), st.sampled_from(["", "a"])
    ),
)


@given(st.sampled_from(CASES), st.lists(REPLIES, max_size=4))
def test_no_reply_makes_it_raise(case: tuple[str, Example], replies: list[Reply]) -> None:
    result = judge(dialogue_of(case[1]), *replies)
    assert isinstance(result, Accepted | Partial | Rejection | Declined)


@pytest.mark.parametrize(
    "text", ["9" * 1_000_000, "a" * 1_000_000, "1 " * 500_000, "1,1," * 250_000, "@." * 500_000]
)
def test_a_very_long_reply_is_cut_before_it_is_read(text: str) -> None:
    for _, example in CASES:
        assert accept(dialogue_of(example), Said(text)) is not None


def test_dates_without_a_year_are_near() -> None:
    dialogue = dialogue_of(Example({"type": "date", "future": False}, (), ()))
    assert accept(dialogue, Said("24.12.")) == Accepted("2024-12-24")  # today is 24 November 2025
    assert accept(dialogue, Said("gestern")) == Accepted("2025-11-23")
    assert accept(dialogue, Said("3. Mai")) == Accepted("2025-05-03")
    assert isinstance(accept(dialogue, Said("morgen")), Rejection)
    ahead = dialogue_of(Example({"type": "date", "past": False}, (), ()))
    assert accept(ahead, Said("3 Mai")) == Accepted("2026-05-03")
    assert isinstance(accept(ahead, Said("yesterday")), Rejection)
    assert asking(ahead, "en").message().buttons == ()


def test_files_keep_captions_and_words_apart_from_figures() -> None:
    dialogue = dialogue_of(Example({"type": "files"}, (), ()))
    photo = FileRef("r", "photo", "p", "image/jpeg", 0)
    result = judge(dialogue, Attached((photo,), "front"), Said("and the back is worse"), Chosen("done"))
    assert isinstance(result, Accepted)
    assert result.words == "front\nand the back is worse"
    assert result.value == 1


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ({"type": "date", "past": False, "future": False}, "future: neither past nor future"),
        ({"type": "files", "kinds": ["film"]}, "kinds: unknown kind 'film'"),
        ({"type": "files", "max_files": 0}, "max_files: must be from 1 to 20"),
        ({"type": "files", "megabytes": 99}, "megabytes: must be from 1 to 20"),
        (
            {"type": "many", "options": {"one": {"en": "1"}}, "at_least": 2},
            "at_least: is more than there are options",
        ),
        ({"type": "many", "options": {"done": {"en": "1"}}}, "options.done: is the name of the Done button"),
        ({"type": "number", "min": 3, "max": 3}, "max: is not above min"),
        ({"type": "order", "pattern": "("}, "pattern: is not a regular expression"),
        ({"type": "summary", "optional": True}, "optional: a summary cannot be skipped"),
        ({"type": "text", "max_length": 0}, "max_length: 1 to 0 characters is not usable"),
    ],
)
def test_settings_that_cannot_work_are_named(question: dict[str, object], told: str) -> None:
    data = {
        "start": "it",
        "questions": {"it": {**question, "ask": {"en": "?"}, "next": "done"}},
        "outcomes": {"done": {}},
    }
    assert f"questions.it.{told}" in " ".join(str(problem) for problem in parse("one", data)[1])
