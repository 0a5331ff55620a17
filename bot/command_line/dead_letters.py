"""Dead letters, as the commands below `anliegen dead` name them, ask for them and show them."""

import os
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Final, TypeAlias

import typer
from rich.console import Console

from bot.clock import clock_from
from bot.command_line.requests import write
from bot.command_line.showing import inert
from bot.exits import Exit
from bot.process.control import Json
from bot.process.failure import Failure
from bot.settings.config import Settings
from conversations.events import DAY, HOUR, MINUTE, SECOND, Instant
from storage.interface.dead_letters import Box, Letter
from storage.interface.outbox import BodyKind, OutboxState

ALL: Final = "all"
Wanted: TypeAlias = Annotated[
    str, typer.Argument(metavar=f"ID|{ALL}", help="A letter's number from `dead list`, or all.")
]

_LONGEST: Final = 160  # characters of a reason in the list
_HIDDEN: Final = ("body", "lane")


async def ask(settings: Settings, what: str, wanted: str) -> dict[str, int]:
    """Have something done to one or all; how many of which box and state they were. Raises Failure for none."""
    number = None if wanted == ALL else number_of(wanted)
    request: Json = {"do": what, "letter": number}
    answer = await write(settings, request)
    done = answer["letters"]
    if not isinstance(done, dict) or not done:
        raise no_letter(number)
    return done


def number_of(wanted: str) -> int:
    """Return a letter's number. Raises Failure for anything else."""
    if not wanted.isascii() or not wanted.isdigit() or len(wanted) > 19:
        raise Failure("a letter is named by its number: `anliegen dead list` shows them", Exit.USAGE)
    return int(wanted)


def no_letter(number: int | None) -> Failure:
    """Say that there is none, or not this one."""
    which = "no letter lies dead" if number is None else f"no letter {number} lies dead (any more)"
    return Failure(f"{which}; `anliegen dead list` shows what does")


def now_of(settings: Settings) -> Instant:
    """Return the present moment, from which the age of a letter is told."""
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


def describe(screen: Console, letter: Letter, now: Instant) -> None:
    """Print what is known of one, in three lines and without anybody's words."""
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


def plain(letter: Letter, now: Instant) -> Json:
    """Return what scripts may know of one: times in ISO 8601, its age in seconds, and nobody's words."""
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
