"""Look-ups of staff: `/anliegen ...`, their overview, the story of one case."""

from collections.abc import Iterable, Iterator
from typing import assert_never

from conversations.cases.case import Case
from conversations.cases.policy import Staff
from conversations.events import Address, Event
from conversations.lanes import LaneKind, lane_for
from conversations.subject import about_case
from conversations.texts.graphemes import clip, pieces
from conversations.texts.texts import inert, markup
from handlers import digest
from handlers.cases.cards import MOST_WORDS, label, staff_name
from handlers.staff.desk import Desk, desk_of
from handlers.turn.ports import Overview, Post
from handlers.turn.turn import Turn
from storage.interface.messages import CaseMessage, Direction

_STORY = 12  # messages of a case that are shown: the first, and the latest


async def answer_command(turn: Turn, event: Event, staff: Staff, argument: str) -> None:
    """`/anliegen help | case N | mine | open | digest`; anything else shows the help."""
    texts = turn.organisation.texts
    word, _, rest = argument.strip().partition(" ")
    match word.lower():
        case "mine":
            mine = await turn.tx.cases.still_open(staff=staff.id)
            _list(turn, event, staff, "mine", await desk_of(turn, staff, map(turn.know_case, mine)))
        case "open":
            everybodys = map(turn.know_case, await turn.tx.cases.still_open())
            _list(turn, event, staff, "open", Desk(tuple(everybodys)))
        case "case" if rest.strip():
            found = await turn.tx.cases.by_number(rest.strip())
            if found is None:
                text = texts.render(
                    "staff.list.unknown_number", staff.language, number=clip(rest.strip(), 40)
                )
                turn.hint(event, text)
            else:
                await send_story(turn, turn.know_case(found), staff)
                turn.hint(event, _line(turn, turn.know_case(found), staff.language))
        case "digest":
            digest.pull(turn, event.address, staff)
            turn.hint(event, texts.render("staff.digest.coming", staff.language))
        case _:
            turn.hint(event, texts.render("staff.help", staff.language))


async def show_overview(turn: Turn, staff: Staff) -> None:
    """The App Home: my open cases by due time; a manager sees everybody's. Snoozed ones are only named."""
    texts = turn.organisation.texts
    mine = "" if staff.role == "manager" else staff.id
    desk = await desk_of(turn, staff, map(turn.know_case, await turn.tx.cases.still_open(staff=mine)))
    overview = Overview(
        user=staff.slack,
        title=texts.plain("staff.list.mine" if mine else "staff.list.open", staff.language),
        cards=tuple((_line(turn, case, staff.language), about_case(case.id)) for case in desk.cases),
        open_label=texts.plain("staff.action.show", staff.language),
        empty=texts.render("staff.list.none", staff.language),
        note=_away(turn, desk, staff.language),
    )
    place = Address(turn.organisation.staff_account, staff.slack)
    turn.send(place, overview, lane=lane_for(LaneKind.HOME, staff.slack))


async def send_story(turn: Turn, case: Case, staff: Staff) -> None:
    """Send one case with its latest messages to a member of staff, privately, in as many posts as it needs."""
    place = Address(turn.organisation.staff_account, staff.slack)
    messages, parts = await turn.tx.messages.of(case.id), [_line(turn, case, staff.language)]
    shown = messages if len(messages) <= _STORY else [messages[0], *messages[1 - _STORY :]]
    for number, message in enumerate(shown):
        if number == 1 and len(shown) < len(messages):
            left = len(messages) - len(shown)
            parts.append(turn.organisation.texts.render("staff.list.left_out", staff.language, n=left))
        parts += _told(turn, message, staff.language)
    for together in _posts(parts):
        turn.send(place, Post("<br>".join(together)), lane=lane_for(LaneKind.STAFF, staff.id))


def _told(turn: Turn, message: CaseMessage, language: str) -> Iterator[str]:
    """Return one message of a case, a long one as several lines."""
    texts = turn.organisation.texts
    first, *more = (inert(piece) for piece in pieces(message.text, MOST_WORDS))
    match message.direction:
        case Direction.IN if not message.text:
            yield texts.render("staff.line.files", language, n=len(message.attachments))
        case Direction.IN:
            yield texts.render("staff.line.customer", language, text=first)
        case Direction.OUT:
            delivery = texts.plain(f"staff.delivery.{message.delivery}", language)
            actor = staff_name(turn, message.author)
            yield texts.render("staff.line.reply", language, actor=actor, delivery=delivery, text=first)
        case Direction.NOTE:
            actor = staff_name(turn, message.author)
            yield texts.render("staff.line.note", language, actor=actor, text=first)
        case _:
            assert_never(message.direction)
    for piece in more:
        yield texts.render("staff.line.more", language, text=piece)


def _posts(parts: Iterable[str]) -> Iterator[list[str]]:
    """Join lines, as many as fit into a post; markup is longer than the text it shows, so there is room."""
    together: list[str] = []
    for part in parts:
        if together and sum(map(len, together)) + len(part) > MOST_WORDS:
            yield together
            together = []
        together.append(part)
    yield together


def _list(turn: Turn, event: Event, staff: Staff, which: str, desk: Desk) -> None:
    texts = turn.organisation.texts
    lines: list[str] = [texts.render(f"staff.list.{which}", staff.language)]
    lines += [_line(turn, case, staff.language) for case in desk.cases if case.is_open]
    if len(lines) == 1:
        lines.append(texts.render("staff.list.none", staff.language))
    if away := _away(turn, desk, staff.language):
        lines.append(away)
    turn.hint(event, "<br>".join(lines))


def _away(turn: Turn, desk: Desk, language: str) -> str:
    """Return a line that names snoozed cases, so that none is forgotten; empty without any."""
    texts = turn.organisation.texts
    named = [
        texts.render("staff.list.until", language, number=one.number, until=due) for one, due in desk.away
    ]
    return texts.render("staff.list.away", language, cases=markup(", ").join(named)) if named else ""


def _line(turn: Turn, case: Case, language: str) -> str:
    texts = turn.organisation.texts
    return texts.render(
        "staff.list.line",
        language,
        number=case.number,
        category=label(turn, f"case.category.{case.category}", language),
        state=texts.plain(f"case.state.{case.state.value}", language),
        owner=staff_name(turn, case.owner),
        due=case.due if case.is_promised else 0,
    )
