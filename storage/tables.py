"""The tables, once for both engines. Columns are INTEGER, TEXT or BLOB; times are UTC microseconds, 0 for "not yet".

Every column is made by one of the words of `storage.columns`, which says what it may hold.
"""

from typing import Any, Final

from sqlalchemy import (
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from storage.columns import content, identity, number, plain, reference, words

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
    }
)


def table(name: str, *parts: Any) -> Table:
    """A table with its columns and named constraints."""
    return Table(name, metadata, *parts)


def partly(name: str, *columns: str, where: str) -> Index:
    """An index over the few rows that are still of interest."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


PENDING_ONLY: Final = "state = 'pending'"
OPEN_ONLY: Final = "state IN ('waiting', 'sending')"

inbox = table(
    "inbox",
    number("id"),
    plain("key"),
    plain("account"),
    identity("lane"),
    content("body"),
    number("received"),
    plain("state"),  # pending, applied, dead
    number("finished"),
    reference("conversation_id"),
    reference("version"),  # of the conversation when the row was applied
    words("reason"),
    plain("carried"),  # how many texts and files, as JSON; empty until it is applied
    plain("traces"),  # where each went, as JSON: ids of rows, or why it was dropped
    PrimaryKeyConstraint("id", name="pk_inbox"),
    UniqueConstraint("key", name="uq_inbox_key"),
    partly("ix_inbox_pending", "id", where=PENDING_ONLY),
    partly("ix_inbox_lane", "lane", "id", where=PENDING_ONLY),
    partly("ix_inbox_dead", "id", where="state = 'dead'"),
    partly("ix_inbox_finished", "finished", where="finished > 0 AND body IS NOT NULL"),
)

person = table(
    "person",
    number("id"),
    number("created"),
    number("erased"),
    PrimaryKeyConstraint("id", name="pk_person"),
)

address = table(
    "address",
    plain("account"),
    identity("user_id"),
    number("person_id"),
    PrimaryKeyConstraint("account", "user_id", name="pk_address"),
    ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_address_person"),
    Index("ix_address_person", "person_id"),
)

conversation = table(
    "conversation",
    number("id"),
    plain("account"),
    identity("chat"),
    number("person_id"),
    words("name"),
    plain("language"),
    words("stack"),  # the sessions, as JSON
    reference("case_id"),
    number("keyboard"),
    words("keyboard_text"),
    words("held"),
    number("reachable"),
    number("staffed_until"),
    number("version"),
    number("created"),
    PrimaryKeyConstraint("id", name="pk_conversation"),
    UniqueConstraint("account", "chat", name="uq_conversation_chat"),
    ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_conversation_person"),
    Index("ix_conversation_person", "person_id"),
)

dialogue = table(
    "dialogue",
    plain("revision"),
    plain("name"),
    plain("definition"),
    number("kept"),
    PrimaryKeyConstraint("revision", name="pk_dialogue"),
)

fact = table(
    "fact",
    number("id"),
    number("at"),
    plain("kind"),
    plain("body"),
    reference("person_id"),
    reference("conversation_id"),
    reference("case_id"),
    plain("texts"),  # the salted hashes of the texts sent in its step
    PrimaryKeyConstraint("id", name="pk_fact"),
    Index("ix_fact_at", "at"),
    partly("ix_fact_configured", "id", where="kind = 'Configured'"),
    partly("ix_fact_person", "person_id", where="person_id IS NOT NULL"),
    partly("ix_fact_case", "case_id", where="case_id IS NOT NULL"),
)

session = table(
    "session",
    number("id"),
    reference("person_id"),  # nobody, of the demo's invented history
    reference("conversation_id"),
    plain("dialogue"),
    plain("revision"),
    plain("language"),  # the one it began in
    identity("order_ref"),
    plain("touchpoint"),
    plain("party"),  # the kind of interested party, empty for customers
    plain("product"),
    reference("invitation_id"),
    reference("origin_id"),  # the walk at the beginning of the chain that led here
    reference("case_id"),  # the case it led to
    number("started"),
    number("ended"),
    plain("outcome"),
    plain("how"),  # finished, cancelled, expired, displaced, withdrawn
    plain(
        "asked"
    ),  # a line per question: its name, when asked, when done (0: never), answered, skipped or left
    PrimaryKeyConstraint("id", name="pk_session"),
    Index("ix_session_person", "person_id"),
    Index("ix_session_started", "dialogue", "started"),
)

answer = table(
    "answer",
    number("session_id"),
    plain("question"),
    plain("dialogue"),
    number("person_id"),
    number("conversation_id"),
    plain("value"),  # typed, as JSON
    words("words"),
    plain("attachments"),
    plain("wording"),
    number("at"),
    number("skipped"),
    identity("message"),
    plain("day"),  # of `at`, where it is counted
    plain("metric"),
    PrimaryKeyConstraint("session_id", "question", name="pk_answer"),
    Index("ix_answer_person", "person_id"),
    Index("ix_answer_at", "at"),
)

_SEGMENT: Final = ("dialogue", "touchpoint", "party", "product", "language", "series")

tally = table(
    "tally",
    plain("day"),
    plain("measure"),
    *map(plain, _SEGMENT),
    plain("subject"),
    plain("metric"),
    plain("value"),
    number("count"),
    PrimaryKeyConstraint("day", "measure", *_SEGMENT, "subject", "metric", "value", name="pk_tally"),
)

repeat = table(
    "repeat",
    plain("day"),
    plain("next"),  # the day on which the same person answered the same question again
    *map(plain, _SEGMENT),
    plain("subject"),
    plain("metric"),
    plain("value"),  # as JSON: one answer may name several options
    number("count"),
    PrimaryKeyConstraint("day", "next", *_SEGMENT, "subject", "metric", "value", name="pk_repeat"),
)

timer = table(
    "timer",
    plain("owner"),
    plain("kind"),
    number("due"),
    reference("conversation_id"),
    reference("case_id"),
    words("note"),
    PrimaryKeyConstraint("owner", "kind", name="pk_timer"),
    Index("ix_timer_due", "due"),
)

digest_made = table(
    "digest_made",
    plain("kind"),
    plain("period"),
    number("made"),
    PrimaryKeyConstraint("kind", "period", name="pk_digest_made"),
)

outbox = table(
    "outbox",
    number("id"),
    plain("lane"),
    plain("account"),
    identity("chat"),
    plain("kind"),
    words("body"),
    reference("conversation_id"),
    reference("case_id"),
    number("case_message"),
    number("thread_of"),
    number("edits"),
    number("resend"),
    plain("state"),  # waiting, sending, sent, unknown, dead
    number("attempt"),
    number("uncertain"),  # how many answers were not seen
    number("until"),  # real time: of a waiting row, when to try again; of a sending one, the end of the lease
    plain("holder"),  # which of several workers leased it last
    identity("message"),  # the platform's id
    words("reason"),
    number("queued"),
    number("settled"),
    number("bulk"),  # nobody waits for it: it leaves after what somebody waits for
    words("salt"),  # goes with the text
    PrimaryKeyConstraint("id", name="pk_outbox"),
    partly("ix_outbox_due", "account", "bulk", "until", "id", where=f"{OPEN_ONLY} AND kind <> 'download'"),
    partly("ix_outbox_files", "account", "until", "id", where=f"{OPEN_ONLY} AND kind = 'download'"),
    partly("ix_outbox_lane", "lane", "id", where=OPEN_ONLY),
    partly("ix_outbox_lost", "id", where="state IN ('unknown', 'dead')"),
    partly("ix_outbox_settled", "settled", where="settled > 0 AND body <> ''"),
    partly("ix_outbox_message", "account", "chat", "message", where="message <> ''"),
    Index("ix_outbox_conversation", "conversation_id"),
    partly("ix_outbox_case", "case_id", where="case_id IS NOT NULL"),
)

case = table(
    "case_",
    number("id"),
    plain("number"),
    plain("kind"),
    plain("state"),
    plain("category"),
    plain("severity"),
    reference("person_id"),
    reference("conversation_id"),
    reference("session_id"),  # the walk of a dialogue that it came from
    plain("owner"),
    plain("people"),  # the other roles, as JSON
    plain("channel"),
    plain("language"),
    identity("order_ref"),
    words("remedy"),
    plain("touchpoint"),
    plain("product"),
    number("card"),
    number("opened"),
    number("acknowledged"),
    number("answered"),
    number("solved"),
    number("closed"),
    plain(
        "terms"
    ),  # what it keeps of the policy it was opened under, as JSON; empty in a case of an older program
    number("started"),
    number("called"),
    number("due"),
    plain("due_kind"),
    number("level"),
    number("round"),
    number("version"),
    PrimaryKeyConstraint("id", name="pk_case"),
    UniqueConstraint("number", name="uq_case_number"),
    ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_case_person"),
    Index("ix_case_person", "person_id"),
    Index("ix_case_card", "card"),
    Index("ix_case_opened", "opened"),
    partly("ix_case_open", "due", where="state NOT IN ('closed', 'accepted')"),
)

case_message = table(
    "case_message",
    number("id"),
    number("case_id"),
    number("at"),
    plain("direction"),
    plain("author"),
    words("text"),
    plain("attachments"),
    plain("delivery"),
    number("log"),
    words("salt"),  # goes with the text
    PrimaryKeyConstraint("id", name="pk_case_message"),
    ForeignKeyConstraint(["case_id"], ["case_.id"], name="fk_case_message_case"),
    Index("ix_case_message_case", "case_id", "id"),
)

case_number = table(
    "case_number",
    number("year"),
    number("last"),
    PrimaryKeyConstraint("year", name="pk_case_number"),
)

attachment = table(
    "attachment",
    number("id"),
    reference("person_id"),
    reference("case_id"),
    words("name"),
    plain("mime"),
    number("size"),
    plain("state"),  # waiting, stored, refused
    words("reason"),
    identity("digest"),  # SHA-256 of the content, hex
    content("content"),
    PrimaryKeyConstraint("id", name="pk_attachment"),
    Index("ix_attachment_person", "person_id"),
    Index("ix_attachment_case", "case_id"),
)

invitation = table(
    "invitation",
    number("id"),
    plain("digest"),  # SHA-256 of the secret, hex
    plain("dialogue"),
    identity("order_ref"),
    plain("touchpoint"),
    plain("language"),
    number("created"),
    number("expires"),
    identity("chat"),
    number("session_id"),
    number("used"),
    PrimaryKeyConstraint("id", name="pk_invitation"),
    UniqueConstraint("digest", name="uq_invitation_digest"),
    UniqueConstraint("dialogue", "order_ref", name="uq_invitation_order"),
)

lease = table(
    "lease",
    plain("name"),  # what only one worker may do at a time, such as to poll for a bot
    plain("holder"),
    number("term"),  # grows with every new holder: what a former one still does can be refused
    number("until"),  # real time of the database
    PrimaryKeyConstraint("name", name="pk_lease"),
)

seen = table(
    "seen",
    plain("account"),
    identity("chat"),
    identity("message"),  # the platform's id of the newest message there that was stored
    PrimaryKeyConstraint("account", "chat", name="pk_seen"),
)

alarm = table(
    "alarm",
    plain("name"),
    plain("subject"),  # the account or machine it is about, empty where it is about everything
    number("since"),
    number("told"),  # when staff were told last
    PrimaryKeyConstraint("name", "subject", name="pk_alarm"),
)
