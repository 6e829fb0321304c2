"""What waits for its turn, and what waits to be posted.

Revision: 0004, after 0003.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _time() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _json() -> sa.JSON:
    return sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "inbox_conversations",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("next_at", _time(), nullable=True),
        sa.Column("owner", sa.String(length=255), nullable=True),
        sa.Column("lease_until", _time(), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_inbox_conversations")),
    )
    op.create_index(
        "ix_inbox_conversations_open",
        "inbox_conversations",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("next_at IS NOT NULL"),
        sqlite_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "inbox_events",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("place", sa.String(length=255), nullable=True),
        sa.Column("conversation", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("surface", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("payload", _json(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "answered",
                "done",
                "dead",
                "cancelled",
                name="state",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("steps", _json(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("turn_id", sa.String(length=255), nullable=True),
        sa.Column("sent_at", _time(), nullable=False),
        sa.Column("received_at", _time(), nullable=False),
        sa.Column("claimed_at", _time(), nullable=True),
        sa.Column("finished_at", _time(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "conversation"],
            ["inbox_conversations.tenant", "inbox_conversations.id"],
            name=op.f("fk_inbox_events_inbox_conversations"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_inbox_events")),
        sa.UniqueConstraint("tenant", "place", name=op.f("uq_inbox_events_tenant_place")),
    )
    op.create_index(
        "ix_inbox_events_dead",
        "inbox_events",
        ["tenant"],
        unique=False,
        postgresql_where=sa.text("state = 'dead'"),
        sqlite_where=sa.text("state = 'dead'"),
    )
    op.create_index("ix_inbox_events_finished", "inbox_events", ["finished_at"], unique=False)
    op.create_index(
        "ix_inbox_events_unfinished",
        "inbox_events",
        ["tenant", "conversation", "sent_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'answered')"),
        sqlite_where=sa.text("state IN ('waiting', 'answered')"),
    )
    op.create_table(
        "outbox_messages",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("surface", sa.String(length=16), nullable=False),
        sa.Column("target", _json(), nullable=False),
        sa.Column("body", _json(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("message_id", sa.String(length=255), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("sent_at", _time(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "event_id"],
            ["inbox_events.tenant", "inbox_events.id"],
            name=op.f("fk_outbox_messages_inbox_events"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "key", name=op.f("pk_outbox_messages")),
    )
    op.create_index(
        "ix_outbox_messages_unsent",
        "outbox_messages",
        ["tenant", "event_id"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL"),
        sqlite_where=sa.text("sent_at IS NULL"),
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("outbox_messages")
    op.drop_table("inbox_events")
    op.drop_table("inbox_conversations")
