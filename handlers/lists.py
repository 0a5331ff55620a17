"""What staff look up: `/anliegen ...`, their overview, the story of one case."""

from conversations.cases.case import Case
from conversations.cases.policy import Staff
from conversations.events import Address, Event
from conversations.graphemes import clip
from conversations.texts import inert
from handlers import digest
from handlers.cards import label, staff_name
from handlers.ports import Overview, Post
from handlers.turn import Turn

_STORY = 12  # the latest messages of a case that are shown


async def answer_command(turn: Turn, event: Event, staff: Staff, argument: str) -> None:
    """`/anliegen help | case N | mine | open | digest`; anything else shows the help."""
    texts = turn.organisation.texts
    word, _, rest = argument.strip().partition(" ")
    match word.lower():
        case "mine":
            await _list(turn, event, staff, "mine", await turn.tx.open_cases(staff=staff.id))
        case "open":
            await _list(turn, event, staff, "open", await turn.tx.open_cases())
        case "case" if rest.strip():
            found = await turn.tx.case_by_number(rest.strip())
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


async def show_overview(turn: Turn, event: Event, staff: Staff) -> None:
    """The App Home: my open cases by due time; a manager sees everybody's."""
    texts = turn.organisation.texts
    mine = "" if staff.role == "manager" else staff.id
    cases = [turn.know_case(case) for case in await turn.tx.open_cases(staff=mine)]
    overview = Overview(
        user=event.sender.id,
        title=texts.plain("staff.list.mine" if mine else "staff.list.open", staff.language),
        cards=tuple((_line(turn, case, staff.language), case.id) for case in cases),
        open_label=texts.plain("staff.action.show", staff.language),
        empty=texts.render("staff.list.none", staff.language),
    )
    place = Address(turn.organisation.staff_account, event.sender.id)
    turn.send(place, overview, lane=f"home:{event.sender.id}")


async def send_story(turn: Turn, case: Case, staff: Staff) -> None:
    """Send one case with its latest messages to a member of staff, privately."""
    texts = turn.organisation.texts
    parts = [_line(turn, case, staff.language)]
    for message in (await turn.tx.messages(case.id))[-_STORY:]:
        text = inert(message.text)
        match message.direction:
            case "in":
                parts.append(texts.render("staff.line.customer", staff.language, text=text))
            case "out":
                delivery = texts.plain(f"staff.delivery.{message.delivery}", staff.language)
                actor = staff_name(turn, message.author)
                line = "staff.line.reply"
                parts.append(texts.render(line, staff.language, actor=actor, delivery=delivery, text=text))
            case _:
                actor = staff_name(turn, message.author)
                parts.append(texts.render("staff.line.note", staff.language, actor=actor, text=text))
    place = Address(turn.organisation.staff_account, staff.slack)
    turn.send(place, Post("<br>".join(parts)), lane=f"staff:{staff.id}")


async def _list(turn: Turn, event: Event, staff: Staff, which: str, cases: list[Case]) -> None:
    texts = turn.organisation.texts
    known = [turn.know_case(case) for case in cases]
    lines: list[str] = [texts.render(f"staff.list.{which}", staff.language)]
    lines += [_line(turn, case, staff.language) for case in known if case.is_open]
    if len(lines) == 1:
        lines.append(texts.render("staff.list.none", staff.language))
    turn.hint(event, "<br>".join(lines))


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
