"""`anliegen dead`: what could not be applied or sent, why, and what helps; done once more, or dropped."""

import asyncio
import os
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import typer
from rich.console import Console

from bot.clock import clock_from
from bot.commands.opening import reading, settings_of
from bot.commands.requests import write
from bot.commands.showing import as_json as to_json
from bot.commands.showing import console, inert
from bot.exits import Exit
from bot.process.control import Json
from bot.process.failure import Failure
from bot.settings.config import Settings
from conversations.events import DAY, HOUR, MINUTE, SECOND, Instant
from handlers.sending.dead_letters import MOST
from storage.interface.dead_letters import Box, Letter
from storage.interface.outbox import BodyKind, OutboxState

_SECTIONS: Final = {
    (Box.INBOX, OutboxState.DEAD): "Updates that could not be applied",
    (Box.OUTBOX, OutboxState.DEAD): "Messages that could not be sent",
    (Box.OUTBOX, OutboxState.UNKNOWN): "Messages that may have arrived or not",
}
_LONGEST: Final = 160  # characters of a reason in the list
_HIDDEN: Final = ("body", "lane")


def listed(config: Path | None, *, as_json: bool) -> None:
    """Print all of them, without anybody's words. Raises Failure."""
    settings = settings_of(config)
    found = asyncio.run(_all(settings))
    now = _now(settings)
    if as_json:
        print(to_json([_plain(letter, now) for letter in found]))
    else:
        _print(found, now)


def show(config: Path | None, wanted: str, *, as_json: bool) -> None:
    """Print one with its body. Raises Failure."""
    settings = settings_of(config)
    letter, now = asyncio.run(_one(settings, _number(wanted))), _now(settings)
    if as_json:
        print(to_json(_plain(letter, now) | {"reason": letter.reason, "body": letter.body}))
        return
    screen = console()
    _describe(screen, letter, now)
    for line in (*letter.reason.splitlines(), "", *letter.body.splitlines()):
        screen.print(inert(line), soft_wrap=True)


def retry(config: Path | None, wanted: str, *, as_json: bool) -> None:
    """Have one or all applied or sent once more. Raises Failure."""
    done = asyncio.run(_ask(settings_of(config), "retry", wanted))
    if as_json:
        print(to_json(done))
        return
    notes = {
        "inbox dead": "applied now, after what came since",
        "outbox dead": "sent now, before what still waits for the same place",
        "outbox unknown": "sent now; on Telegram it may arrive twice, in Slack it is looked for first",
    }
    for what, count in done.items():
        print(f"{count} {what}: {notes[what]}")


def drop(config: Path | None, wanted: str, *, yes: bool, as_json: bool) -> None:
    """Ask, then empty one or all. Raises Failure."""
    settings = settings_of(config)
    if not yes:
        _confirm(wanted)
    done = asyncio.run(_ask(settings, "drop", wanted))
    print(to_json(done) if as_json else f"Dropped: {', '.join(f'{n} {what}' for what, n in done.items())}.")


# -- the parts -------------------------------------------------------------------------------------------------------


async def _all(settings: Settings) -> list[Letter]:
    async with reading(settings) as store, store.reading() as tx:
        return await tx.dead_letters.oldest(MOST)


async def _one(settings: Settings, number: int) -> Letter:
    async with reading(settings) as store, store.reading() as tx:
        letter = await tx.dead_letters.find(number)
    if letter is None:
        raise _unknown(number)
    return letter


async def _ask(settings: Settings, what: str, wanted: str) -> dict[str, int]:
    number = None if wanted == "all" else _number(wanted)
    request: Json = {"do": what, "letter": number}
    answer = await write(settings, request)
    done = answer["letters"]
    if not isinstance(done, dict) or not done:
        raise _unknown(number)
    return done


def _number(wanted: str) -> int:
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 19:
        raise Failure("a letter is named by its number: `anliegen dead list` shows them", Exit.USAGE)
    return int(wanted)


