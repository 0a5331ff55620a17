"""A third language is one folder: it makes conversation, card, digest and commands speak it, and no Python changes.

The folder is made of the English one, each text with a mark in front: what is shown without it was not in the folder.
"""

import json
import re
import shutil
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.app import library_of, load_dialogues, organisation_of, texts_of
from bot.channels.console import ADDRESS
from bot.clock import TimeOrderedIds
from bot.menu import menus
from bot.settings.config import Settings, load
from bot.settings.language_files import shipped_words
from bot.settings.words import read_words
from conversations.cases.action import actions
from conversations.definition.library import Library
from conversations.effects import CallHuman, OpenCase, SetLanguage
from conversations.events import Commanded, Event, Said, Sender
from conversations.facts import Answered
from conversations.frozen import replace
from conversations.kinds import CaseKind
from conversations.texts.texts import Texts
from handlers.cases.cards import card_of
from handlers.cases.opening import open_case
from handlers.turn.turn import Turn
from reports.digest import build
from reports.render import terminal
from tests.stores import NOW, opened
from tests.unit.conversations.case_story import POLICY
from tests.unit.conversations.chat import Chat, system_texts
from tests.unit.reports.weeks import busy

MARK = "¤"
HERE = Path(__file__).parent
DIALOGUES = HERE.parents[1] / "conversations" / "dialogues"


def written(texts: Mapping[str, str]) -> str:
    """A file of marked texts."""
    return "".join(
        f"{json.dumps(key)} = {json.dumps(MARK + text, ensure_ascii=False)}\n" for key, text in texts.items()
    )


