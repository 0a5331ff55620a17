"""Reading dialogues: the documented example works, and every mistake is named with its place."""

import textwrap
import tomllib
from datetime import date

import pytest

from conversations.definition import dialogue as documented
from conversations.definition.dialogue import Beginning, CasePlan, SourceKind, ValueSource
from conversations.definition.parse import parse, restore
from tests.unit.conversations.chat import dialogue_data


def example() -> dict[str, object]:
    """The example in the docstring of `dialogue.py`."""
    text = documented.__doc__ or ""
    body = text[text.index("    title.en") : text.index("Rules know")] + text[text.index("    [moves]") :]
    return tomllib.loads(textwrap.dedent(body))


def problems(data: dict[str, object]) -> list[str]:
    found, wrong = parse("test", data)
    assert (found is None) == bool(wrong)
    return [str(problem) for problem in wrong]


def changed(change: str) -> dict[str, object]:
    """A sound dialogue with some more TOML below it."""
    sound = textwrap.dedent(
        """
        start = "score"
        may = ["order"]
        [settings]
        purpose = "survey"
        [questions.score]
        type = "scale"
        ask.en = "?"
        next = "done"
        [questions.why]
        type = "choice"
        ask.en = "?"
        options.price.en = "Price"
        options.care.en = "Care"
        next = "done"
        [outcomes.done]
        say.en = "!"
        """
    )
    data = tomllib.loads(sound)
    for key, value in tomllib.loads(change).items():
        _merge(data, key, value)
    return data


def _merge(data: dict[str, object], key: str, value: object) -> None:
    old = data.get(key)
    if isinstance(old, dict) and isinstance(value, dict):
        for inner, one in value.items():
            _merge(old, inner, one)
    else:
        data[key] = value


def test_the_documented_example_is_sound() -> None:
    assert problems(example()) == []


def test_an_offer_becomes_a_question_with_two_ends() -> None:
    found, _ = parse("survey", example())
    assert found
    assert found.questions["unhappy"].otherwise == "unhappy_no"
    yes = found.outcomes["unhappy_yes"].then
    assert isinstance(yes, Beginning)
    assert yes.dialogue == "complaint"
    assert yes.bindings["category"] == (ValueSource(SourceKind.QUESTION, "reason"),)
    assert yes.bindings["touchpoint"] == (
        ValueSource(SourceKind.BINDING, "touchpoint"),
    )  # carried on by itself


def test_sources_are_questions_bindings_or_literals() -> None:
    found, _ = parse("complaint", dialogue_data("complaint"))
    assert found
    plan = found.outcomes["filed"].then
    assert isinstance(plan, CasePlan)
    assert plan.fields["severity"] == (ValueSource(SourceKind.LITERAL, "high"),)
    assert plan.fields["order"] == (ValueSource(SourceKind.QUESTION, "order"),)
    assert plan.fields["touchpoint"] == (ValueSource(SourceKind.BINDING, "touchpoint"),)


def test_a_definition_survives_storage() -> None:
    found, _ = parse("survey", dialogue_data("survey"))
    assert found
    again = restore("survey", found.definition)
    assert again
    assert again.revision == found.revision
    assert again.questions == found.questions
    assert list(again.questions["reasons"].options) == ["quality", "delivery", "price"]
    assert restore("survey", "{") is None
    assert restore("survey", "[]") is None


