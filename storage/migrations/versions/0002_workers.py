"""Several workers and long outages: leases, what was seen last in a chat, messages that nobody waits for, alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add tables lease and seen, outbox.bulk and outbox.holder."""
    op.add_column("outbox", sa.Column("bulk", NUMBER, nullable=False, server_default="0"))
    op.add_column("outbox", sa.Column("holder", sa.Text, nullable=False, server_default=""))
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