def _unknown(number: int | None) -> Failure:
    which = "no letter lies dead" if number is None else f"no letter {number} lies dead (any more)"
    return Failure(f"{which}; `anliegen dead list` shows what does")


def _confirm(wanted: str) -> None:
    if not sys.stdin.isatty():
        raise Failure("nobody is here to be asked: add --yes", Exit.USAGE)
    what = "every letter" if wanted == "all" else f"letter {wanted}"
    typer.confirm(f"Empty {what}? It cannot be undone.", abort=True)


def _now(settings: Settings) -> Instant:
    return clock_from(os.environ, loopback=settings.is_loopback).now()


# -- how it is shown ---------------------------------------------------------------------------------------------------


def remedy(letter: Letter) -> str:
    """What helps."""
    reason = letter.reason.lower()
    match letter.box, letter.state:
        case Box.INBOX, _ if "no channel is configured" in reason:
            return "switch the channel on again, then retry; or drop it"
        case Box.INBOX, _ if reason.startswith("unreadable"):
            return "nothing was lost that this version could read; retry after an update, or drop it"
        case Box.INBOX, _:
            return "a mistake in the program or damaged data: look at it with show, mend that, then retry"
        case Box.OUTBOX, OutboxState.UNKNOWN:
            return "ask the person, or look into the chat; then drop it, or retry"
        case _ if "blocked" in reason or "forbidden" in reason or "deactivated" in reason:
            return "the person does not want to hear from us, or is gone: drop it"
        case _ if "chat not found" in reason or "channel_not_found" in reason or "is_archived" in reason:
            return "bring the chat or channel back, then retry; or drop it"
        case _ if "never delivered" in reason:
            return "retry the message it belongs to first, then this one"
        case _ if "given up after a day" in reason or "what follows" in reason:
            return "mend what the reason names, then retry"
        case _ if letter.kind == BodyKind.DOWNLOAD:
            return "retry while the platform still has the file, or ask the person to send it again"
    return "mend what the reason names, then retry; or drop it"


def _print(found: Sequence[Letter], now: Instant) -> None:
    screen = console()
    if not found:
        screen.print("No dead letters.")
    for section, heading in _SECTIONS.items():
        some = [letter for letter in found if (letter.box, letter.state) == section]
        if some:
            screen.print(f"{heading}: {len(some)}", style="bold")
        for letter in some:
            _describe(screen, letter, now)


def _describe(screen: Console, letter: Letter, now: Instant) -> None:
    screen.print(inert(f"{letter.id}  {' · '.join(_facts(letter, now))}"), soft_wrap=True)
    screen.print(inert(f"  reason  {_short(letter.reason)}"), soft_wrap=True)
    screen.print(inert(f"  remedy  {remedy(letter)}"), soft_wrap=True)


def _facts(letter: Letter, now: Instant) -> Iterable[str]:
    what = letter.kind or "update"
    yield f"{what} {'from' if letter.box is Box.INBOX else 'to'} {letter.account}/{letter.chat}"
    if letter.person:
        yield f"person {letter.person}"
    if letter.case:
        yield f"case {letter.case}"
    yield f"{_moment(letter.since)}, {_age(now - letter.since)} ago"
    if letter.attempts:
        yield f"{letter.attempts} attempts"


def _short(reason: str) -> str:
    """The first line of a reason: a longer one may quote words."""
    first = reason.partition("\n")[0]
    return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 1]}…"


def _plain(letter: Letter, now: Instant) -> Json:
    shown = {name: value for name, value in asdict(letter).items() if name not in _HIDDEN}
    moments = {"since": _moment(letter.since), "at": _moment(letter.at)}
    age = max(now - letter.since, 0) // SECOND
    return shown | moments | {"reason": _short(letter.reason), "age": age, "remedy": remedy(letter)}


def _moment(moment: Instant) -> str:
    return datetime.fromtimestamp(moment // SECOND, UTC).isoformat()


def _age(length: int) -> str:
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if length >= unit:
            return f"{length // unit} {name}"
    return f"{max(length, 0) // SECOND} s"
