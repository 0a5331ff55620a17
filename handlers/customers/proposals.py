"""A proposal that waits for the customer: reminder, then closing by the clock; a "no" without a reason counts."""

from collections.abc import Mapping
from typing import Final

from conversations.cases.case import Case, State
from conversations.cases.deadlines import REMIND, WAITING, owner_of
from conversations.cases.elapsed import elapsed
from conversations.cases.moves import PROPOSAL
from conversations.effects import SetTimer
from conversations.events import DAY, HOUR, Elapsed, Instant
from conversations.facts import Reminded
from conversations.session import STACK_LIMIT, CaseId, Conversation, ConversationId, Session
from conversations.talk.stack import active
from conversations.talk.waiting import owner
from conversations.timers import CaseTimer, OwnerKind, SessionTimer, owned_by
from handlers.cases.cards import first_name
from handlers.cases.opening import bindings_of, carry_out
from handlers.cases.receipts import tell_customer
from handlers.customers import dialogues
from handlers.turn.turn import Turn
from storage.interface.messages import Direction
from storage.interface.store import Store
from storage.interface.timers import Timer

TIMERS: Final = WAITING
MOST: Final = 10_000  # open cases that are examined at the start

REASON: Final = HOUR
"""How long to wait for the reason after a no: staff should learn of the no soon."""


async def fall_due(turn: Turn, timer: Timer, wanted: CaseId) -> None:
    """Handle a silent customer: remind them, or close the case and tell everybody concerned."""
    case = await turn.case(wanted)
    who = None if case is None else await turn.find(case.conversation)
    if case is None or who is None or case.state is not State.PROPOSED:
        return
    conversation = turn.conversation(who)
    session, full = _session_of(conversation, case), not _has_room(conversation, case)
    waits_for_room = full and conversation.reachable
    if session is not None and session.trail:
        await _take_at_their_word(turn, who, case, session)
    elif not case.awaits_customer:
        return
    elif timer.kind == "remind" and turn.now < case.solved + REMIND:
        _look_again(turn, case, case.solved + REMIND)  # they were about to say no, and went back
    elif timer.kind == "remind" and waits_for_room:
        _look_again(turn, case, turn.now + DAY)
    else:
        moved = elapsed(case, turn.organisation.policy, timer.kind, turn.now)
        await carry_out(turn, moved)
        with turn.unhurried():
            if moved.case.is_open:
                await _remind(turn, who, moved.case)
            else:
                await _take_back(turn, who, moved.case)


def decided(turn: Turn, who: ConversationId) -> None:
    """Restart the wait after a reaction to a proposal: a started answer is not cut off by the timer of the silent."""
    session = active(turn.conversation(who))
    if session is not None and session.dialogue == PROPOSAL and session.trail and session.case:
        timer = SetTimer(owned_by(OwnerKind.CASE, session.case), CaseTimer.REMIND, turn.now + REASON)
        turn.set_timer(timer, conversation=who, case=CaseId(session.case))


async def plan(store: Store, now: Instant) -> None:
    """Set timers for proposals from a version that had none."""
    async with store.transaction() as tx:
        for case in await tx.cases.still_open(limit=MOST):
            if not case.awaits_customer or {one.kind for one in await tx.timers.of(owner_of(case))} & {
                *WAITING
            }:
                continue
            timer = Timer(owner_of(case), "remind", now + REMIND, case.conversation, case.id)
            await tx.timers.set([timer])


async def _take_at_their_word(turn: Turn, who: ConversationId, case: Case, session: Session) -> None:
    """Record a decision without a reason, which is optional."""
    open_one = active(turn.conversation(who))
    if open_one is not None and open_one.id == session.id:
        await dialogues.wake(turn, who, Elapsed(owner(session), SessionTimer.FINISH))
    present = await turn.case(case.id) or case
    if present.state is State.PROPOSED:  # they are asked something else, or must answer
        _look_again(turn, case, turn.now + DAY)


async def _remind(turn: Turn, who: ConversationId, case: Case) -> None:
    closing = await turn.timer(owner_of(case), "close")
    bindings = await _bindings(turn, who, case)
    if closing is None or not bindings or not turn.conversation(who).reachable:
        return
    texts = turn.organisation.texts
    note = texts.render("case.remind", turn.conversation(who).language, closes=closing.due)
    if await dialogues.begin(turn, who, PROPOSAL, bindings, note=note):
        session = _session_of(turn.conversation(who), case)
        turn.record(Reminded(session.id if session else 0, PROPOSAL), who, case)


async def _take_back(turn: Turn, who: ConversationId, case: Case) -> None:
    if turn.conversation(who).reachable:
        tell_customer(turn, who, case, "case.lapsed")
    await dialogues.withdraw(turn, who, case, PROPOSAL)


async def _bindings(turn: Turn, who: ConversationId, case: Case) -> Mapping[str, str]:
    """Return the bindings for asking again: those of last time or, where that was cancelled, from staff's message."""
    session = _session_of(turn.conversation(who), case)
    if session is not None:
        return session.bindings
    sent = [
        one
        for one in await turn.tx.messages.of(case.id)
        if one.direction is Direction.OUT and one.text and one.at <= case.solved
    ]
    if not sent:
        return {}
    return bindings_of(turn, case) | {"proposal": sent[-1].text, "author": first_name(turn, sent[-1].author)}


def _session_of(conversation: Conversation, case: Case) -> Session | None:
    return next((one for one in conversation.stack if _is_about(one, case)), None)


def _has_room(conversation: Conversation, case: Case) -> bool:
    return sum(not _is_about(one, case) for one in conversation.stack) < STACK_LIMIT


def _is_about(session: Session, case: Case) -> bool:
    return session.dialogue == PROPOSAL and session.case == case.id


def _look_again(turn: Turn, case: Case, at: Instant) -> None:
    turn.set_timer(
        SetTimer(owner_of(case), CaseTimer.REMIND, at), conversation=case.conversation, case=case.id
    )
