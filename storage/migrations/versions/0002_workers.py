"""Several workers and long outages: leases, what was seen last in a chat, messages that nobody waits for, alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = "state IN ('waiting', 'sending')"


def some(name: str, columns: list[str], where: str) -> None:
    """An index over a part of the outbox."""
    op.create_index(name, "outbox", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    """Add tables lease, seen and alarm; what the outbox needs to send by urgency and to several workers."""
    op.add_column("outbox", sa.Column("bulk", NUMBER, nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("holder", sa.Text, nullable=False, server_default=""))
    op.drop_index("ix_outbox_open", "outbox")
    some("ix_outbox_due", ["account", "bulk", "until", "id"], f"{OPEN} AND kind <> 'download'")
    some("ix_outbox_files", ["account", "until", "id"], f"{OPEN} AND kind = 'download'")
    op.create_table(
        "lease",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("term", NUMBER, nullable=False),
        sa.Column("until", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
    )
    op.create_table(
        "seen",
        sa.Column("account", sa.Text, nullable=False),
        sa.Column("chat", sa.Text, nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account", "chat", name="pk_seen"),
    )
    op.create_table(
        "alarm",
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("since", NUMBER, nullable=False),
        sa.Column("told", NUMBER, nullable=False),
        sa.PrimaryKeyConstraint("name", "subject", name="pk_alarm"),
    )
