"""What staff see of a case: its card, the lines of its thread, and the notices that mention them."""

from collections.abc import Iterable
from typing import Final

from conversations.cases.action import buttons
from conversations.cases.case import Case, State
from conversations.cases.moves import Notice
from conversations.effects import ButtonStyle
from conversations.events import Address
from conversations.frozen import replace
from conversations.lanes import Lane, LaneKind, lane_for
from conversations.refusals import Refusal
from conversations.subject import about_case
from conversations.texts.graphemes import beginning, clip, pieces
from conversations.texts.texts import Rich, inert, markup
from handlers.cases.origins import led_to
from handlers.turn.ports import Card, CardField, Post
from handlers.turn.turn import Turn
from storage.interface.attachments import ERASED, Attachment, FileState
from storage.interface.messages import CaseMessage, DeliveryState
from storage.interface.outbox import OutboxState

COLOURS: Final = {
    State.RECEIVED: "#d1453b",
    State.ACKNOWLEDGED: "#e3a008",
    State.ASSESSED: "#e3a008",
    State.IN_WORK: "#2f6fdb",
    State.PROPOSED: "#7a4fd0",
    State.ACCEPTED: "#2f9e5f",
    State.REFUSED: "#d1453b",
    State.CLOSED: "#8a8f98",
    State.REOPENED: "#d1453b",
}

MOST_WORDS: Final = 5_000
"""Characters of somebody's words in one post: Slack takes some 10,000 and counts emoji twice."""

CARD_WORDS: Final = 2_400
"""Characters of the customer's words on a card; the thread has all of them."""

CARD_FIELDS: Final = (
    *("state", "owner", "customer", "reach", "severity"),
    *("order", "remedy", "touchpoint", "score", "reason", "due", "refused"),
)
"""The fields of a card below its title, in this order; empty ones are left out."""

_MOST_NAMED: Final = 3  # refused files named, so that they fit into a card's field
_FILE_NAME: Final = 30  # characters shown of a file's name


def staff_language(turn: Turn, staff: str) -> str:
    """Return the language of a member of staff, by staff id."""
    known = turn.organisation.policy.staff.get(staff)
    return known.language if known else turn.organisation.languages[0]


def staff_name(turn: Turn, staff: str) -> str:
    """The full name of a member of staff; the id itself when the configuration no longer names them."""
    known = turn.organisation.policy.staff.get(staff)
    return known.name if known else staff


def first_name(turn: Turn, staff: str) -> str:
    """Return the name customers see of a member of staff."""
    known = turn.organisation.policy.staff.get(staff)
    return known.first_name if known else turn.organisation.name


def label(turn: Turn, key: str, language: str) -> str:
    """Return a label from the texts; an organisation's own names (a category, a touchpoint) are shown as they are."""
    texts = turn.organisation.texts
    return texts.plain(key, language) if key in texts else key.rpartition(".")[2].replace("_", " ")


def promise_name(turn: Turn, case: Case, language: str) -> str:
    """Return what the customer is promised next; empty for nothing."""
    if case.due_kind is None:
        return ""
    return turn.organisation.texts.plain(f"case.status.{case.due_kind.promise}", language)


async def show(turn: Turn, case: Case) -> Case:
    """Post the card of a case, or edit it in place; return the case with its card."""
    if not turn.organisation.staff_account:
        return case
    card = await card_of(turn, case)
    row = turn.send(channel_of(turn, case), card, lane=lane_of(case), case=case.id, edits=case.card)
    if case.card:
        await _show_directly(turn, case)
    else:
        case = replace(case, card=row)
        turn.keep_case(case)
    return case


async def _show_directly(turn: Turn, case: Case) -> None:
    """Edit the cards that were sent to people directly because the channel accepts no posts (`shut_channels.py`)."""
    cards = await turn.tx.cards.of(case.id)
    waits = any(row == case.card and state is not OutboxState.SENT for row, _, state in cards)
    for row, chat, _ in cards:
        user = turn.organisation.policy.by_slack(chat)
        if user is None:
            continue  # the channel's own
        channel = turn.organisation.rooms.get(case.channel, case.channel)
        note = turn.organisation.texts.render("staff.direct.card", user.language, channel=channel)
        card = await card_of(turn, case, user.language)
        shown = replace(card, mention="", note=note if waits else "")
        turn.send(
            Address(turn.organisation.staff_account, chat),
            shown,
            lane=lane_for(LaneKind.DIRECT, chat),
            case=case.id,
            edits=row,
        )


