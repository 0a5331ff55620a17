"""A shut channel (archived, gone, or closed to the bot) accepts no posts. Its rows wait, in order.

The readers of a waiting row get it directly, once, in the transaction that records this: the owner gets the card, the
people mentioned get the mention, with a card if they have none yet, and managers get what belongs to no case (alarms,
the digest). Lines that mention nobody are not sent to anybody, unless they continue one that does.
"""

import logging
from collections.abc import Mapping

from conversations.cases.case import Case
from conversations.events import Address, Instant
from conversations.frozen import replace
from conversations.kinds import Role
from conversations.lanes import LaneKind, lane_for, lane_name
from conversations.question import Ids
from conversations.texts.graphemes import pieces
from conversations.texts.texts import inert
from handlers.cases.cards import CARD_WORDS, MOST_WORDS, card_of, slack_users
from handlers.turn.bodies import body_of
from handlers.turn.organisation import Organisation
from handlers.turn.ports import Card, DigestPost, Post
from handlers.turn.turn import Turn
from storage.interface.errors import Conflict
from storage.interface.outbox import BodyKind, OutboxRow
from storage.interface.shut_places import Shut
from storage.interface.store import Store

log = logging.getLogger(__name__)


async def tell_directly(turn: Turn, place: Address, why: str) -> None:
    """Send what waits for a channel to its readers directly, unless they have it already."""
    rows = await turn.tx.shut_places.take_untold(place, why)
    if rows:
        log.warning("%s takes no posts (%s): %d wait", channel_name(turn.organisation, place), why, len(rows))
    # An escalation is posted in the thread and in the channel: send it once.
    posted: set[tuple[str, str]] = set()
    before: dict[int, tuple[str, ...]] = {}  # whom the previous line mentioned, by case
    for row in rows:
        try:
            body = body_of(row.kind, row.body)
        except ValueError:
            continue  # erased meanwhile
        case = None if row.case is None else await turn.case(row.case)
        match body:
            case Card() if case is not None and not row.edits:
                for user in _answering(turn, case):
                    await _send_card(turn, place, case, user)
            case Post() if case is not None and not row.edits:
                called = before[case.id] = before.get(case.id, ()) if body.goes_on else body.mention
                for user in called:
                    await _send_card(turn, place, case, user)
                    if row.thread_of or (user, body.text) not in posted:
                        posted.add((user, body.text))
                        _send_post(turn, place, body, user, row, case)
            case DigestPost() if place.chat not in turn.organisation.rooms and (puller := _puller(turn, row)):
                await turn.tx.shut_places.redirect_row(row.id, puller)  # requested where the bot cannot post
            case Post() | DigestPost() if row.case is None:
                for user in _managers(turn):
                    _send_post(turn, place, body, user, row)
            case _:
                pass  # edits a post, or mentions nobody


async def tell_new(
    store: Store, organisation: Organisation, ids: Ids, now: Instant, shut: Mapping[Address, Shut]
) -> None:
    """Send new rows directly that wait behind an already waiting one."""
    if not any(one.untold for one in shut.values()):
        return
    async with store.transaction() as tx:
        turn = Turn(tx, organisation, ids, now)
        for place, one in shut.items():
            if one.untold:
                await tell_directly(turn, place, one.why)
        await turn.write()


async def follow_routes(store: Store, organisation: Organisation) -> None:
    """Move rows of a channel that the configuration no longer names to the one it names now; retry all others now."""
    account = organisation.staff_account
    if not account:
        return
    try:
        async with store.transaction() as tx:
            known = [*organisation.rooms]
            for case in (await tx.cases.load(await tx.shut_places.stranded(account, known))).values():
                route = organisation.policy.route(
                    kind=case.kind,
                    category=case.category,
                    product=case.product,
                    language=case.language,
                    severity=case.severity,
                )
                await tx.shut_places.redirect_case(case.id, Address(account, case.channel), route.channel)
                await tx.cases.save(replace(case, channel=route.channel, version=case.version + 1))
                log.info("what waited of %s goes to %s", case.number, organisation.rooms.get(route.channel))
            for kind, channel in (
                (BodyKind.DIGEST, organisation.digest.channel),
                (BodyKind.POST, organisation.watch.channel),
            ):
                if channel:
                    await tx.shut_places.redirect(account, kind, known, channel)
            await tx.shut_places.try_again(account)
    except Conflict:
        log.info("another worker sees to what waits for channels")


def channel_name(organisation: Organisation, place: Address) -> str:
    """Return the name of a channel in the configuration, else its id."""
    return organisation.rooms.get(place.chat, place.chat)


def _answering(turn: Turn, case: Case) -> tuple[str, ...]:
    """Return who gets a card: the owner, else the next in line."""
    for role in Role:
        if users := slack_users(turn, case.who(role)):
            return users
    return _managers(turn)


def _managers(turn: Turn) -> tuple[str, ...]:
    staff = turn.organisation.policy.staff.values()
    return slack_users(turn, (one.id for one in staff if one.role == "manager"))


def _puller(turn: Turn, row: OutboxRow) -> str:
    """Return who requested a digest; empty for the weekly one."""
    return "".join(slack_users(turn, (lane_name(row.lane).rpartition(":")[2],)))


async def _send_card(turn: Turn, place: Address, case: Case, user: str) -> None:
    """Send a card that works like the one in the channel to somebody who has none of this case."""
    direct = Address(place.account, user)
    there = [chat for _, chat, _ in await turn.tx.cards.of(case.id)]
    on_its_way = [
        row.address.chat for row in turn.outbox if row.kind is BodyKind.CARD and row.case == case.id
    ]
    if user in there or user in on_its_way:
        return
    language = _language(turn, user)
    channel = channel_name(turn.organisation, place)
    note = turn.organisation.texts.render("staff.direct.card", language, channel=channel)
    card = replace(await card_of(turn, case, language), note=note, mention="")
    sent = turn.send(direct, card, lane=lane_for(LaneKind.DIRECT, user), case=case.id)
    messages = await turn.tx.messages.of(case.id)
    if messages and len(messages[0].text) > CARD_WORDS:  # the card shows only the beginning
        key = "staff.line.customer"
        for piece in pieces(messages[0].text, MOST_WORDS):
            post = Post(turn.organisation.texts.render(key, language, text=piece))
            turn.send(direct, post, lane=lane_for(LaneKind.DIRECT, user), case=case.id, thread_of=sent)
            key = "staff.line.more"


def _send_post(
    turn: Turn, place: Address, body: Post | DigestPost, user: str, row: OutboxRow, case: Case | None = None
) -> None:
    direct, lane = Address(place.account, user), lane_for(LaneKind.DIRECT, user)
    note = turn.organisation.texts.render(
        "staff.direct.post", _language(turn, user), channel=channel_name(turn.organisation, place)
    )
    if isinstance(body, DigestPost):
        turn.send(direct, Post(note), lane=lane)
        turn.send(direct, body, lane=lane)
        return
    about = [inert(case.number)] if case is not None else []
    text = "<br>".join([*about, body.text, note])
    turn.send(direct, Post(text, attachments=body.attachments), lane=lane, case=row.case)


def _language(turn: Turn, user: str) -> str:
    known = turn.organisation.policy.by_slack(user)
    return known.language if known else turn.organisation.languages[0]
