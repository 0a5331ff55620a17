"""What staff do in Slack: buttons, forms, threads, commands. Rights are checked here, at the action and at the form."""

from conversations.cases.case import Case, State
from conversations.cases.moves import Move
from conversations.cases.policy import Staff
from conversations.cases.step import step
from conversations.effects import Fetch, Kind, Message, OpenForm
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
from conversations.facts import Rejected
from conversations.frozen import replace
from conversations.session import CaseId
from conversations.texts.graphemes import clip
from conversations.texts.texts import inert
from handlers.cases.cards import delivery_line, label, staff_language, write_line
from handlers.cases.opening import AFTER_CASE, PROPOSAL, STAFFED, bindings_of, carry_out
from handlers.cases.reachability import tell_undelivered
from handlers.cases.receipts import tell_customer
from handlers.customers.dialogues import begin, withdraw, withdraw_rating
from handlers.files.fetching import fetch
from handlers.staff.forms import LONGEST, form_for, offers
from handlers.staff.lookups import answer_command, send_story, show_overview
from handlers.turn.turn import Turn
from storage.interface.messages import CaseMessage

_TO_CUSTOMER = ("reply", "ask", "propose")


async def act(turn: Turn, event: Event) -> None:
    """Apply what a member of staff did; strangers get a private refusal."""
    at_work = event.address.account == turn.organisation.staff_account
    staff = turn.organisation.policy.by_slack(event.sender.id) if at_work else None
    if staff is None:
        _refuse_stranger(turn, event)
        return
    match event.what:
        case Acted(action="show", case=case):
            await _show_case(turn, CaseId(case), staff)
        case Acted(action=action, case=case, trigger=trigger):
            await _press(turn, event, staff, CaseId(case), action, trigger)
        case Submitted() as sent:
            await _submit(turn, event, staff, sent)
        case Threaded() as written:
            await _write_note(turn, event, staff, written)
        case HomeOpened():
            await show_overview(turn, event, staff)
        case Commanded(argument=argument):
            await answer_command(turn, event, staff, argument)
        case _:
            pass


def _refuse_stranger(turn: Turn, event: Event) -> None:
    match event.what:
        case Threaded() | HomeOpened():
            return  # chatting below a card and looking around are not actions
        case Acted(action=action, case=case) | Submitted(form=action, case=case):
            turn.record(Rejected(case, action, event.sender.id))
        case _:
            pass
    turn.hint(event, turn.organisation.texts.render("staff.refused.stranger", _language(turn, None)))


async def _press(turn: Turn, event: Event, staff: Staff, wanted: CaseId, action: str, trigger: str) -> None:
    """A button of the card: open its form, or act at once where there is nothing to ask."""
    case = await turn.case(wanted)
    if case is None:
        turn.hint(event, turn.organisation.texts.render("case.refused.unknown", staff.language))
        return
    form = form_for(turn, action, case, staff.language)
    if form is None:
        await _move(turn, event, wanted, Move(action, staff.id), "")
        return
    # What cannot be done now is said before anybody writes a text for it.
    possible = step(case, turn.organisation.policy, Move(action, staff.id, to=staff.id), turn.now)
    if possible.refused:
        _explain(turn, event, staff, case, possible.refused)
        return
    turn.perish(event.address, OpenForm(trigger, form))


async def _submit(turn: Turn, event: Event, staff: Staff, sent: Submitted) -> None:
    """A form came back; only what it offers can be chosen."""
    case, values = await turn.case(CaseId(sent.case)), sent.values
    form = None if case is None else form_for(turn, sent.form, case, staff.language)
    if case is not None and (form is None or not offers(form, values)):
        _explain(turn, event, staff, case, "case.refused.form")
        return
    text = clip(values.get("text", "").strip(), LONGEST)
    move = Move(sent.form, staff.id, *(values.get(name, "") for name in ("to", "severity", "category")))
    await _move(turn, event, CaseId(sent.case), move, text)


async def _move(turn: Turn, event: Event, wanted: CaseId, move: Move, text: str) -> None:
    staff = turn.organisation.policy.staff[move.actor]
    case = await turn.case(wanted)
    if case is None:
        turn.hint(event, turn.organisation.texts.render("case.refused.unknown", staff.language))
        return
    if not text and move.action in (*_TO_CUSTOMER, "note"):
        _explain(turn, event, staff, case, "case.refused.empty")
        return
    moved = step(case, turn.organisation.policy, move, turn.now)
    if moved.refused:
        _explain(turn, event, staff, case, moved.refused)
        return
    await carry_out(turn, moved)
    await _say_it(turn, moved.case, case, staff, move, text)