def test_a_changed_word_is_another_revision_and_another_wording() -> None:
    data = dialogue_data("survey")
    before, _ = parse("survey", data)
    _merge(data, "questions", {"score": {"ask": {"en": "How likely?"}}})
    after, _ = parse("survey", data)
    assert before
    assert after
    assert before.revision != after.revision
    assert before.wording("score", "en") != after.wording("score", "en")
    assert before.wording("score", "de") == after.wording("score", "de") != after.wording("score", "en")
    assert before.wording("reasons", "en") == after.wording("reasons", "en")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("qestions = 1", "qestions: unknown key 'qestions' (did you mean 'questions'?)"),
        ('start = "scor"', "start: unknown question 'scor' (did you mean 'score'?)"),
        ("start = 3", "start: must be text"),
        ("questions.score.typ = 1", "questions.score.typ: unknown key 'typ' (did you mean 'type'?)"),
        ('questions.score.type = "scal"', "questions.score.type: unknown question type 'scal'"),
        ("questions.score.max = 99", "questions.score.max: a scale from 0 to 99 is not usable"),
        ('questions.score.max = "x"', "questions.score.max: must be a whole number"),
        ('questions.score.metric = "csat"', "questions.score.metric: csat is asked from 1 to 5"),
        ('questions.score.metric = "npx"', "questions.score.metric: unknown metric 'npx' (did you mean 'nps'?)"),
        ('questions.score.next = "don"', "questions.score.next[0].goto: unknown state 'don'"),
        ("questions.score.next = []", "questions.score.next: must list rules"),
        ('questions.score.next = [{ at_most = 3, goto = "done" }]', "next[0]: the last rule has a condition"),
        (
            'questions.score.next = [{ goto = "why" }, { goto = "done" }]',
            "questions.score.next[0]: hides the rules below it",
        ),
        (
            'questions.score.next = [{ at_mst = 3, goto = "done" }, { goto = "done" }]',
            "questions.score.next[0].at_mst: unknown key 'at_mst' (did you mean 'at_most'?)",
        ),
        (
            'questions.score.next = [{ at_most = "3", goto = "done" }, { goto = "done" }]',
            "questions.score.next[0].at_most: must be a whole number",
        ),
        (
            'questions.why.next = [{ is = "pric", goto = "done" }, { goto = "done" }]',
            "questions.why.next[0].is: unknown option 'pric' (did you mean 'price'?)",
        ),
        (
            'questions.why.next = [{ question = "scor", is = 3, goto = "done" }, { goto = "done" }]',
            "questions.why.next[0].question: unknown question 'scor'",
        ),
        (
            'questions.why.next = [{ binding = "oder", goto = "done" }, { goto = "done" }]',
            "questions.why.next[0].binding: unknown binding 'oder' (did you mean 'order'?)",
        ),
        (
            'questions.why.next = [{ question = "why", binding = "order", is = 3, goto = "done" }, { goto = "done" }]',
            "questions.why.next[0].is: is meant for the question or for the binding?",
        ),
        (
            'questions.why.next = [{ skipped = 1, goto = "done" }, { goto = "done" }]',
            "questions.why.next[0].skipped: must be true or false",
        ),
        ("questions.score.optional = 1", "questions.score.optional: must be true or false"),
        ('questions.score.given = "x"', "questions.score.given: unknown binding 'x'"),
        ('questions.score.ask.en = "{{ nme }}"', "questions.score.ask.en: unknown placeholder 'nme'"),
        ('questions.score.ask.en = "{{ order }"', "questions.score.ask.en: template:"),
        ('questions.score.ask.en = "{{ person.name | number }}"', "questions.score.ask.en: cannot be filled in:"),
        ('questions.score.ask = "?"', "questions.score.ask: must be a text per language"),
        ('questions.score.ask.English = "?"', "questions.score.ask.English: 'English' is not a language tag"),
        ('questions.Score.type = "text"', "questions.Score: 'Score' is no good name"),
        ("questions.score = 1", "questions.score: must be a table"),
        ('settings.buttons = ["bak"]', "settings.buttons: unknown button 'bak' (did you mean 'back'?)"),
        ('settings.buttons = "back"', "settings.buttons: must be a list of names"),
        ('settings.remind_after = "1 day"', "settings.remind_after: '1 day' is not a duration"),
        ('settings.purpose = "fun"', "settings.purpose: unknown purpose 'fun'"),
        ('outcomes.score.say.en = "x"', "outcomes.score: is also the name of a question"),
        ("outcomes.done.open_cas = 1", "outcomes.done.open_cas: unknown key 'open_cas' (did you mean 'open_case'?)"),
        (
            'outcomes.done = { hand_over = true, begin = "x" }',
            "outcomes.done: has begin and hand_over (keep one of them)",
        ),
        ('outcomes.done.open_case.kind = "rant"', "outcomes.done.open_case.kind: unknown kind 'rant'"),
        ("outcomes.done.open_case.words = 3", "outcomes.done.open_case.words: must be a name or a list of names"),
        ("outcomes.done.begin = 3", "outcomes.done.begin: must name a dialogue"),
        ("outcomes.done.begin = {}", "outcomes.done.begin.dialogue: is missing"),
        ("outcomes.done.decide_case = {}", "outcomes.done.decide_case: no case is bound (needs = [\"case\"])"),
        ("outcomes.offer.offer_case = {}", "outcomes.offer.say: is missing"),
        (
            'outcomes = { done = { offer_case = {}, say.en = "?" }, done_yes = { say.en = "!" } }',
            "outcomes.done_yes: is also what an offer calls its yes or no",
        ),
        (
            'questions.o_no = { type = "text", ask.en = "?", next = "done" }\n'
            'outcomes.o = { offer_case = {}, say.en = "?" }',
            "outcomes.o: needs the name 'o_no' for itself",
        ),
        ("questions.why.next = [{ all = [3], goto = 'done' }, { goto = 'done' }]", "all[0]: must be a table of tests"),
        ('moves = { old = "new" }', "moves.old: unknown state 'new'"),
        (
            'questions.one = { type = "choice", ask.en = "?", next = "done" }',
            "questions.one.options: a choice needs two options at least",
        ),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_place(change: str, told: str) -> None:
    assert problems(changed("")) == []
    found = problems(changed(change))
    assert [problem for problem in found if told in problem], found


def test_all_mistakes_are_named_at_once() -> None:
    found = problems(changed('start = "x"\nsettings.purpose = "fun"\nquestions.score.max = 99'))
    assert len(found) == 3


def test_a_value_that_cannot_be_stored_is_a_mistake_too() -> None:
    assert problems({"start": date(2026, 1, 1)}) == [
        "holds a date or another value without quotes (write it as text)"
    ]


def test_a_dialogue_cannot_name_code() -> None:
    data = changed("questions.score.next = [{ conditions = 'os.system', goto = 'done' }, { goto = 'done' }]")
    assert "unknown key 'conditions'" in problems(data)[0]
