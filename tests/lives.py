"""A life in the database: somebody whose words lie in every place that takes words."""

from conversations.cases.case import Case
from conversations.events import DAY, Address
from conversations.facts import Answered, CaseOpened, Fact
from conversations.session import Answer, Conversation, PersonId, Session, SessionId
from storage.interface.outbox import Delivery, OutboxRow
from storage.interface.store import AnswerRow, Attachment, CaseMessage, FactRow, Invitation, RawBody, Timer
from storage.store import Transaction
from tests.stores import BOT, NOW, complaint, ids, talk


async def live(tx: Transaction, canary: str, chat: str, user: str) -> tuple[Conversation, Case]:
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
    await tx.receive(bodies, numbers, NOW)
    await tx.create_conversations([(one, user)], NOW)
    await tx.finish_inbox({numbers[2]: one.id, numbers[3]: None}, NOW)
    await tx.bury_inbox(numbers[1], canary, NOW)
    await tx.see({one.address: f"m-{canary}"})
    await tx.create_case(case)
    await tx.add_message(CaseMessage(next(ids), case.id, NOW, "in", "", canary))
    await tx.add_message(CaseMessage(next(ids), case.id, NOW, "note", "mia", canary))
    await tx.keep_answers([AnswerRow(session, "survey", "comment", one.person, one.id, spoken)])
    await live_files(tx, canary, case, one.person)
    card = OutboxRow(next(ids), "card", Address("slack:T", "C"), "card", canary, case=case.id)
    said = OutboxRow(next(ids), "talk", one.address, "message", canary, one.id)
    later = OutboxRow(next(ids), "talk", one.address, "message", canary, one.id)
    report = OutboxRow(next(ids), "digest", Address("slack:T", "D"), "digest", canary)
    await tx.enqueue([card, said, later, report], NOW)
    await tx.claim_outbox([BOT], 99, 60.0)
    await tx.settle([Delivery(said.id, 1, "dead", reason=canary)], NOW)
    await tx.claim_outbox(["slack:T"], 99, 60.0)
    await tx.settle([Delivery(report.id, 1, "sent", "1700.9"), Delivery(card.id, 1, "waiting", "later")], NOW)
    timers = [Timer(f"session:{session}", "remind", NOW + DAY, one.id, note=canary)]
    await tx.set_timers([*timers, Timer(f"case:{case.id}", "solve", NOW + DAY, case=case.id)])
    invitation = Invitation(
        next(ids), f"d{next(ids)}", "survey", f"order-{canary}", "shop", "de", NOW, NOW + DAY
    )
    await tx.invite(invitation)
    await tx.bind_invitation(invitation.id, f"{BOT}/{chat}", 0, NOW)
    facts: list[Fact] = [
        Answered(session, "survey", "score", "scale", "nps", 9, "w"),
        CaseOpened(case.id, case.number, "complaint", "delivery", "normal", "mia"),
    ]
    await tx.record([FactRow(next(ids), NOW, fact, one.person, one.id) for fact in facts])
    return one, case


async def live_files(tx: Transaction, canary: str, case: Case, person: PersonId) -> None:
    """Files: the person's, one of staff for the case, one on its way, and a digest that quotes the person."""
    sent = Attachment(next(ids), person, f"{canary}.txt", "", 0, "waiting")
    staff = Attachment(next(ids), None, f"{canary}.txt", "", 0, "waiting", case=case.id)
    coming = Attachment(next(ids), person, f"{canary}.txt", "", 0, "waiting")
    digest = Attachment(next(ids), None, f"{canary}.html", "", 0, "waiting")
    for file in (sent, staff, coming, digest):
        await tx.expect_attachment(file)
    for file in (sent, staff, digest):
        await tx.store_attachment(file.id, canary.encode() * 500, "text/plain")
