"""Effects of the result of a send: files stored, promises kept or left open, unreachable people marked."""

from collections.abc import Mapping
from typing import Final

from conversations.cases.case import Case
from conversations.cases.deadlines import delivered, undelivered
from conversations.effects import Kind, Message
from conversations.events import Instant
from conversations.question import Ids
from conversations.refusals import Refusal
from conversations.session import CaseId
from handlers.cases import reachability
from handlers.cases.cards import channel_of, delivery_line, lane_of, staff_name
from handlers.cases.opening import carry_out
from handlers.cases.threads import file_settled
from handlers.files.fetching import explain, forget
from handlers.sending.outcomes import delivery, is_last
from handlers.sending.shut_channels import tell_directly
from handlers.turn.bodies import decode
from handlers.turn.organisation import Organisation
from handlers.turn.ports import Download, Later, Never, Outcome, Post, Sent, Unknown
from handlers.turn.turn import Turn
from storage.interface.attachments import FileState
from storage.interface.claims import Claimed
from storage.interface.messages import CaseMessage, DeliveryState
from storage.interface.outbox import BodyKind
from storage.interface.store import Transaction

_KNOWN: Final[Mapping[type[Outcome], DeliveryState]] = {
    Sent: DeliveryState.SENT,
    Never: DeliveryState.FAILED,
    Unknown: DeliveryState.UNKNOWN,
}


async def follow_up(
    tx: Transaction, organisation: Organisation, ids: Ids, now: Instant, claimed: Claimed, outcome: Outcome
) -> None:
    """Apply the effects of one send, in the transaction that records its result."""
    if isinstance(outcome, Never) and outcome.moved:
        # the row moves with its chat and is sent there
        await tx.conversations.move_chat(claimed.row.address, outcome.moved)
        return
    turn = Turn(tx, organisation, ids, now)
    if isinstance(outcome, Later):
        await _wait_for_place(turn, claimed, outcome)
        return
    if claimed.shut and isinstance(outcome, Sent):
        await tx.shut_places.reopen(claimed.row.address, now)
    if claimed.row.kind is BodyKind.DOWNLOAD:
        await _file_came(turn, claimed, outcome)
    elif claimed.row.message:
        await _show_delivery(turn, claimed, outcome)
    if isinstance(outcome, Never) and outcome.unreachable:
        await _mark_unreachable(turn, claimed, outcome)
    await turn.write()


def has_consequences(claimed: Claimed, outcome: Outcome) -> bool:
    """Return whether the result of a send has effects beyond its row."""
    match outcome:
        case Later():
            return outcome.shut
        case Sent() if claimed.shut:
            return True
        case Unknown() if not is_last(claimed):
            return False  # it is sent again, and then the result is known
        case Never() if outcome.moved or outcome.unreachable:
            return True
        case _:
            return claimed.row.kind is BodyKind.DOWNLOAD or bool(claimed.row.message)


async def _wait_for_place(turn: Turn, claimed: Claimed, outcome: Later) -> None:
    """Handle a channel that accepts no posts: one row keeps retrying; the readers of the others get them directly."""
    row, wait = claimed.row, delivery(claimed, outcome).wait
    await turn.tx.shut_places.refuse(row.id, claimed.attempt, row.address, wait, outcome.reason)
    await tell_directly(turn, row.address, outcome.reason)
    await turn.write()


async def _file_came(turn: Turn, claimed: Claimed, outcome: Outcome) -> None:
    body = decode(claimed).body
    if not isinstance(body, Download):
        return
    before = await turn.tx.attachments.read(body.attachment)
    if before is None or before[0].state is not FileState.WAITING:
        return  # erased meanwhile, or downloaded already
    about = before[0]
    match outcome:
        case Sent(content=bytes(content), mime=mime):
            await turn.tx.attachments.store(body.attachment, content, mime, body.file.name)
        case Never(reason=reason):
            await turn.tx.attachments.refuse(body.attachment, reason)
            await _explain_refusal(turn, claimed, body, reason)
        case _:
            return
    if about.case is None or about.person is None:
        return  # of no case yet, or a file of staff, which is in their thread already
    case = await turn.case(about.case)
    if case is not None:
        await file_settled(turn, case, body.attachment)


async def refuse_file(tx: Transaction, claimed: Claimed) -> None:
    """Handle a downloaded file that cannot be kept."""
    try:
        body = decode(claimed).body
    except ValueError:
        return  # it is no longer known which file it was
    if isinstance(body, Download):
        await tx.attachments.refuse(body.attachment, Refusal.GONE)


async def _explain_refusal(turn: Turn, claimed: Claimed, body: Download, reason: str) -> None:
    """Tell the person that their file did not arrive, and why; answers no longer count it."""
    who = await turn.find(claimed.row.conversation)
    if who is None:
        return
    forget(turn, who, body.attachment)
    explain(turn, who, reason, (body.file.name,))


async def _show_delivery(turn: Turn, claimed: Claimed, outcome: Outcome) -> None:
    """Edit the line of a relayed message: delivered, failed or unclear. Only a delivered one keeps a promise."""
    found = await turn.tx.messages.find(claimed.row.message)
    case = None if found is None else await turn.case(CaseId(found.case))
    if found is None or case is None:
        return
    state = _KNOWN[type(outcome)]
    if found.log:
        _edit_line(turn, case, found, state)
    body, policy = decode(claimed).body, turn.organisation.policy
    # Other messages of staff have no buttons.
    proposal = isinstance(body, Message) and body.kind is Kind.QUESTION
    if state is DeliveryState.SENT:
        await carry_out(turn, delivered(case, policy, turn.now, proposal=proposal))
        return
    await carry_out(turn, undelivered(case, policy, turn.now, proposal=proposal))
    reachability.tell_undelivered(turn, await turn.case(case.id) or case, state)


def _edit_line(turn: Turn, case: Case, message: CaseMessage, state: DeliveryState) -> None:
    text = delivery_line(turn, case, staff_name(turn, message.author), message.text, state)
    turn.send(channel_of(turn, case), Post(text), lane=lane_of(case), case=case.id, edits=message.log)


async def _mark_unreachable(turn: Turn, claimed: Claimed, outcome: Never) -> None:
    who = await turn.find(claimed.row.conversation)
    if who is not None:
        await reachability.lost(turn, who, blocked="blocked" in outcome.reason)
