"""Words that are missing or wrong: the start is refused with file and key, and `check` says the same."""

import sys
from collections.abc import Callable, Iterator
from datetime import UTC
from pathlib import Path
from types import ModuleType

import pytest

from bot.app import load_library
from bot.clock import SystemClock
from bot.commands.check import check
from bot.exits import Exit
from bot.settings.config import ConfigProblems, load
from conversations import questions
from conversations.cases import action, actions
from conversations.question import examples, question_types, type_texts
from storage.open import open_store
from tests.contract.staff import MIA

FILES = Path(__file__).parent / "extending"


WAVE = """
from conversations.cases.action import Action, stays
from conversations.cases.case import State
from conversations.cases.moves import CaseStep

action = Action(place=99, leads=stays(*State), apply=lambda given: CaseStep(given.case), texts=())
"""


def wordless_stars() -> str:
    """The question type of `extending`, as it is before anybody gave it words."""
    code = (FILES / "stars.py").read_text()
    start, end = code.index("TEXTS = "), code.index("STARS = ")
    return code[:start] + 'PHRASES = ("reject",)\n' + code[end:]


def look_again() -> None:
    """Find question types and actions anew."""
    for found in (question_types, examples, type_texts, action.actions, action.examples):
        found.cache_clear()


@pytest.fixture
def added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[ModuleType, str, str], None]]:
    """Put one file into a package, for the time of the test."""
    names: list[tuple[ModuleType, str]] = []

    def add(package: ModuleType, name: str, code: str) -> None:
        folder = tmp_path / f"more-{name}"
        folder.mkdir()
        (folder / f"{name}.py").write_text(code)
        monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
        names.append((package, name))
        look_again()

    yield add
    for package, name in names:
        sys.modules.pop(f"{package.__name__}.{name}", None)
        vars(package).pop(name, None)
    monkeypatch.undo()
    look_again()


async def refused(config: Path) -> list[str]:
    """What the start says against a configuration; nothing where it would start."""
    settings = load(config, {})
    store = await open_store(f"sqlite:///{config.parent}/a.db", zone=UTC, serve=True)
    try:
        await load_library(settings, store, SystemClock())
    except ConfigProblems as wrong:
        return [str(one) for one in wrong.problems]
    finally:
        await store.close()
    return []


def checked(config: Path, capsys: pytest.CaptureFixture[str]) -> tuple[Exit, list[str]]:
    """What `check` says, without its sum."""
    ended = check(config, as_json=False)
    return ended, capsys.readouterr().out.splitlines()[:-1]


OWN = f"""
[organisation]
languages = ["de", "en"]

[texts]
folder = "texts"
{MIA}"""


@pytest.mark.parametrize(
    ("package", "name", "code", "file", "key"),
    [
        (actions, "wave", WAVE, "staff.toml", "staff.action.wave"),
        (questions, "stars", wordless_stars(), "questions.toml", "question.stars.reject"),
    ],
)
async def test_a_name_without_words_stops_the_start(
    package: ModuleType,
    name: str,
    code: str,
    file: str,
    key: str,
    added: Callable[[ModuleType, str, str], None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(MIA)
    added(package, name, code)
    word = key.rpartition(".")[2]
    said = [f"{tag}/{file}: {key}: has no text in '{tag}' (write {word} = \"...\")" for tag in ("en", "de")]
    assert await refused(config) == said
    ended, found = checked(config, capsys)
    assert ended is Exit.PROBLEM
    assert found == said


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("de/a.toml", 'privcy = "x"', "de/a.toml: privcy: unknown text 'privcy' (did you mean 'privacy'?)"),
        (
            "de/a.toml",
            '[case]\nclosed = "{{ nummer }}"',
            "case.closed: unknown placeholder 'nummer' (did you mean 'number'",
        ),
        ("de/a.toml", 'privacy = "{{ x"', "de/a.toml: privacy: template:"),
        ("de/a.toml", 'privacy = "', "de/a.toml: is not TOML:"),
        ("de/a.toml", 'privacy = " "', "de/a.toml: privacy: is empty (write words, or take the line out)"),
        (
            "de/a.toml",
            '[case.category]\ntables = "Tische"',
            "/texts/en/a.toml: case.category.tables: has no text in 'en'",
        ),
        ("fr/a.toml", 'privacy = "x"', ""),  # nobody reads it
        ("german/a.toml", 'privacy = "x"', "german/a.toml: 'german' is not a language tag"),
        ("a.toml", 'privacy = "x"', "a.toml: lies in no language (move it to"),
        ("de/a.toml", 'privacy = "Wir sagen nichts weiter."', ""),
        ("de-AT/a.toml", 'privacy = "Wir sagen nichts weiter."', ""),
    ],
)
async def test_own_texts_are_looked_at_like_ours(
    file: str, content: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, folder = tmp_path / "config.toml", tmp_path / "texts"
    config.write_text(OWN)
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(content)
    at_start = await refused(config)
    ended, found = checked(config, capsys)
    assert found == at_start
    assert (ended is Exit.DONE) == (not says)
    if says:
        (only,) = found
        assert says in only


async def test_a_value_that_an_own_text_leaves_out_is_a_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, folder = tmp_path / "config.toml", tmp_path / "texts"
    config.write_text(OWN)
    (folder / "de").mkdir(parents=True)
    (folder / "de" / "a.toml").write_text(
        'welcome = "Willkommen bei Muster!"\n[case]\nacknowledged = "Wir sind an Fall {{ number }} dran."'
    )
    assert await refused(config) == []
    ended, (hint,) = checked(config, capsys)
    assert ended is Exit.DONE
    assert hint.startswith("hint: ")
    assert "de/a.toml: case.acknowledged: does not show {{ owner }}, as ours does" in hint


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (
            '[organisation]\nlanguages = ["en", "fr"]',
            "organisation.languages: unknown language 'fr' (known: ",
        ),
        ('[organisation]\nlanguages = ["en-GB"]', ""),
        (
            '[[staff]]\nid = "a"\nslack = "U0MIA00001"\nname = "A"\nlanguage = "fr"',
            "staff[0].language: unknown language",
        ),
        ('[texts]\nfolder = "nowhere"', "texts.folder: there is no folder"),
    ],
)
async def test_a_language_without_words_is_refused(lines: str, says: str, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(lines)
    found = await refused(config)
    assert bool(found) == bool(says)
    assert not says or says in found[0]
