"""What commands ask to be written: done by the running `serve`, or by the command itself where nothing runs."""

import os
from collections import Counter
from datetime import UTC, datetime
from functools import partial

from bot.app import load_library
from bot.clock import TimeOrderedIds, clock_from
from bot.process.control import Handle, Json, Refused, ask, socket_path
from bot.process.failure import no_dialogue
from bot.settings.config import Settings
from conversations.definition.library import Library
from conversations.events import SECOND
from conversations.facts import Erased
from conversations.question import Ids
from conversations.session import PersonId
from conversations.texts.languages import LANGUAGE_TAG
from handlers.customers import invitations
from handlers.sending import dead_letters
from handlers.turn.ports import Clock
from storage.interface.dead_letters import Letter
from storage.interface.facts import FactRow
from storage.interface.store import Store
from storage.interface.work import Work
from storage.open import absent, open_store

LONGEST = 64  # characters of an order or touchpoint: they stand in texts and on cards
INVITABLE = {"order", "touchpoint"}  # what an invitation can bind


async def write(settings: Settings, request: Json) -> Json:
    """Have a request carried out.

    Raises:
        Refused: it is not possible.
        StoreError: nothing runs, and the database cannot be opened.
    """
    if (file := settings.storage.file) is not None:
        answer = await ask(socket_path(file), request)
        if answer is not None:
            return answer
        if request["do"] != "invite" and not file.exists():  # else a wrong folder would get an empty database
            raise absent(file)
    clock = clock_from(os.environ, loopback=settings.is_loopback)
    store = await open_store(settings.storage.url, zone=settings.organisation.zone, serve=True)
    try:
        library = await load_library(settings, store, clock)
        store.heed = partial(_hint, store)
        answer = await handler(store, clock, TimeOrderedIds(), library)(request)
        await store.give_hints()
        return answer
    finally:
        await store.close()


def _hint(store: Store, work: Work) -> None:
    for hint in work.hints():
        store.hint(hint)


def handler(store: Store, clock: Clock, ids: Ids, library: Library) -> Handle:
    """Return what carries out every kind of request."""

    async def handle(request: Json) -> Json:
        match request:
            case {"do": "invite", "dialogue": str(dialogue), "order": str(order), **more}:
                touchpoint, language = str(more.get("touchpoint", "")), str(more.get("language", ""))
                return await _invite(store, clock, ids, library, dialogue, order, touchpoint, language)
            case {"do": "erase", "person": int(person)}:
                return await _erase(store, clock, ids, PersonId(person))
            case {"do": "retry", "letter": int() | None as wanted}:
                return _letters(await dead_letters.retry(store, clock, wanted))
            case {"do": "drop", "letter": int() | None as wanted}:
                return _letters(await dead_letters.drop(store, wanted))
        raise Refused("the running `serve` does not know this request: it is another version")

    return handle


async def _invite(
    store: Store,
    clock: Clock,
    ids: Ids,
    library: Library,
    dialogue: str,
    order: str,
    touchpoint: str,
    language: str,
) -> Json:
    _check_invitation(library, dialogue, order, touchpoint, language)
    async with store.transaction() as tx:
        fresh = await invitations.invite(
            tx, ids, clock.now(), dialogue=dialogue, order=order, touchpoint=touchpoint, language=language
        )
    if fresh.used:
        raise Refused(f"the customer of order {order} has already followed their link to '{dialogue}'")
    expires = datetime.fromtimestamp(fresh.invitation.expires // SECOND, UTC)
    return {"secret": fresh.secret, "expires": expires.isoformat()}


def _check_invitation(library: Library, dialogue: str, order: str, touchpoint: str, language: str) -> None:
    found = library.current.get(dialogue)
    if found is None:
        raise Refused(no_dialogue(dialogue, library.current))
    if beyond := set(found.needs) - INVITABLE:
        raise Refused(f"'{dialogue}' needs {', '.join(sorted(beyond))}: nobody can be invited to it")
    for name, value in (("order", order), ("touchpoint", touchpoint)):
        if len(value) > LONGEST or not value.isprintable():
            raise Refused(f"--{name} must be at most {LONGEST} printable characters")
    if not order.strip():
        raise Refused("--order is empty")
    if language and not LANGUAGE_TAG.fullmatch(language):
        raise Refused(f"--language '{language}' is no language tag: write for example de, en or de-formal")


async def _erase(store: Store, clock: Clock, ids: Ids, person: PersonId) -> Json:
    async with store.transaction() as tx:
        if person not in await tx.people.find(str(person)):
            raise Refused(f"there is no person {person}")
        now = clock.now()
        rows = await tx.people.erase(person, now)
        await tx.facts.record([FactRow(ids.next(), now, Erased(), person)])
    return dict(rows)


def _letters(done: list[Letter]) -> Json:
    """Which they were: how many of which box and state, and the number where it was one."""
    counts = Counter(f"{letter.box} {letter.state}" for letter in done)
    return {"letters": dict(counts), "id": done[0].id if len(done) == 1 else None}