def channel_of(turn: Turn, case: Case) -> Address:
    """Return the address of a case's card."""
    return Address(turn.organisation.staff_account, case.channel)


def lane_of(case: Case) -> Lane:
    """Return the lane of a case: its posts are sent in the order in which they were written."""
    return lane_for(LaneKind.CASE, case.id)


def write_line(
    turn: Turn,
    case: Case,
    text: str,
    *,
    mention: Iterable[str] = (),
    attachments: tuple[int, ...] = (),
    goes_on: bool = False,
) -> int:
    """Add a line to the thread of a card; return its outbox row, 0 without Slack. It may continue the one before."""
    if not turn.organisation.staff_account:
        return 0
    post = Post(text, slack_users(turn, mention), attachments, goes_on)
    return turn.send(channel_of(turn, case), post, lane=lane_of(case), case=case.id, thread_of=case.card)


def write_words(
    turn: Turn, case: Case, key: str, words: str, *, mention: Iterable[str] = (), goes_on: bool = False
) -> int:
    """Add a line with somebody's words (text `key`), split over several if too long. Return the first one's row."""
    texts, language = turn.organisation.texts, staff_language(turn, case.owner)
    first, *more = pieces(words, MOST_WORDS)
    row = write_line(turn, case, texts.render(key, language, text=first), mention=mention, goes_on=goes_on)
    for piece in more:
        write_line(turn, case, texts.render("staff.line.more", language, text=piece), goes_on=True)
    return row


def write_all(turn: Turn, case: Case, words: str) -> None:
    """Post the customer's full words in the thread, where the card shows only the beginning."""
    if len(words) > CARD_WORDS:
        write_words(turn, case, "staff.line.customer", words)


def delivery_line(turn: Turn, case: Case, actor: str, text: str, delivery: DeliveryState) -> str:
    """The thread line of a relayed message, with whether it was delivered."""
    texts, language = turn.organisation.texts, staff_language(turn, case.owner)
    shown = texts.plain(f"staff.delivery.{delivery}", language)
    return texts.render("staff.line.reply", language, actor=actor, delivery=shown, text=inert(text))


def not_taken(turn: Turn, files: Iterable[Attachment], language: str) -> str:
    """Return a line about refused or missing files, with the reason of each; empty without any."""
    refused = [one for one in files if _is_missing(one)]
    if not refused:
        return ""
    named = _refusals(turn, refused, language)
    return turn.organisation.texts.render("staff.line.not_taken", language, n=len(refused), files=named)


def _refusals(turn: Turn, files: Iterable[Attachment], language: str) -> Rich:
    texts = turn.organisation.texts
    refused = [one for one in files if _is_missing(one)]
    named = [
        texts.render(
            "staff.file.refused",
            language,
            name=clip(one.name, _FILE_NAME),
            reason=texts.plain(_reason_key(turn, one), language),
        )
        for one in refused[:_MOST_NAMED]
    ]
    if len(refused) > _MOST_NAMED:
        named.append(texts.render("staff.file.more", language, n=len(refused) - _MOST_NAMED))
    return markup(", ").join(named)


def _is_missing(file: Attachment) -> bool:
    return file.state is FileState.REFUSED and file.reason != ERASED


def _reason_key(turn: Turn, file: Attachment) -> str:
    key = f"staff.file.reason.{file.reason}"
    return key if key in turn.organisation.texts else f"staff.file.reason.{Refusal.GONE}"


