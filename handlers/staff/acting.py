"""What staff do in Slack: buttons, forms, threads, commands. Rights are checked here, at the action and at the form."""

from typing import assert_never

from conversations.cases.case import Case
from conversations.cases.moves import Move
from conversations.cases.policy import Staff
from conversations.cases.step import refusal, step
from conversations.effects import Fetch, OpenForm
from conversations.events import (
    Acted,
    Address,
    Attached,
    Commanded,
    Event,
    HomeOpened,
    Said,
    Submitted,
    Threaded,
)
from conversations.facts import STRANGER, Rejected
from conversations.forms import NOT_OFFERED, Objection, read
from conversations.session import CaseId
from conversations.subject import Subject, SubjectKind
from conversations.texts.texts import inert
from handlers.cases.cards import staff_language
from handlers.cases.opening import carry_out
from handlers.files.fetching import fetch
from handlers.staff.desk import whose
from handlers.staff.forms import form_for
from handlers.staff.lookups import answer_command, send_story, show_overview
from handlers.staff.performing import keep_note, perform
from handlers.turn.ports import SHOW
from handlers.turn.turn import Turn
from storage.interface.messages import CaseMessage, Direction
from storage.interface.timers import Timer


async def act(turn: Turn, event: Event) -> None:
    """Apply what a member of staff did; strangers get a private refusal."""
    at_work = event.address.account == turn.organisation.staff_account
    staff = _staff_of(turn, event) if at_work else None
    if staff is None:
        _refuse_stranger(turn, event)
        return
    match event.what:
        case Acted(action=action, subject=subject) if action == SHOW:
            await _show(turn, subject, staff)
        case Acted() as pressed:
            await _press(turn, event, staff, pressed)
        case Submitted() as sent:
            await _submit(turn, event, staff, sent)
        case Threaded() as written:
            await _write_note(turn, event, staff, written)
        case HomeOpened():
            await show_overview(turn, staff)
        case Commanded(argument=argument):
            await answer_command(turn, event, staff, argument)
        case _:
            pass


def _staff_of(turn: Turn, event: Event) -> Staff | None:
    return turn.organisation.policy.by_slack(event.sender.id) if event.sender else None


def _refuse_stranger(turn: Turn, event: Event) -> None:
    match event.what:
        case Threaded() | HomeOpened():
            return  # writing in a thread and opening the overview are not actions
        case Acted(action=action, subject=subject) | Submitted(form=action, subject=subject):
            turn.record(Rejected(subject.id, action, STRANGER))
        case _:
            pass
    turn.hint(event, turn.organisation.texts.render("staff.refused.stranger", _language(turn, None)))


async def _press(turn: Turn, event: Event, staff: Staff, pressed: Acted) -> None:
    """Handle a button of the card: open its form, or act at once where it has none."""
    case = await _case(turn, event, staff, pressed.subject, pressed.action)
    if case is None:
        return
    form = form_for(turn, pressed.action, case, staff)
    if form is None:
        await _move(turn, event, staff, case, Move(pressed.action, staff.id))
    else:
        turn.perish(event.address, OpenForm(pressed.trigger, form))


async def _submit(turn: Turn, event: Event, staff: Staff, sent: Submitted) -> None:
    """Handle a submitted form; values for fields it does not have are ignored."""
    case = await _case(turn, event, staff, sent.subject, sent.form)
    if case is None:
        return
    form = form_for(turn, sent.form, case, staff)
    if form is None:
        _explain(turn, event, staff, case, NOT_OFFERED)
        return
    try:
        values = read(form.fields, sent.values, turn.organisation.zone)
    except Objection as objection:
        _explain(turn, event, staff, case, str(objection))
        return
    await _move(turn, event, staff, case, Move(sent.form, staff.id, values))


async def _case(turn: Turn, event: Event, staff: Staff, subject: Subject, action: str) -> Case | None:
    """Return the case if the action is possible now; else say why not, before anybody writes a text for it."""
    case = await _case_of(turn, subject)
    if case is None:
        turn.hint(event, turn.organisation.texts.render("case.refused.unknown", staff.language))
        return None
    if refused := refusal(case, Move(action, staff.id)):
        _explain(turn, event, staff, case, refused)
        return None
    return case


async def _move(turn: Turn, event: Event, staff: Staff, case: Case, move: Move) -> None:
    moved = step(case, turn.organisation.policy, move, turn.now)
    if moved.refused:
        _explain(turn, event, staff, case, moved.refused)
        return
    await carry_out(turn, moved)
    await perform(turn, moved, case, staff)


async def _write_note(turn: Turn, event: Event, staff: Staff, written: Threaded) -> None:
    """Store what staff write in the thread; it is internal and sent to nobody."""
    case = await turn.tx.cases.by_card(event.address, written.thread)
    if case is None or not (written.text.strip() or written.files):
        return
    files = [
        await fetch(turn, event.address, Fetch(turn.ids.next(), file), case=case.id) for file in written.files
    ]
    text, now = written.text, turn.now
    note = CaseMessage(turn.ids.next(), case.id, now, Direction.NOTE, staff.id, text, tuple(files))
    await turn.note(note)


async def note_directly(turn: Turn, event: Event) -> bool:
    """Store what a member of staff writes below a card they got directly, as its channel accepts no posts.

    False for everything else: a member of staff may be a customer, too.
    """
    what, account = event.what, event.address.account
    if not (
        event.reply_to and isinstance(what, Said | Attached) and account == turn.organisation.staff_account
    ):
        return False
    staff = _staff_of(turn, event)
    if staff is None:
        return False
    posted = await turn.tx.outbox.posted(Address(account, staff.slack), event.reply_to)
    case = await turn.case(posted.case) if posted is not None and posted.case is not None else None
    if case is None:
        return False
    text, came = (what.caption, what.files) if isinstance(what, Attached) else (what.text, ())
    files = [await fetch(turn, event.address, Fetch(turn.ids.next(), file), case=case.id) for file in came]
    language = staff_language(turn, case.owner)
    line = turn.organisation.texts.render("staff.line.note", language, actor=staff.name, text=inert(text))
    await keep_note(turn, case, staff, text, line, tuple(files))
    return True


async def _case_of(turn: Turn, subject: Subject) -> Case | None:
    match subject.kind:
        case SubjectKind.CASE:
            return await turn.case(CaseId(subject.id))
        case _:
            assert_never(subject.kind)


async def come_back(turn: Turn, timer: Timer) -> None:
    """A snooze is over: redraw the overview of that desk."""
    staff = whose(turn, timer)
    if staff is not None and staff.slack:
        await show_overview(turn, staff)


async def _show(turn: Turn, subject: Subject, staff: Staff) -> None:
    """Send the story of a case to the one who asked; actions are only on the card."""
    case = await _case_of(turn, subject)
    if case is not None:
        await send_story(turn, case, staff)


def _explain(turn: Turn, event: Event, staff: Staff, case: Case, key: str) -> None:
    owner = turn.organisation.policy.staff.get(case.owner)
    text = turn.organisation.texts.render(
        key, staff.language, number=case.number, owner=owner.name if owner else case.owner
    )
    turn.record(Rejected(case.id, key.rpartition(".")[2], staff.id), case=case)
    turn.hint(event, text)


def _language(turn: Turn, staff: Staff | None) -> str:
    return staff.language if staff else turn.organisation.languages[0]
