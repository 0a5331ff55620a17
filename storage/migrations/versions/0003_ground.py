"""What later work stands on: walks of dialogues, counts by day, what became of a body, cases that need no person.

Until it is released it may be changed; `tests/data/revision-0003.db` is then made anew. Every table has a function of its
own here. What is read in old rows is read as it was written then: nothing of the program is imported.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Change each table, then fill what is new from the facts."""
    add_sessions()
    count_by_day()
    trace_bodies()
    index_facts()
    salt_texts()
    change_cases()


def some(name: str, table: str, columns: list[str], where: str) -> None:
    """An index over a part of the rows."""
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def add_sessions() -> None:
    """Table session: a row per walk of a dialogue."""


def count_by_day() -> None:
    """Tables tally (by day) and repeat."""


def trace_bodies() -> None:
    """Table inbox: what a body carried and where it went."""


def index_facts() -> None:
    """Table fact: found by person, case and day."""
    op.create_index("ix_fact_at", "fact", ["at"])
    some("ix_fact_person", "fact", ["person_id"], "person_id IS NOT NULL")
    some("ix_fact_case", "fact", ["case_id"], "case_id IS NOT NULL")


def salt_texts() -> None:
    """Tables outbox and case_message: a salt beside each text; fact: the hashes of the texts of its step."""


def change_cases() -> None:
    """Table case_: frozen policy, start, session, nullable person and conversation, level as a number."""