def english(table: Mapping[str, object], path: str = "") -> dict[str, str]:
    """What a dialogue says in English, by place."""
    found: dict[str, str] = {}
    for key, value in table.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            found |= {here: str(value["en"])} if "en" in value else english(value, here)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of French, beside a configuration that offers it."""
    french = tmp_path / "texts" / "fr"
    (french / "dialogues").mkdir(parents=True)
    for source in shipped_words():
        name = Path(source.file).name
        if source.language == "en" and name not in ("phrases.toml", "commands.toml"):
            ours = {key: texts["en"] for key, texts in Texts.load([source]).entries.items()}
            (french / name).write_text(written(ours))
    for file in DIALOGUES.glob("*.toml"):
        (french / "dialogues" / file.name).write_text(written(english(tomllib.loads(file.read_text()))))
    for name in ("phrases.toml", "commands.toml"):
        shutil.copy(HERE / "french" / name, french)
    (tmp_path / "config.toml").write_text(
        '[organisation]\nlanguages = ["fr", "de", "en"]\n[texts]\nfolder = "texts"\n'
        '[[staff]]\nid = "ada"\nslack = "U0ADA00001"\nname = "Ada"\nlanguage = "fr"\n'
    )
    return french


def settings(folder: Path) -> Settings:
    return load(folder.parents[1] / "config.toml", {})


def library(folder: Path) -> Library:
    dialogues, problems = load_dialogues(settings(folder))
    assert problems == ()
    return library_of(settings(folder), dialogues)


def unmarked(shown: str) -> list[str]:
    """Texts of ours that are shown as they are in English; one that is part of another one tells nothing."""
    every = {texts["en"] for texts in system_texts().entries.values()}
    fixed = [one for one in every if "{" not in one and len(one) > 4]
    sentences = [one for one in fixed if sum(one in other for other in every) == 1]
    return [one for one in sentences if re.search(rf"(?<![¤\w]){re.escape(one)}(?!\w)", shown)]


def test_nothing_is_missing_in_the_folder(folder: Path) -> None:
    assert read_words(settings(folder))[1] == ()
    assert texts_of(settings(folder)).problems == ()


def test_a_conversation_is_in_the_third_language(folder: Path) -> None:
    shelf = library(folder)
    chat = Chat(shelf, "fr").begins("survey").says("je dirais neuf", "passer", "rien de plus", "passer")
    chat.says("je ne sais pas", "oui, merci").says("réclamation")
    assert [fact.value for fact in chat.fact(Answered) if fact.question == "score"] == [9]
    assert all(message.text.startswith(MARK) for message in chat.seen), [one.text for one in chat.seen]
    labels = [button.label for message in chat.seen for row in message.buttons for button in row]
    assert [label for label in labels if not label.startswith(MARK) and not label.isdigit()] == []
    assert unmarked(" ".join(message.text for message in chat.seen)) == []
    assert Chat(shelf, "fr").begins("survey").says("un humain").effect(CallHuman)
    assert Chat(shelf, "de").says("français").effect(SetLanguage) == [SetLanguage("fr")]
    assert Chat(shelf, "fr").does(Commanded("aide")).last.text.startswith(MARK)
    assert Chat(shelf, "fr").does(Commanded("hilfe")).last.text.startswith(MARK), "German is understood, too"
    assert all(said.startswith(MARK) for _, said in menus(shelf.texts, ["fr"])["fr"])


async def test_a_card_is_in_the_language_of_its_owner(folder: Path, sqlite_url: str) -> None:
    staff = {name: replace(one, language="fr") for name, one in POLICY.staff.items()}
    company = replace(
        organisation_of(settings(folder), library(folder)),
        policy=replace(POLICY, staff=staff),
        staff_account="slack:T0SANDBOX01",
    )
    async with opened(sqlite_url) as store, store.transaction() as tx:
        turn = Turn(tx, company, TimeOrderedIds(0), NOW)
        said = Event("said", NOW, ADDRESS, Sender("ben", "Ben", "fr"), Said("C’est cassé."))
        await turn.load([said])
        conversation = turn.at(ADDRESS)
        assert conversation is not None
        case = await open_case(
            turn, conversation, OpenCase(CaseKind.COMPLAINT, "delivery", words="C’est cassé.")
        )
        card = await card_of(turn, case)
    assert card.title.startswith(MARK)
    assert all(field.label.startswith(MARK) for field in card.fields)
    assert {name for name, _, _ in card.actions} <= set(actions())
    assert all(label.startswith(MARK) for _, label, _ in card.actions)
    assert unmarked(" ".join((card.title, *(field.text for field in card.fields)))) == []
    due = next(field.text for field in card.fields if field.label == f"{MARK}Due")
    assert re.search(r"\d{1,2} \w+\.? 20\d\d", due), "the day is written as the French do"


def test_a_digest_is_in_one_language(folder: Path) -> None:
    shown = terminal.render(build(busy(), "fr", texts_of(settings(folder))))
    assert f"{MARK}Weekly digest" in shown
    assert unmarked(shown) == []
    assert "lun. 23 nov." in shown
    assert "Nov" not in shown


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("cases.toml", '"case.closed"', '"case.other"', "fr/cases.toml: case.closed: has no text in 'fr'"),
        ("phrases.toml", "yes = ", "yse = ", "fr/phrases.toml: yes: nobody can say it in 'fr'"),
        (
            "phrases.toml",
            "yes = ",
            "yse = ",
            "fr/phrases.toml: yse: unknown phrase 'yse' (did you mean 'yes'?)",
        ),
        (
            "phrases.toml",
            "'rien|aucune?'",
            "'rien|(aucune?'",
            "fr/phrases.toml: nothing.bare: is not a regular",
        ),
        ("phrases.toml", ', "dix"]', "]", "fr/phrases.toml: rating.numbers: must be a list of 11"),
        (
            "commands.toml",
            "human = ",
            "humain = ",
            "fr/commands.toml: words.human: nobody can say it in 'fr'",
        ),
        (
            "commands.toml",
            "human = ",
            "humain = ",
            "words.humain: unknown command 'humain' (did you mean 'human'?)",
        ),
        (
            "dialogues/survey.toml",
            '"title"',
            '"titel"',
            "survey.toml: titel: unknown text 'titel' (did you mean",
        ),
    ],
)
def test_what_the_folder_lacks_is_named_with_file_and_key(
    file: str, old: str, new: str, says: str, folder: Path
) -> None:
    content = (folder / file).read_text()
    assert old in content
    (folder / file).write_text(content.replace(old, new, 1))
    found = [str(one) for one in (*read_words(settings(folder))[1], *load_dialogues(settings(folder))[1])]
    assert any(says in one for one in found), found
