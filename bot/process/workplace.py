"""The channels in which staff work: their names in the configuration, and the platform's ids."""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, Protocol, runtime_checkable

from conversations.frozen import replace
from handlers.turn.organisation import Organisation
from handlers.turn.ports import Channel
from storage.interface.outbox import BodyKind
from storage.interface.store import Store, Transaction

log = logging.getLogger(__name__)

_LATEST: Final = 500  # cases examined for where their cards are posted


@runtime_checkable
class Workplace(Protocol):
    """A platform on which staff work: it resolves the names of rooms."""

    async def chat_id(self, name: str) -> str:
        """Return the platform's id of a room. Raises LookupError or ConnectionError."""

    def sees(self, chat: str) -> bool:
        """Return whether the platform lists a room, by its id."""


async def with_staff(
    organisation: Organisation, channels: Mapping[str, Channel], store: Store
) -> Organisation:
    """Return the organisation with the platform's ids in place of room names: events carry only ids.

    A name unknown to the platform means the room that got its posts so far, if that room is no longer listed either. A
    listed room has another name and never had this one: the platform would know.
    """
    for account, channel in channels.items():
        if isinstance(channel, Workplace):
            organisation = replace(organisation, staff_account=account)
            ids = {name: await _room(channel, name) for name in _names(organisation)}
            if lost := [name for name, found in ids.items() if not found]:
                ids |= await _former(store, organisation, lost, channel)
            return _in_rooms(organisation, ids)
    return organisation


def _names(organisation: Organisation) -> list[str]:
    """Return the rooms that the configuration names, without duplicates."""
    named = [row.channel for row in organisation.policy.routes]
    named += [channel for row in organisation.policy.escalation for channel in row.channels]
    named += [organisation.digest.channel, organisation.watch.channel]
    return [name for name in dict.fromkeys(named) if name]


async def _room(channel: Workplace, name: str) -> str:
    """Return the id of a room, empty where there is none; the name itself where it cannot be resolved now."""
    try:
        return await channel.chat_id(name)
    except LookupError as error:
        log.warning("%s", error)
        return ""
    except OSError as error:
        log.warning("%s; what is meant for it waits in the outbox", error)
        return name


async def _former(
    store: Store, organisation: Organisation, lost: Iterable[str], channel: Workplace
) -> dict[str, str]:
    """Return the rooms of unknown names by where their posts were; the name itself where there are none."""
    async with store.reading() as tx:
        used = await _used(tx, organisation)
    rooms = {}
    for name in lost:
        known = [place for place in used.get(name, ()) if not channel.sees(place) and place not in used]
        rooms[name] = Counter(known).most_common(1)[0][0] if known else name
        what = (
            f"its posts go to {rooms[name]}, as before"
            if known
            else "what is meant for it waits in the outbox"
        )
        log.warning("Slack knows no channel %s any more: %s", name, what)
    return rooms


async def _used(tx: Transaction, organisation: Organisation) -> dict[str, list[str]]:
    """Return where the posts were that the configuration sends to a room today."""
    account, policy = organisation.staff_account, organisation.policy
    used: dict[str, list[str]] = {name: [] for name in _names(organisation)}
    for place, (kind, category, product, language, severity) in await tx.cards.used_places(account, _LATEST):
        route = policy.route(
            kind=kind, category=category, product=product, language=language, severity=severity
        )
        used[route.channel].append(place)
    for kind, room in (
        (BodyKind.DIGEST, organisation.digest.channel),
        (BodyKind.POST, organisation.watch.channel),
    ):
        if room and not used[room]:
            places = await tx.outbox.posted_places(account, kind, _LATEST)
            used[room] += [place for place in places if policy.by_slack(place) is None]
    return used


def _in_rooms(organisation: Organisation, ids: Mapping[str, str]) -> Organisation:
    """Return the organisation with ids instead of names, and the display names of the rooms."""
    policy = organisation.policy
    routes = tuple(replace(row, channel=ids[row.channel]) for row in policy.routes)
    escalation = tuple(
        replace(row, channels=tuple(ids[channel] for channel in row.channels)) for row in policy.escalation
    )
    digest, watch = organisation.digest, organisation.watch
    return replace(
        organisation,
        policy=replace(policy, routes=routes, escalation=escalation),
        digest=replace(digest, channel=ids.get(digest.channel, "")),
        watch=replace(watch, channel=ids.get(watch.channel, "")),
        rooms={found: _called(name, found) for name, found in ids.items()},
    )


def _called(name: str, found: str) -> str:
    """Return the name as people write it; an id is unchanged."""
    is_id = name == found and not name.startswith("#") and name.isupper()
    return name if is_id else f"#{name.removeprefix('#')}"
