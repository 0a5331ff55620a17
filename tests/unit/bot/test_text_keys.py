"""Every text that the code can ask for is there: keys are read from the code; a name without words stops the start."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.settings.config import Settings
from bot.settings.words import read_words
from bot.text_keys import text_keys
from handlers.text_keys import MADE_UP
from tests.unit.conversations.chat import system_texts

ROOT = Path(__file__).parents[3]
VOCABULARY = ROOT / "conversations" / "texts" / "vocabulary.py"
"""Its keys are of what is understood."""

SPEAKERS = ("bot", "conversations", "handlers", "reports")
KEYS = frozenset(system_texts().entries)
TABLES = {key.split(".")[0] for key in KEYS if "." in key}


@dataclass(frozen=True)
class Asked:
    """A key that the code asks for at a place; a pattern where it is put together."""

    place: str
    pattern: str
    plain: bool


@cache
def asked() -> tuple[Asked, ...]:
    """Every key that is written where a text is looked up."""
    paths = [path for folder in SPEAKERS for path in sorted((ROOT / folder).rglob("*.py"))]
    return tuple(one for path in paths for one in _asked(path))


def _asked(path: Path) -> Iterator[Asked]:
    module = path.relative_to(ROOT).with_suffix("").as_posix()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args:
            prefix = _prefix(module, node.func)
            for written in _written(node.args[0]) if prefix is not None else ():
                yield Asked(
                    f"{module}.py:{node.lineno}",
                    re.escape(prefix or "") + _mould(written),
                    _is_plain(written),
                )


def _prefix(module: str, function: ast.expr) -> str | None:
    """Where a call looks up a text of ours: what stands before the key; None where it does not."""
    who, _, verb = ast.unparse(function).rpartition(".")
    holder = who.rpartition(".")[2]
    match verb:
        case "plain" | "render" if holder == "texts" and not who.endswith("dialogue.texts"):
            return None if module.startswith("conversations/definition/") or module == "reports/words" else ""
        case "say" | "text" | "label" if holder in ("scene", "_scene", "stack", "desk"):
            return ""
        case "say" | "text" | "label" if who == "self" and module == "conversations/talk/stack":
            return ""
        case "say" if who == "words" or (who == "self" and module == "reports/words"):
            return "digest."
        case "say" if not who:  # one of the two ways to look up, handed over
            return ""
        case "phrase" if who == "ask":
            return f"question.{module.rpartition('/')[2]}."
    return None


def _written(key: ast.expr) -> Iterator[ast.expr]:
    """The keys that an argument may be; nothing where it is a variable."""
    match key:
        case ast.IfExp(_, one, other):
            yield from (*_written(one), *_written(other))
        case ast.Constant(str()) | ast.JoinedStr():
            yield key


def _mould(key: ast.expr) -> str:
    parts = key.values if isinstance(key, ast.JoinedStr) else [key]
    return "".join(re.escape(str(one.value)) if isinstance(one, ast.Constant) else "([^.]+)" for one in parts)


def _is_plain(key: ast.expr) -> bool:
    return isinstance(key, ast.Constant)


def test_the_code_is_read() -> None:
    assert len(asked()) > 150
    assert len({one.place.split("/")[0] for one in asked()}) == len(SPEAKERS)


def test_every_key_that_is_written_in_the_code_has_a_text() -> None:
    missing = [(one.place, one.pattern) for one in asked() if one.plain and not _fits(one.pattern, KEYS)]
    assert missing == []


def test_every_key_that_the_code_puts_together_is_declared() -> None:
    """A family of keys is compared with the languages at the start; only names that people make up are not known."""
    declared = frozenset(text_keys())
    missing = [
        (one.place, one.pattern)
        for one in asked()
        if not one.plain and not _fits(one.pattern, declared) and not one.pattern.startswith(MADE)
    ]
    assert missing == []


MADE = tuple(re.escape(f"{table}.") for table in MADE_UP)


def test_every_declared_key_has_a_text() -> None:
    assert [key for key in text_keys() if key not in KEYS] == []
    assert read_words(Settings())[1] == ()


def test_every_dotted_word_of_the_code_that_looks_like_a_key_is_one() -> None:
    """Keys that travel in variables: a refusal, a notice, the name of an outcome."""
    missing = []
    for folder in SPEAKERS:
        for path in sorted(set((ROOT / folder).rglob("*.py")) - {VOCABULARY}):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if (
                    isinstance(node, ast.Constant)
                    and isinstance(node.value, str)
                    and _looks_like_a_key(node.value)
                ):
                    missing.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}")
    assert missing == []


def _looks_like_a_key(word: str) -> bool:
    return bool(
        re.fullmatch(r"[a-z_]+(\.[a-z_-]+)+", word)
        and word.split(".", maxsplit=1)[0] in TABLES
        and not word.endswith((".css", ".toml"))
        and word not in KEYS
        and not any(key.startswith(f"{word}.") for key in KEYS)
    )


def _fits(pattern: str, keys: frozenset[str]) -> bool:
    found = re.compile(pattern)
    return any(found.fullmatch(key) for key in keys)
