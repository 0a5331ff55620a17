"""A life in the database: somebody whose words lie in every place that takes words."""

from conversations.cases.case import Case
from conversations.events import DAY, Address
from conversations.facts import Answered, CaseOpened, Fact, Started
from conversations.lanes import Lane
from conversations.session import Answer, Conversation, PersonId, Session, SessionId
from storage.interface.answers import AnswerRow
from storage.interface.attachments import Attachment, FileState
from storage.interface.facts import FactRow
from storage.interface.inbox import RawBody
from storage.interface.invitations import Invitation
from storage.interface.messages import CaseMessage, Direction
from storage.interface.outbox import BodyKind, Delivery, OutboxRow, OutboxState
from storage.interface.timers import Timer
from storage.store import SqlTransaction
from tests.stores import BOT, NOW, complaint, ids, talk


async def live(tx: SqlTransaction, canary: str, chat: str, user: str) -> tuple[Conversation, Case]:
    """Put words of somebody into every place that takes words."""
    session = SessionId(next(ids))
    spoken = Answer(None, canary, (next(ids),), "w", NOW, message=f"m-{canary}")
    walk = Session(
        session, "survey", "h", "q", NOW, {"comment": spoken}, {"order": f"o-{canary}"}, partial=spoken
    )
    one = talk(chat, name=canary, stack=(walk,), keyboard_text=canary, held=canary)
    case = complaint(one, order=f"order-{canary}", remedy=canary)
    # One waits, one is dead, one applied; the last, of a member of staff, belongs to no conversation.
    lanes = (f"{BOT}:{chat}", f"{BOT}:chat:{chat}", f"{BOT}:chat:{chat}", "slack:T:C")
    bodies = [RawBody(f"{BOT}:{next(ids)}", BOT, lane, canary.encode()) for lane in lanes]
    numbers = [next(ids) for _ in bodies]
    await tx.inbox.receive(bodies, numbers, NOW)
    await tx.conversations.create([(one, user)], NOW)
    await tx.inbox.finish({numbers[2]: one.id, numbers[3]: None}, NOW)
    await tx.inbox.bury(numbers[1], canary, NOW)
    await tx.seen.note({one.address: f"m-{canary}"})
    await tx.cases.open(case)
    await tx.messages.add(CaseMessage(next(ids), case.id, NOW, Direction.IN, "", canary))
    await tx.messages.add(CaseMessage(next(ids), case.id, NOW, Direction.NOTE, "mia", canary))
    await tx.answers.keep([AnswerRow(session, "survey", "comment", one.person, one.id, spoken)])
    await live_files(tx, canary, case, one.person)
    card = OutboxRow(next(ids), Lane("card"), Address("slack:T", "C"), BodyKind.CARD, canary, case=case.id)
    said = OutboxRow(next(ids), Lane("talk"), one.address, BodyKind.MESSAGE, canary, one.id)
    later = OutboxRow(next(ids), Lane("talk"), one.address, BodyKind.MESSAGE, canary, one.id)
    report = OutboxRow(next(ids), Lane("digest"), Address("slack:T", "D"), BodyKind.DIGEST, canary)
    await tx.outbox.enqueue([card, said, later, report], NOW)
    await tx.claims.take([BOT], 99, 60.0)
    await tx.outbox.settle([Delivery(said.id, 1, OutboxState.DEAD, reason=canary)], NOW)
    await tx.claims.take(["slack:T"], 99, 60.0)
    await tx.outbox.settle(
        [
            Delivery(report.id, 1, OutboxState.SENT, "1700.9"),
            Delivery(card.id, 1, OutboxState.WAITING, "later"),
        ],
        NOW,
    )
    timers = [Timer(f"session:{session}", "remind", NOW + DAY, one.id, note=canary)]
    await tx.timers.set([*timers, Timer(f"case:{case.id}", "decide", NOW + DAY, case=case.id)])
    invitation = Invitation(
        next(ids), f"d{next(ids)}", "survey", f"order-{canary}", "shop", "de", NOW, NOW + DAY
    )
    await tx.invitations.issue(invitation)
    await tx.invitations.bind(invitation.id, f"{BOT}/{chat}", 0, NOW)
    facts: list[Fact] = [
        Started(session, "survey", "h"),
        Answered(session, "survey", "score", "scale", "nps", 9, "w"),
        CaseOpened(case.id, case.number, "complaint", "delivery", "normal", "mia"),
    ]
    order = f"o-{canary}"
    await tx.facts.record([FactRow(next(ids), NOW, fact, one.person, one.id, order=order) for fact in facts])
    return one, case


async def live_files(tx: SqlTransaction, canary: str, case: Case, person: PersonId) -> None:
    """Files: the person's, one of staff for the case, one on its way, and a digest that quotes the person."""
    sent = Attachment(next(ids), person, f"{canary}.txt", "", 0, FileState.WAITING)
    staff = Attachment(next(ids), None, f"{canary}.txt", "", 0, FileState.WAITING, case=case.id)
    coming = Attachment(next(ids), person, f"{canary}.txt", "", 0, FileState.WAITING)
    digest = Attachment(next(ids), None, f"{canary}.html", "", 0, FileState.WAITING)
    for file in (sent, staff, coming, digest):
        await tx.attachments.expect(file)
    for file in (sent, staff, digest):
        await tx.attachments.store(file.id, canary.encode() * 500, "text/plain")
