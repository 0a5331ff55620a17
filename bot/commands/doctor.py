"""`anliegen doctor`: examine installation, configuration and database, and say what is wrong. It changes nothing."""

import asyncio
import importlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Final, Literal

from bot import logs
from bot.app import load_dialogues, texts_of
from bot.commands.opening import reading
from bot.exits import Exit
from bot.settings.config import ConfigProblems, Settings, find, load
from conversations.frozen import dataclass
from conversations.problem import Problem
from storage.engines.sqlite import version_warning
from storage.interface.store import StoreError
from storage.migrate import current, head
from storage.sqlite_file.space import free_bytes

PACKAGES: Final = ("bot", "conversations", "handlers", "reports", "sandbox", "storage")
_MARKS: Final = {"good": "ok", "note": "note", "bad": "BAD"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, and what that means."""

    about: str
    state: Literal["good", "note", "bad"]
    text: str


def doctor(config: Path | None, *, as_json: bool) -> Exit:
    """Print every finding; a problem if one is bad."""
    findings = list(_examine(config))
    if as_json:
        print(json.dumps([asdict(one) for one in findings], ensure_ascii=False, indent=2))
    else:
        for one in findings:
            print(f"{_MARKS[one.state]:<5} {one.about}: {one.text}")
    return Exit.PROBLEM if any(one.state == "bad" for one in findings) else Exit.DONE


def _examine(config: Path | None) -> Iterator[Finding]:
    yield from _installation()
    path = find(config, os.environ)
    try:
        settings = load(path, os.environ)
    except ConfigProblems as wrong:
        yield from (_bad("configuration", problem) for problem in wrong.problems)
        return
    logs.configure(os.environ, settings.secrets)
    where = path if path else "no file, defaults and environment only"
    yield Finding("configuration", "good" if path else "note", str(where))
    yield from _channels(settings)
    yield from _dialogues(settings)
    yield from _database(settings)


def _installation() -> Iterator[Finding]:
    """Another distribution may own a package called storage or bot: then ours is not the one that is imported."""
    here = Path(__file__).parents[2]
    strange = [name for name in PACKAGES if _origin(name) != here]
    for name in strange:
        yield Finding(
            "installation",
            "bad",
            f"package {name} comes from {_origin(name)}, not from {here}:"
            " install anliegen into an environment of its own",
        )
    if not strange:
        yield Finding("installation", "good", f"all packages are in {here}")


def _origin(package: str) -> Path | None:
    file = importlib.import_module(package).__file__
    return Path(file).parents[1] if file else None


def _channels(settings: Settings) -> Iterator[Finding]:
    for name, on, mode in (
        ("telegram", settings.telegram.on, settings.telegram.mode),
        ("slack", settings.slack.on, settings.slack.mode),
    ):
        yield Finding(name, "good" if on else "note", f"on, mode {mode}" if on else "off: it has no token")


def _dialogues(settings: Settings) -> Iterator[Finding]:
    dialogues, problems = load_dialogues(settings)
    problems += texts_of(settings).problems
    yield from (_bad("dialogues", problem) for problem in problems)
    if not problems:
        yield Finding("dialogues", "good", ", ".join(sorted(one.name for one in dialogues)))


def _database(settings: Settings) -> Iterator[Finding]:
    file = settings.storage.file
    if file is not None:
        warning = version_warning()
        yield Finding("sqlite", "note" if warning else "good", warning or "no known defect")
        if not file.exists():
            yield Finding("database", "note", f"there is none yet; `anliegen serve` makes {file}")
            return
        yield _disk(file, settings.storage.watermark)
    try:
        revision = current(settings.storage.url)
        if revision != head():
            text = f"schema {revision or 'none'}, this program needs {head()}: run `anliegen migrate`"
            yield Finding("database", "bad", text)
            return
        yield Finding("database", "good", f"{file or 'PostgreSQL'}, schema {revision}")
        yield from asyncio.run(_contents(settings))
    except StoreError as error:
        yield Finding("database", "bad", str(error))


def _disk(file: Path, watermark: int) -> Finding:
    free = free_bytes(file)
    text = f"{free // 10**6} MB are left, the watermark is {watermark // 10**6} MB"
    return Finding("disk", "good" if free >= watermark else "bad", text)


async def _contents(settings: Settings) -> list[Finding]:
    async with reading(settings) as store:
        broken = await store.broken_invariants()
        async with store.reading() as tx:
            counts, standing = await tx.counts(), await tx.alarms()
    texts = texts_of(settings)
    titles = sorted({texts.plain(f"alarm.{one.name}.title", "en", subject=one.subject) for one in standing})
    findings = [Finding("invariants", "bad", sentence) for sentence in broken]
    if not broken:
        findings.append(Finding("invariants", "good", "all hold"))
    if titles:
        findings.append(
            Finding("alarms", "note", f"{', '.join(titles)}; docs/run/operations.md says what helps")
        )
    left = {name: n for name, n in counts.items() if n and name.endswith(("_dead", "_unknown"))}
    if left:
        text = ", ".join(f"{n} {name.replace('_', ' ')}" for name, n in left.items())
        findings.append(Finding("left over", "note", f"{text}; `anliegen dead list` says why and what helps"))
    figures = {name: n for name, n in counts.items() if not name.endswith("_oldest")}
    findings.append(Finding("counts", "good", ", ".join(f"{name} {n}" for name, n in figures.items())))
    return findings


def _bad(about: str, problem: Problem) -> Finding:
    return Finding(about, "bad", str(problem))