async def _say_it(turn: Turn, case: Case, before: Case, staff: Staff, move: Move, text: str) -> None:
    """Write the line in the thread and, where it concerns them, to the customer."""
    match move.action:
        case "reply" | "ask" | "propose":
            await _relay_out(turn, case, staff, move.action, text)
            return
        case "note":
            await _log(turn, case, staff, text)
            return
        case "assess":
            language = staff_language(turn, case.owner)
            text = label(turn, f"case.severity.{case.severity}", language)
            text += " · " + label(turn, f"case.category.{case.category}", language)
        case _:
            pass
    to = turn.organisation.policy.staff[move.to].name if move.to else ""
    line = turn.organisation.texts.render(
        f"staff.line.{move.action}",
        staff_language(turn, case.owner),
        actor=staff.name,
        to=to,
        text=inert(text),
    )
    write_line(turn, case, line, goes_on=move.action == "hand_over")  # why, for whoever is called to accept
    await _tell_customer(turn, case, before, move, text)


async def _tell_customer(turn: Turn, case: Case, before: Case, move: Move, text: str) -> None:
    conversation = await turn.conversation(case.conversation)
    if conversation is None:
        return
    match move.action:
        case "accept" if case.kind == "complaint":
            tell_customer(turn, conversation, case, "case.acknowledged")
        case "hand_over" if before.acknowledged:
            tell_customer(turn, conversation, case, "case.handed_over")
        case "reopen":
            tell_customer(turn, conversation, case, "case.reopened")
            await withdraw_rating(turn, conversation, before)
        case "close":
            tell_customer(turn, conversation, case, "case.closed", text=inert(text))
            if before.state is not State.ACCEPTED:
                await begin(turn, conversation, AFTER_CASE, bindings_of(turn, case))
            await withdraw(turn, conversation, case, PROPOSAL)
        case _:
            pass


async def _relay_out(turn: Turn, case: Case, staff: Staff, action: str, text: str) -> None:
    """Send staff's words to the customer; the line in the thread will show whether they arrived."""
    conversation = await turn.conversation(case.conversation)
    if conversation is None:
        return
    conversation = replace(
        turn.at(conversation.address) or conversation, case=case.id, staffed_until=turn.now + STAFFED
    )
    turn.keep(conversation)
    message, delivery = turn.ids.next(), "waiting"
    if action == "propose":
        bindings = bindings_of(turn, case) | {"proposal": text, "author": staff.first_name}
        if not await begin(turn, conversation, PROPOSAL, bindings, case_message=message):
            delivery = "failed"  # the customer is in the middle of too much: nothing was asked
    else:
        shown = turn.organisation.texts.render(
            f"case.{action}",
            conversation.language,
            author=staff.first_name,
            number=case.number,
            text=inert(text),
        )
        turn.say(conversation, Message(shown, kind=Kind.NOTICE), case_message=message, case=case.id)
    row = write_line(turn, case, delivery_line(turn, case, staff.name, text, delivery))
    await turn.tx.messages.add(
        CaseMessage(message, case.id, turn.now, "out", staff.id, text, delivery=delivery, log=row)
    )
    if delivery == "failed":
        tell_undelivered(turn, case, delivery)


async def _log(turn: Turn, case: Case, staff: Staff, text: str, files: tuple[int, ...] = ()) -> None:
    language = staff_language(turn, case.owner)
    line = turn.organisation.texts.render("staff.line.note", language, actor=staff.name, text=inert(text))
    row = write_line(turn, case, line, attachments=files)
    await turn.tx.messages.add(
        CaseMessage(turn.ids.next(), case.id, turn.now, "note", staff.id, text, files, log=row)
    )


async def _write_note(turn: Turn, event: Event, staff: Staff, written: Threaded) -> None:
    """What staff write in the thread is internal: kept with the case, sent to nobody."""
    case = await turn.tx.cases.by_card(event.address, written.thread)
    if case is None or not (written.text.strip() or written.files):
        return
    files = [
        await fetch(turn, event.address, Fetch(turn.ids.next(), file), case=case.id) for file in written.files
    ]
    text, now = written.text, turn.now
    note = CaseMessage(turn.ids.next(), case.id, now, "note", staff.id, text, tuple(files))
    await turn.tx.messages.add(note)


async def note_directly(turn: Turn, event: Event) -> bool:
    """Keep what a member of staff writes below a case that they got directly, as its channel takes no posts.

    False for everything else: who works here may be a customer, too.
    """
    what, account = event.what, event.address.account
    if not (
        event.reply_to and isinstance(what, Said | Attached) and account == turn.organisation.staff_account
    ):
        return False
    staff = turn.organisation.policy.by_slack(event.sender.id)
    if staff is None:
        return False
    posted = await turn.tx.outbox.posted(Address(account, staff.slack), event.reply_to)
    case = await turn.case(posted.case) if posted is not None and posted.case is not None else None
    if case is None:
        return False
    text, came = (what.caption, what.files) if isinstance(what, Attached) else (what.text, ())
    files = [await fetch(turn, event.address, Fetch(turn.ids.next(), file), case=case.id) for file in came]
    await _log(turn, case, staff, text, tuple(files))
    return True


async def _show_case(turn: Turn, wanted: CaseId, staff: Staff) -> None:
    """Send what there is about a case to the one who asked; the card stays the one place to act."""
    case = await turn.case(wanted)
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
