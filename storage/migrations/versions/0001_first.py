"""The first schema: inbox, people, conversations, facts and tallies, timers, outbox, cases, files, invitations."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """A 64-bit number."""
    return sa.Column(name, NUMBER, nullable=nullable)


def text(name: str) -> sa.Column[str]:
    """Words."""
    return sa.Column(name, sa.Text, nullable=False)


def blob(name: str) -> sa.Column[bytes]:
    """Bytes, or nothing."""
    return sa.Column(name, sa.LargeBinary, nullable=True)


def some(name: str, table: str, columns: list[str], where: str) -> None:
    """An index over a part of the rows."""
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    """Make all tables."""
    make_people()
    make_record()
    make_outbox()
    make_cases()
    make_files_and_invitations()


def make_people() -> None:
    """Tables inbox, person, address, conversation."""
    op.create_table(
        "inbox",
        number("id"),
        text("key"),
        text("account"),
        text("lane"),
        blob("body"),
        number("received"),
        text("state"),
        number("finished"),
        number("conversation_id", nullable=True),
        number("version", nullable=True),
        text("reason"),
        sa.PrimaryKeyConstraint("id", name="pk_inbox"),
        sa.UniqueConstraint("key", name="uq_inbox_key"),
    )
    some("ix_inbox_dead", "inbox", ["id"], "state = 'dead'")
    some("ix_inbox_finished", "inbox", ["finished"], "finished > 0 AND body IS NOT NULL")
    some("ix_inbox_lane", "inbox", ["lane", "id"], "state = 'pending'")
    some("ix_inbox_pending", "inbox", ["id"], "state = 'pending'")
    op.create_table(
        "person",
        number("id"),
        number("created"),
        number("erased"),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
    )
    op.create_table(
        "address",
        text("account"),
        text("user_id"),
        number("person_id"),
        sa.PrimaryKeyConstraint("account", "user_id", name="pk_address"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_address_person"),
    )
    op.create_index("ix_address_person", "address", ["person_id"])
    op.create_table(
        "conversation",
        number("id"),
        text("account"),
        text("chat"),
        number("person_id"),
        text("name"),
        text("language"),
        text("stack"),
        number("case_id", nullable=True),
        number("keyboard"),
        text("keyboard_text"),
        text("held"),
        number("reachable"),
        number("staffed_until"),
        number("version"),
        number("created"),
        sa.PrimaryKeyConstraint("id", name="pk_conversation"),
        sa.UniqueConstraint("account", "chat", name="uq_conversation_chat"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_conversation_person"),
    )
    op.create_index("ix_conversation_person", "conversation", ["person_id"])


def make_record() -> None:
    """Tables dialogue, fact, answer, tally, timer, digest_made."""
    op.create_table(
        "dialogue",
        text("revision"),
        text("name"),
        text("definition"),
        number("kept"),
        sa.PrimaryKeyConstraint("revision", name="pk_dialogue"),
    )
    op.create_table(
        "fact",
        number("id"),
        number("at"),
        text("kind"),
        text("body"),
        number("person_id", nullable=True),
        number("conversation_id", nullable=True),
        number("case_id", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_fact"),
    )
    op.create_table(
        "answer",
        number("session_id"),
        text("question"),
        text("dialogue"),
        number("person_id"),
        number("conversation_id"),
        text("value"),
        text("words"),
        text("attachments"),
        text("wording"),
        number("at"),
        number("skipped"),
        text("message"),
        sa.PrimaryKeyConstraint("session_id", "question", name="pk_answer"),
    )
    op.create_index("ix_answer_at", "answer", ["at"])
    op.create_index("ix_answer_person", "answer", ["person_id"])
    op.create_table(
        "tally",
        text("week"),
        text("measure"),
        text("dialogue"),
        text("touchpoint"),
        text("subject"),
        text("metric"),
        text("value"),
        number("count"),
        sa.PrimaryKeyConstraint(
            "week", "measure", "dialogue", "touchpoint", "subject", "metric", "value", name="pk_tally"
        ),
    )
    op.create_table(
        "timer",
        text("owner"),
        text("kind"),
        number("due"),
        number("conversation_id", nullable=True),
        number("case_id", nullable=True),
        text("note"),
        sa.PrimaryKeyConstraint("owner", "kind", name="pk_timer"),
    )
    op.create_index("ix_timer_due", "timer", ["due"])
    op.create_table(
        "digest_made",
        text("kind"),
        text("period"),
        number("made"),
        sa.PrimaryKeyConstraint("kind", "period", name="pk_digest_made"),
    )


def make_outbox() -> None:
    """Tables outbox."""
    op.create_table(
        "outbox",
        number("id"),
        text("lane"),
        text("account"),
        text("chat"),
        text("kind"),
        text("body"),
        number("conversation_id", nullable=True),
        number("case_id", nullable=True),
        number("case_message"),
        number("thread_of"),
        number("edits"),
        number("resend"),
        text("state"),
        number("attempt"),
        number("uncertain"),
        number("until"),
        text("message"),
        text("reason"),
        number("queued"),
        number("settled"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
    )
    some("ix_outbox_case", "outbox", ["case_id"], "case_id IS NOT NULL")
    op.create_index("ix_outbox_conversation", "outbox", ["conversation_id"])
    some("ix_outbox_lane", "outbox", ["lane", "id"], "state IN ('waiting', 'sending')")
    some("ix_outbox_lost", "outbox", ["id"], "state IN ('unknown', 'dead')")
    some("ix_outbox_message", "outbox", ["account", "chat", "message"], "message <> ''")
    some("ix_outbox_open", "outbox", ["id"], "state IN ('waiting', 'sending')")
    some("ix_outbox_settled", "outbox", ["settled"], "settled > 0 AND body <> ''")


def make_cases() -> None:
    """Tables case_, case_message, case_number."""
    op.create_table(
        "case_",
        number("id"),
        text("number"),
        text("kind"),
        text("state"),
        text("category"),
        text("severity"),
        number("person_id"),
        number("conversation_id"),
        text("owner"),
        text("deputy"),
        text("manager"),
        text("channel"),
        text("language"),
        text("order_ref"),
        text("remedy"),
        text("touchpoint"),
        text("product"),
        number("card"),
        number("opened"),
        number("acknowledged"),
        number("answered"),
        number("solved"),
        number("closed"),
        number("due"),
        text("due_kind"),
        text("level"),
        number("round"),
        number("version"),
        sa.PrimaryKeyConstraint("id", name="pk_case"),
        sa.UniqueConstraint("number", name="uq_case_number"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_case_person"),
    )
    op.create_index("ix_case_card", "case_", ["card"])
    some("ix_case_open", "case_", ["due"], "state NOT IN ('closed', 'accepted')")
    op.create_index("ix_case_opened", "case_", ["opened"])
    op.create_index("ix_case_person", "case_", ["person_id"])
    op.create_table(
        "case_message",
        number("id"),
        number("case_id"),
        number("at"),
        text("direction"),
        text("author"),
        text("text"),
        text("attachments"),
        text("delivery"),
        number("log"),
        sa.PrimaryKeyConstraint("id", name="pk_case_message"),
        sa.ForeignKeyConstraint(["case_id"], ["case_.id"], name="fk_case_message_case"),
    )
    op.create_index("ix_case_message_case", "case_message", ["case_id", "id"])
    op.create_table(
        "case_number",
        number("year"),
        number("last"),
        sa.PrimaryKeyConstraint("year", name="pk_case_number"),
    )


def make_files_and_invitations() -> None:
    """Tables attachment, invitation."""
    op.create_table(
        "attachment",
        number("id"),
        number("person_id", nullable=True),
        number("case_id", nullable=True),
        text("name"),
        text("mime"),
        number("size"),
        text("state"),
        text("reason"),
        text("digest"),
        blob("content"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    op.create_index("ix_attachment_case", "attachment", ["case_id"])
    op.create_index("ix_attachment_person", "attachment", ["person_id"])
    op.create_table(
        "invitation",
        number("id"),
        text("digest"),
        text("dialogue"),
        text("order_ref"),
        text("touchpoint"),
        text("language"),
        number("created"),
        number("expires"),
        text("chat"),
        number("session_id"),
        number("used"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("digest", name="uq_invitation_digest"),
        sa.UniqueConstraint("dialogue", "order_ref", name="uq_invitation_order"),
    )


def downgrade() -> None:
    """Nothing came before."""
    raise NotImplementedError("the first schema has nothing before it")
