"""Cases from the customer's side: opened, decided, asked about, written to; and the deadlines that pass."""

from collections.abc import Sequence
from datetime import UTC, datetime

from conversations.answers.evidence import joined
from conversations.cases.case import Case, State
from conversations.cases.deadlines import heard, opened
from conversations.cases.elapsed import elapsed
from conversations.cases.moves import CUSTOMER, CaseStep, Move
from conversations.cases.step import step
from conversations.effects import DecideCase, DropTimer, OpenCase, Relay, SetTimer
from conversations.events import SECOND
from conversations.facts import CaseOpened
from conversations.frozen import replace
from conversations.kinds import CaseKind
from conversations.session import CaseId, ConversationId, SessionId
from handlers.cases import threads
from handlers.cases.cards import first_name, show, staff_language, tell, write_all, write_line, write_words
from handlers.cases.receipts import tell_customer
from handlers.files import albums
from handlers.files.fetching import take
from handlers.turn.turn import Turn
from storage.interface.messages import CaseMessage, Direction
from storage.interface.timers import Timer

STAFFED = 2 * 3600 * SECOND
"""How long after a message of staff no survey starts or reminds."""


async def open_case(turn: Turn, who: ConversationId, wanted: OpenCase, *, receipt: str = "") -> Case:
    """Open a case, route it, tell the customer number, deadline and owner, post the card."""
    conversation = turn.conversation(who)
    person, language = conversation.person, conversation.language
    present = await turn.tx.cases.still_open(person=person)
    if len(present) >= threads.MOST_CASES:
        return await _one_more(turn, who, present, wanted)
    policy, now = turn.organisation.policy, turn.now
    route = policy.route(
        kind=wanted.kind,
        category=wanted.category,
        product=wanted.product,
        language=language,
        severity=wanted.severity,
    )
    year = datetime.fromtimestamp(now // SECOND, UTC).astimezone(turn.organisation.zone).year
    case = Case(
        id=CaseId(turn.ids.next()),
        number=f"A-{year}-{await turn.tx.cases.next_number(year):06d}",
        kind=wanted.kind,
        state=State.RECEIVED,
        category=wanted.category or "other",
        severity=wanted.severity,
        person=person,
        conversation=who,
        people=route.people,
        channel=route.channel,
        language=language,
        session=SessionId(wanted.sessions[-1]) if wanted.sessions else None,
        order=wanted.order,
        remedy=wanted.remedy,
        touchpoint=wanted.touchpoint,
        product=wanted.product,
        opened=now,
    )
    begun = opened(case, policy, now)
    await turn.open_case(begun.case)
    turn.record(
        CaseOpened(
            case.id,
            case.number,
            case.kind,
            case.category,
            case.severity,
            case.owner,
            case.touchpoint,
            wanted.party,
            case.product,
            case.language,
            wanted.sessions,
        ),
        who,
        begun.case,
    )
    files = (*wanted.attachments, *wanted.refused)
    await turn.note(CaseMessage(turn.ids.next(), case.id, now, Direction.IN, "", _words(wanted), files))
    await turn.tx.attachments.attach(files, case.id)
    turn.change(who, case=case.id)
    apply_timers(turn, begun)
    case = await show(turn, begun.case)
    write_all(turn, case, _words(wanted))
    key = receipt or ("case.receipt" if case.kind == "complaint" else "case.thanks")
    tell_customer(turn, who, case, key)
    return case


async def _one_more(turn: Turn, who: ConversationId, present: list[Case], wanted: OpenCase) -> Case:
    """Handle a case beyond the limit of open cases per person: its words are added to the newest one."""
    case = turn.know_case(max(present, key=lambda one: one.id))
    await add_words(turn, who, case, Relay(_words(wanted), (*wanted.attachments, *wanted.refused)))
    await threads.came(turn, case)
    tell_customer(turn, who, case, "case.relayed")
    return case


async def decide(turn: Turn, who: ConversationId, decision: DecideCase) -> Case | None:
    """Apply the customer's decision on the proposed solution; return the case if that settles it."""
    case = await turn.case(CaseId(decision.case))
    if case is None or case.conversation != who:
        return None
    move = Move("agree" if decision.accepted else "refuse", CUSTOMER)
    moved = step(case, turn.organisation.policy, move, turn.now)
    if moved.refused:
        if decision.words or decision.attachments:  # too late to decide, but the reason is still passed on
            await add_words(turn, who, case, Relay(decision.words, decision.attachments))
            await threads.came(turn, case)
        tell_customer(turn, who, case, "case.not_now")
        return None
    await carry_out(turn, moved)
    key = "staff.line.agreed" if decision.accepted else "staff.line.refused"
    row = write_words(turn, moved.case, key, decision.words, goes_on=bool(decision.words))
    await turn.note(
        CaseMessage(turn.ids.next(), case.id, turn.now, Direction.IN, "", decision.words, log=row)
    )
    if decision.attachments:
        await add_words(turn, who, moved.case, Relay("", decision.attachments))
        await threads.came(turn, moved.case)
    customer_key = "case.agreed" if decision.accepted else "case.refused_by_customer"
    tell_customer(turn, who, moved.case, customer_key)
    if not decision.accepted:
        return None
    turn.change(who, staffed_until=0)  # the talk with staff is over
    return moved.case


async def reopen(turn: Turn, who: ConversationId, case: Case, words: Sequence[Relay] = ()) -> bool:
    """Reopen a case for its customer, with their words; False when it is open already.

    `dialogues.reopen` withdraws what is still asked about the case.
    """
    moved = step(case, turn.organisation.policy, Move("reopen", CUSTOMER), turn.now)
    if moved.refused:
        return False
    await carry_out(turn, moved)
    for number, one in enumerate(words):
        await _receive(turn, who, moved.case, one, "" if number else "staff.line.customer_reopened")
    if not words:
        language = staff_language(turn, case.owner)
        line = turn.organisation.texts.render("staff.line.customer_reopened", language, text="")
        write_line(turn, moved.case, line)
    turn.change(who, case=case.id, held="" if words else turn.conversation(who).held)
    tell_customer(turn, who, moved.case, "case.reopened_by_customer", passed_on=bool(words))
    for one in words:
        await albums.remember(turn, who, one.album, answered=True)
    return True


async def _receive(turn: Turn, who: ConversationId, case: Case, words: Relay, key: str) -> None:
    """Store words and files for a case that they reopen."""
    taken = await take(turn, who, words.files)
    words = replace(words, attachments=(*words.attachments, *taken.attachments), files=())
    await add_words(turn, who, case, words, key)
    await threads.came(turn, case, album=bool(words.album))
    await albums.remember(turn, who, words.album, answered=True)
    await albums.explain_refused(turn, who, words.album, taken.refused)


async def call_human(turn: Turn, who: ConversationId, said: Relay) -> None:
    """Call a member of staff: through the open case if there is one, else through a new one."""
    cases = await turn.tx.cases.still_open(person=turn.conversation(who).person)
    if not cases:
        await open_case(
            turn,
            who,
            OpenCase(kind=CaseKind.QUESTION, category="other", words=said.text, attachments=said.attachments),
            receipt="case.human",
        )
        return
    spoken_of = turn.conversation(who).case
    case = turn.know_case(next((one for one in cases if one.id == spoken_of), cases[0]))
    if await threads.may_write(turn, case):
        line = turn.organisation.texts.render("staff.line.human", staff_language(turn, case.owner))
        write_line(turn, case, line, mention=(case.owner,))
    turn.change(who, case=case.id)
    case = await _hear(turn, case)
    if said.text or said.attachments:
        await add_words(turn, who, case, said)
        await threads.came(turn, case)
    tell_customer(turn, who, case, "case.human")


async def deadline(turn: Turn, timer: Timer, wanted: CaseId) -> None:
    """Handle a due timer of a case: a deadline, or the end of a throttling window of its thread."""
    case = await turn.case(wanted)
    if case is None:
        return
    if timer.kind == threads.KIND:
        await threads.show_held(turn, case, timer)
    elif timer.kind == threads.FILES:
        await threads.go_on(turn, case, timer)
    else:
        await carry_out(turn, elapsed(case, turn.organisation.policy, timer.kind, turn.now))


async def carry_out(turn: Turn, moved: CaseStep) -> None:
    """Store a case after a step, tell those it names, and edit the card where it changed."""
    before = await turn.case(moved.case.id)
    turn.keep_case(moved.case)
    if any(isinstance(one, DropTimer) and one.kind == "*" for one in moved.timers):
        await threads.show_all(turn, moved.case)  # lines that wait for one of its timers would wait for ever
    for fact in moved.facts:
        turn.record(fact, case=moved.case)
    apply_timers(turn, moved)
    if moved.facts or (before is not None and before.due != moved.case.due):
        await show(turn, moved.case)
    for notice in moved.notices:
        tell(turn, moved.case, notice)


def bindings_of(turn: Turn, case: Case) -> dict[str, str]:
    """Return the bindings of a dialogue about a case."""
    return {
        "case": str(case.id),
        "number": case.number,
        "owner": first_name(turn, case.owner),
        "order": case.order,
        "touchpoint": case.touchpoint,
    }


def apply_timers(turn: Turn, moved: CaseStep) -> None:
    """Set and cancel the timers of a step."""
    for timer in moved.timers:
        if isinstance(timer, SetTimer):
            turn.set_timer(timer, conversation=moved.case.conversation, case=moved.case.id)
        else:
            turn.drop_timer(timer.owner, timer.kind)


async def add_words(turn: Turn, who: ConversationId, case: Case, words: Relay, key: str = "") -> None:
    """Store what the customer wrote; its thread line follows, together with what belongs to it.

    A line with its own text `key` is written at once, without waiting for files.
    """
    case = await _hear(turn, case)
    row, key = 0, key or ("staff.line.customer_edited" if words.edited else "")
    if key and await threads.may_write(turn, case):
        waits = bool(words.attachments)
        row = write_words(turn, case, key, "" if waits else words.text, mention=(case.owner,))
        row = 0 if waits else row
    await turn.tx.attachments.attach(words.attachments, case.id)
    album = await albums.heard(turn, who, words.album)
    before = await turn.tx.messages.find(album.message) if album and album.message else None
    if before is not None and before.case == case.id and not before.log:
        text = joined(before.text, words.text)
        turn.messages.append(before.id)
        await turn.tx.messages.extend(before.id, text, (*before.attachments, *words.attachments))
        return
    message = CaseMessage(
        turn.ids.next(), case.id, turn.now, Direction.IN, "", words.text, words.attachments, log=row
    )
    await turn.note(message)
    await albums.remember(turn, who, words.album, message=message.id)


async def _hear(turn: Turn, case: Case) -> Case:
    """The customer writes to us: while a proposal is open, it is now our turn."""
    moved = heard(case, turn.organisation.policy, turn.now)
    if moved.timers:
        await carry_out(turn, moved)
    return moved.case


def _words(wanted: OpenCase) -> str:
    """Return the first message of the case: the person's words, else the summary they confirmed."""
    return wanted.words or "\n".join(f"{name}: {text}" for name, text in wanted.summary)