def tell(turn: Turn, case: Case, notice: Notice) -> None:
    """Mention staff in the thread and, for an escalation, in the channel as well."""
    if not turn.organisation.staff_account:
        return
    language = staff_language(turn, notice.staff[0] if notice.staff else case.owner)
    text = turn.organisation.texts.render(notice.key, language, number=case.number, due=notice.due)
    write_line(turn, case, text, mention=notice.staff)
    if notice.channel:
        post = Post(text, slack_users(turn, notice.staff))
        turn.send(channel_of(turn, case), post, lane=lane_of(case), case=case.id)
    for channel in notice.channels:
        if channel != case.channel:
            place = Address(turn.organisation.staff_account, channel)
            turn.send(place, Post(text), lane=lane_for(LaneKind.ESCALATION, channel), case=case.id)


def slack_users(turn: Turn, staff: Iterable[str]) -> tuple[str, ...]:
    """Slack user ids of staff ids."""
    known = turn.organisation.policy.staff
    return tuple(known[one].slack for one in staff if one in known and known[one].slack)


async def card_of(turn: Turn, case: Case, language: str = "") -> Card:
    """Return the current card of a case, in the owner's language by default."""
    language = language or staff_language(turn, case.owner)
    texts = turn.organisation.texts
    messages = await turn.tx.messages.of(case.id)
    first = messages[0] if messages else None
    title = texts.plain(
        "staff.card.title",
        language,
        number=case.number,
        kind=label(turn, f"case.kind.{case.kind}", language),
        category=label(turn, f"case.category.{case.category}", language),
    )
    return Card(
        subject=about_case(case.id),
        title=title,
        colour=COLOURS[case.state],
        fields=tuple(await _fields(turn, case, language, first)),
        text=_beginning(turn, first.text, language) if first else "",
        actions=_buttons(turn, case, language),
        attachments=_evidence(messages),
        mention="" if case.acknowledged else "".join(slack_users(turn, (case.owner,))),
    )


def _beginning(turn: Turn, words: str, language: str) -> str:
    if len(words) <= CARD_WORDS:
        return inert(words)
    more = turn.organisation.texts.render("staff.card.more", language)
    return f"{inert(beginning(words, CARD_WORDS))} {more}"


async def _fields(turn: Turn, case: Case, language: str, first: CaseMessage | None) -> list[CardField]:
    texts = turn.organisation.texts
    files = await turn.tx.attachments.describe(first.attachments) if first else []
    who = await turn.find(case.conversation)
    conversation = None if who is None else turn.conversation(who)
    owner = inert(staff_name(turn, case.owner))
    gone = case.is_open and conversation is not None and not conversation.reachable
    if not case.acknowledged:
        owner = texts.render("staff.card.unaccepted", language, owner=staff_name(turn, case.owner))
    shown = {
        "state": texts.render(f"case.state.{case.state.value}", language),
        "owner": owner,
        "customer": inert(conversation.name if conversation else ""),
        "reach": texts.render("staff.card.unreachable", language) if gone else "",
        "severity": inert(label(turn, f"case.severity.{case.severity}", language)),
        "order": inert(case.order),
        "remedy": inert(label(turn, f"case.remedy.{case.remedy}", language)) if case.remedy else "",
        "touchpoint": inert(case.touchpoint),
        "score": "",
        "reason": "",
        "due": _due(turn, case, language),
        "refused": _refusals(turn, files, language),
    }
    shown |= await led_to(turn, case, language)
    return [
        CardField(texts.plain(f"staff.card.{name}", language), shown[name])
        for name in CARD_FIELDS
        if shown[name]
    ]


def _due(turn: Turn, case: Case, language: str) -> str:
    if not (case.due and case.is_promised):
        return ""
    texts = turn.organisation.texts
    what = promise_name(turn, case, language)
    key = "staff.card.late_line" if case.due <= turn.now else "staff.card.due_line"
    return texts.render(key, language, what=what, due=case.due)


def _buttons(turn: Turn, case: Case, language: str) -> tuple[tuple[str, str, ButtonStyle], ...]:
    texts = turn.organisation.texts
    return tuple(
        (name, texts.plain(f"staff.action.{name}", language), action.style) for name, action in buttons(case)
    )


def _evidence(messages: Iterable[CaseMessage]) -> tuple[int, ...]:
    """Return the files sent with the complaint itself; later ones are in the thread."""
    for message in messages:
        return message.attachments
    return ()
