"""List the cases by next deadline, or show one with its messages."""

import asyncio
import os
from dataclasses import asdict
from datetime import UTC, datetime, tzinfo
from typing import Annotated

import typer
from rich.table import Table

from bot.clock import clock_from
from bot.command_line.groups import Group
from bot.command_line.opening import reading, settings_of
from bot.command_line.options import AsJson, Config
from bot.command_line.showing import as_json as to_json
from bot.command_line.showing import console, inert
from bot.process.failure import Failure
from bot.settings.config import Settings
from conversations.cases.case import Case
from conversations.events import SECOND, Instant
from storage.interface.messages import CaseMessage, DeliveryState, Direction

GROUP = Group.CASES
RANK = 10

MOST = 1000
_COLUMNS = ("number", "state", "kind", "category", "severity", "owner", "due")


def cases(
    number: Annotated[str, typer.Argument(help="One case, for example A-2026-000123; without, a list.")] = "",
    every: Annotated[bool, typer.Option("--all/--open", help="Closed ones too.")] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Print a list or one case. Raises Failure."""
    settings = settings_of(config)
    if number:
        case, messages = asyncio.run(_one(settings, number))
        print(to_json(_plain(case, messages))) if as_json else _show(settings, case, messages)
        return
    found = asyncio.run(_several(settings, every=every))
    print(to_json([_plain(case) for case in found])) if as_json else _list(settings, found)


async def _one(settings: Settings, number: str) -> tuple[Case, list[CaseMessage]]:
    async with reading(settings) as store, store.reading() as tx:
        case = await tx.cases.by_number(number)
        if case is None:
            raise Failure(f"there is no case {number}; `anliegen cases --all` lists them")
        return case, await tx.messages.of(case.id)


async def _several(settings: Settings, *, every: bool) -> list[Case]:
    now = clock_from(os.environ, loopback=settings.is_loopback).now()
    async with reading(settings) as store, store.reading() as tx:
        if not every:
            return await tx.cases.still_open(limit=MOST)
        return sorted(await tx.cases.between(0, now + 1), key=lambda case: case.opened, reverse=True)


# -- for scripts -----------------------------------------------------------------------------------------------


def _plain(case: Case, messages: list[CaseMessage] | None = None) -> dict[str, object]:
    """A case as JSON: times as ISO 8601 in UTC, null where it has not happened."""
    moments = ("opened", "acknowledged", "answered", "solved", "closed", "due")
    plain = asdict(case) | {name: _iso(getattr(case, name)) for name in moments} | {"open": case.is_open}
    if messages is not None:
        plain["messages"] = [asdict(one) | {"at": _iso(one.at)} for one in messages]
    return plain


def _iso(moment: Instant) -> str | None:
    return datetime.fromtimestamp(moment // SECOND, UTC).isoformat() if moment else None


# -- for people ------------------------------------------------------------------------------------------------


def _list(settings: Settings, found: list[Case]) -> None:
    if not found:
        print("No open case.")
        return
    table = Table(box=None, pad_edge=False)
    for column in _COLUMNS:
        table.add_column(column, no_wrap=column in ("number", "due"))
    for case in found:
        due = _local(case.due, settings.organisation.zone)
        row = (case.number, case.state, case.kind, case.category, case.severity, case.owner, due)
        table.add_row(*(inert(each) for each in row))
    console().print(table)


def _show(settings: Settings, case: Case, messages: list[CaseMessage]) -> None:
    screen, zone = console(), settings.organisation.zone
    table = Table(box=None, show_header=False, pad_edge=False)
    promise = case.due_kind.promise if case.due_kind else ""
    lines = {
        "number": case.number,
        "state": case.state,
        "kind": " / ".join(part for part in (case.kind, case.category, case.severity) if part),
        "order": case.order,
        "remedy": case.remedy,
        "owner": case.owner,
        "opened": _local(case.opened, zone),
        "due": " ".join(part for part in (_local(case.due, zone), promise) if part),
        "closed": _local(case.closed, zone),
        "person": str(case.person),
    }
    for label, text in lines.items():
        if text:
            table.add_row(label, inert(text))
    screen.print(table)
    for message in messages:
        who = {
            Direction.IN: "customer",
            Direction.OUT: f"{message.author} to the customer",
            Direction.NOTE: f"{message.author}, internal",
        }
        delivery = "" if message.delivery is DeliveryState.NONE else f" ({message.delivery})"
        screen.print()
        screen.print(
            inert(f"{_local(message.at, zone)} · {who[message.direction]}{delivery}"),
            style="bold",
        )
        for line in message.text.splitlines():
            screen.print(inert(line))


def _local(moment: Instant, zone: tzinfo) -> str:
    local = datetime.fromtimestamp(moment // SECOND, UTC).astimezone(zone)
    return local.strftime("%Y-%m-%d %H:%M") if moment else ""
