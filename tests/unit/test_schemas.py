"""The schemas: they take what the program takes, and refuse the mistakes that an editor can see."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bot.settings.config import ConfigProblems, load
from bot.settings.schema import SCHEMAS, written
from bot.starter.files import Newcomer, files_for
from conversations.definition.dialogue import BUTTONS
from conversations.definition.outcomes import CASE_FIELDS, ENDINGS, OFFER_TEXTS
from conversations.definition.parse import COMMON, SETTINGS, TOP, parse
from conversations.definition.rules import TESTS
from conversations.definition.schema import KEYS
from conversations.question import examples, question_types
from tests.locks import ROOT

CONFIG = Draft202012Validator(json.loads(written("config")))
DIALOGUE = Draft202012Validator(json.loads(written("dialogue")))
SHIPPED = sorted((ROOT / "conversations" / "dialogues").glob("*.toml"))
OURS = [*SHIPPED, *sorted((ROOT / "tests" / "contract" / "extending").glob("*.toml"))]
STARTER = files_for(Newcomer("Möbel Nord", ("de-formal", "en"), "Europe/Berlin", "DE-BY"))


def mistakes(schema: Draft202012Validator, data: object) -> list[str]:
    return [error.message for error in schema.iter_errors(data)]


def snippets(page: str) -> Iterator[dict[str, Any]]:
    """The TOML of a page."""
    for text in re.findall(
        r"```toml\n(.*?)```", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.DOTALL
    ):
        yield tomllib.loads(text)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_and_the_file_in_docs_is_current(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(written(name)))
    file = ROOT / "docs" / "schema" / f"{name}.json"
    assert file.read_text(encoding="utf-8") == written(name), "run: python -m docs.settings"


# -- the configuration -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", ["config.example.toml", "tests/data/first-config.toml"])
def test_the_examples_of_a_configuration_are_valid(file: str) -> None:
    assert mistakes(CONFIG, tomllib.loads((ROOT / file).read_text(encoding="utf-8"))) == []


def test_what_init_writes_is_valid() -> None:
    assert mistakes(CONFIG, tomllib.loads(STARTER["config.toml"])) == []
    assert mistakes(DIALOGUE, tomllib.loads(STARTER["dialogues/visit.toml"])) == []


def test_every_setting_of_the_example_is_valid_when_its_sign_is_taken_away() -> None:
    text = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    whole = tomllib.loads(re.sub(r"^# (\[\[?[\w.]+\]?\] *(?:$|#)|\w+ = )", r"\1", text, flags=re.MULTILINE))
    assert "webhook" in whole["telegram"]
    assert mistakes(CONFIG, whole) == []


@pytest.mark.parametrize(
    "text",
    [
        'telegram.tokn = ""',
        'slak.mode = "http"',
        'telegram.token = "canary"',
        'telegram.mode = "poling"',
        'slack.bot_token = "xapp-1"',
        "slack.posts_per_second = 0",
        'organisation.name = " "',
        "organisation.languages = []",
        'organisation.languages = ["german!"]',
        'organisation.region = "Bayern"',
        'deadlines.normal.accept = "4h"',
        "deadlines.normal.accept = 4",
        'deadlines.urgent.accept = "PT1H"',
        "digest.hour = 24",
        'digest.weekday = "mon"',
        'storage.url = "mysql://db"',
        'storage.watermark = "much"',
        'http.listen = "8080"',
        'staff = [{ id = "jana", slack = "U1" }]',
        'staff = [{ id = "jana", slack = "jana", name = "Jana" }]',
        'staff = [{ id = "jana", slack = "U1", name = "Jana", role = "boss" }]',
        'routes = [{ owner = "jana" }]',
        'watch.heartbeat = "on"',
        "dialogues.folders = 'mine'",
    ],
)
def test_what_the_program_refuses_in_a_configuration_the_schema_refuses(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(ConfigProblems):
        load(tmp_path / "config.toml", {})
    assert mistakes(CONFIG, tomllib.loads(text))


@pytest.mark.parametrize(
    "text",
    [
        'digest.weekday = "Friday"',
        "digest.weekday = 6",
        'watch.heartbeat = "off"',
        'deadlines.low.solve = "P1DT12H"',
        'storage.url = "postgresql://me@db/anliegen"',
        'storage.watermark = "2 GB"',
        'http.listen = "[::1]:0"',
        'telegram.webhook.url = ""',
    ],
)
def test_what_the_program_takes_the_schema_takes(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    load(tmp_path / "config.toml", {})
    assert mistakes(CONFIG, tomllib.loads(text)) == []


def test_a_setting_says_in_the_editor_what_it_says_on_its_page() -> None:
    schema = json.loads(written("config"))
    token = schema["$defs"]["TelegramSection"]["properties"]["token"]
    assert token["description"] == "from BotFather; empty: Telegram is off"
    assert "default" not in json.dumps(schema["properties"]), "what a section is made of is no value"


# -- dialogues ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_every_dialogue_of_ours_is_valid(path: Path) -> None:
    assert mistakes(DIALOGUE, tomllib.loads(path.read_text(encoding="utf-8"))) == []


def test_the_example_of_the_page_on_dialogues_is_valid() -> None:
    (whole,) = (one for one in snippets("extend/dialogues.md") if "questions" in one)
    assert mistakes(DIALOGUE, whole) == []


@pytest.mark.parametrize("name", question_types())
def test_every_question_type_is_known_by_its_own_examples(name: str) -> None:
    for example in examples()[name]:
        question = {"ask": {"en": "?"}, "next": "end"} | dict(example.question)
        data = {"start": "a", "questions": {"a": question}, "outcomes": {"end": {}}}
        assert mistakes(DIALOGUE, json.loads(json.dumps(data))) == []
        question["no_such_key"] = 1
        assert mistakes(DIALOGUE, json.loads(json.dumps(data))) == [
            "Additional properties are not allowed ('no_such_key' was unexpected)",
            "'no_such_key' is not one of [" + ", ".join(map(repr, [*COMMON, *_own_keys(name)])) + "]",
        ]


def _own_keys(name: str) -> list[str]:
    found = question_types()[name]
    return [*found.settings, *found.labels, *(["options"] if found.has_options else [])]


def test_a_mistake_is_named_where_it_is_and_not_as_one_of_the_whole_question() -> None:
    def said(place: str, value: object) -> list[tuple[str, str]]:
        errors = DIALOGUE.iter_errors(changed(place, value))
        return [(error.json_path, error.message) for error in errors]

    ((place, text),) = said("questions.score.type", "scal")
    assert (place, "'scal' is not one of ['choice', " in text) == ("$.questions.score.type", True)
    ((place, text),) = said("questions.comment.next", [{"goto": "thanks"}, {"skiped": True, "goto": "quote"}])
    assert (place, "'skiped' was unexpected" in text) == ("$.questions.comment.next[1]", True)


def test_every_key_that_can_be_written_has_a_meaning() -> None:
    own = {key for each in question_types().values() for key in (*each.settings, *each.labels)}
    written_by_authors = {*TOP, *COMMON, *SETTINGS, *ENDINGS, *OFFER_TEXTS, *TESTS, "question", "all", "goto"}
    assert written_by_authors - KEYS.keys() == set()
    assert KEYS.keys() - written_by_authors - own - {*CASE_FIELDS} == {
        "say", "options", "kind", "dialogue", "accepted"
    }  # fmt: skip


SURVEY = tomllib.loads((ROOT / "conversations/dialogues/survey.toml").read_text(encoding="utf-8"))


def changed(place: str, value: object) -> Mapping[str, Any]:
    """The survey with one value changed or added."""
    data = deepcopy(SURVEY)
    *tables, key = place.split(".")
    inner: Any = data
    for table in tables:
        inner = inner.setdefault(table, {})
    inner[key] = value
    return data


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("titel", {"en": "x"}),
        ("start", 1),
        ("needs", "order"),
        ("settings.purpose", "surve"),
        ("settings.buttons", [*BUTTONS, "bak"]),
        ("settings.remind_after", "24h"),
        ("questions.score.type", "scal"),
        ("questions.score.minimum", 0),
        ("questions.score.min", "0"),
        ("questions.score.metric", "nsp"),
        ("questions.score.ask", "How?"),
        ("questions.score.ask", {}),
        ("questions.score.ask", {"English": "How?"}),
        ("questions.score.options", {"a": {"en": "A"}}),
        ("questions.score.next", []),
        ("questions.score.next", [{"at_most": "6", "goto": "thanks"}]),
        ("questions.score.next", [{"at_most": 6}]),
        ("questions.score.next", [{"atmost": 6, "goto": "thanks"}]),
        ("questions.reason.options.Price", {"en": "Price"}),
        ("questions.comment.optional", "yes"),
        ("questions.x", {"type": "text", "next": "thanks"}),
        ("questions.x", {"type": "choice", "ask": {"en": "?"}, "next": "thanks"}),
        ("outcomes.thanks.sai", {"en": "x"}),
        ("outcomes.thanks.yes", {"en": "x"}),
        ("outcomes.thanks.hand_over", "yes"),
        ("outcomes.thanks.open_case", {"kind": "complain"}),
        ("outcomes.thanks.open_case", {"categori": "reason"}),
        ("outcomes.unhappy.hand_over", True),
        ("outcomes.thanks.decide_case", {"words": ["comment"]}),
        ("moves", {"old": 1}),
    ],
)
def test_what_the_program_refuses_in_a_dialogue_the_schema_refuses(place: str, value: object) -> None:
    data = changed(place, value)
    assert parse("survey", data)[1], "the program takes it"
    assert mistakes(DIALOGUE, data)
