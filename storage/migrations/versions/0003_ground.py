"""What later work stands on: walks of dialogues, counts by day, what became of a body, cases that need no person.

Until it is released it may be changed; `tests/data/revision-0003.db` is then made anew. Every table has a function of
its own here. What is read in old rows is read as it was written then: of the program nothing is imported but the
reading of old facts (`storage/migrations/past.py`).
"""

import json

import sqlalchemy as sa
from alembic import op

from storage.migrations.past import REPEAT, TALLY, fill_from_facts, read

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Change each table, then fill what is new from the facts."""
    add_sessions()
    count_by_day()
    fill_from_facts()
    index_sessions()
    trace_bodies()
    index_facts()
    salt_texts()
    change_cases()


def number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    """A 64-bit number."""
    return sa.Column(name, NUMBER, nullable=nullable)


def text(name: str) -> sa.Column[str]:
    """Words."""
    return sa.Column(name, sa.Text, nullable=False)


def some(name: str, table: str, columns: list[str], where: str) -> None:
    """An index over a part of the rows."""
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def add_text(table: str, name: str) -> None:
    """A further column that is empty in the rows there are."""
    op.add_column(table, sa.Column(name, sa.Text, nullable=False, server_default=""))


def add_sessions() -> None:
    """Table session: a row per walk of a dialogue; table answer: where it is counted."""
    op.create_table(
        "session",
        number("id"),
        number("person_id", nullable=True),
        number("conversation_id", nullable=True),
        text("dialogue"),
        text("revision"),
        text("language"),
        text("order_ref"),
        text("touchpoint"),
        text("party"),
        text("product"),
        number("invitation_id", nullable=True),
        number("origin_id", nullable=True),
        number("case_id", nullable=True),
        number("started"),
        number("ended"),
        text("outcome"),
        text("how"),
        text("asked"),
        sa.PrimaryKeyConstraint("id", name="pk_session"),
    )
    add_text("answer", "day")
    add_text("answer", "metric")


def index_sessions() -> None:
    """Table session, once it is filled."""
    op.create_index("ix_session_person", "session", ["person_id"])
    op.create_index("ix_session_started", "session", ["dialogue", "started"])


def count_by_day() -> None:
    """Tables tally (by day) and repeat."""
    op.drop_table("tally")
    for name, columns in (("tally", TALLY), ("repeat", REPEAT)):
        key = sa.PrimaryKeyConstraint(*columns, name=f"pk_{name}")
        op.create_table(name, *map(text, columns), number("count"), key)


def trace_bodies() -> None:
    """Table inbox: what a body carried and where it went; of bodies applied before, nobody can tell."""
    add_text("inbox", "carried")
    add_text("inbox", "traces")


def index_facts() -> None:
    """Table fact: found by person, case and day. Who acted without being staff is named in none of them."""
    strangers = [
        {"id": one, "body": json.dumps(json.loads(body) | {"actor": "stranger"}, separators=(",", ":"))}
        for one, body in read("SELECT id, body FROM fact WHERE kind = 'Rejected' AND case_id IS NULL")
    ]
    if strangers:
        op.get_bind().execute(sa.text("UPDATE fact SET body = :body WHERE id = :id"), strangers)
    op.create_index("ix_fact_at", "fact", ["at"])
    some("ix_fact_configured", "fact", ["id"], "kind = 'Configured'")
    some("ix_fact_person", "fact", ["person_id"], "person_id IS NOT NULL")
    some("ix_fact_case", "fact", ["case_id"], "case_id IS NOT NULL")


def salt_texts() -> None:
    """Tables outbox and case_message: a salt beside each text; fact: the hashes of the texts of its step."""
    add_text("outbox", "salt")
    add_text("case_message", "salt")
    add_text("fact", "texts")


def change_cases() -> None:
    """Table case_: frozen policy, start, session, nullable person and conversation, level as a number.

    No revision knows the configuration: cases that run get their terms from the program when it starts.
    """
    connection = op.get_bind()
    old = connection.execute(sa.text("SELECT id, deputy, manager, level FROM case_")).fetchall()
    with op.batch_alter_table("case_") as batch:
        batch.alter_column("person_id", existing_type=NUMBER, nullable=True)
        batch.alter_column("conversation_id", existing_type=NUMBER, nullable=True)
        for name in ("deputy", "manager", "level"):
            batch.drop_column(name)
    op.add_column("case_", sa.Column("session_id", NUMBER, nullable=True))
    for name in ("people", "terms"):
        op.add_column("case_", sa.Column(name, sa.Text, nullable=False, server_default=""))
    for name in ("started", "called", "level"):
        op.add_column("case_", sa.Column(name, NUMBER, nullable=False, server_default="0"))
    for number, deputy, manager, level in old:
        people = json.dumps({"deputy": deputy, "manager": manager}, ensure_ascii=False, separators=(",", ":"))
        connection.execute(
            sa.text("UPDATE case_ SET people = :people, level = :level WHERE id = :id"),
            {"people": people, "level": {"deputy": 1, "manager": 2}.get(level, 0), "id": number},
        )
    op.execute("UPDATE case_ SET session_id = (SELECT max(id) FROM session WHERE session.case_id = case_.id)")
    op.execute("UPDATE case_ SET due_kind = 'decide' WHERE due_kind = 'solve'")
    for before, after in (("deputy", "accept.2"), ("solve", "decide")):
        connection.execute(
            sa.text("UPDATE timer SET kind = :after WHERE kind = :before AND owner LIKE 'case:%'"),
            {"before": before, "after": after},
        )
    rename_escalations()


def rename_escalations() -> None:
    """Table fact: which row of which clock told somebody, instead of its name."""
    connection = op.get_bind()
    rows = {"accept": ("accept", 1), "deputy": ("accept", 2), "answer": ("answer", 1), "solve": ("decide", 1)}
    for number, body in connection.execute(sa.text("SELECT id, body FROM fact WHERE kind = 'Escalated'")):
        fact = json.loads(body)
        clock, level = rows[fact["level"]]
        fact = {"case": fact["case"], "clock": clock, "level": level, "told": fact["told"]}
        connection.execute(
            sa.text("UPDATE fact SET body = :body WHERE id = :id"),
            {"body": json.dumps(fact, ensure_ascii=False, separators=(",", ":")), "id": number},
        )
