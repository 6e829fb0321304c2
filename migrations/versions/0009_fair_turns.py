"""Whose turn it is: what needs no model goes first, and people take turns.

Revision: 0009, after 0008.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_UNFINISHED = sa.text("state IN ('waiting', 'answered')")


def _number(name: str, kind: sa.types.TypeEngine) -> sa.Column:
    return sa.Column(name, kind, server_default=sa.text("0"), nullable=False)


def _index_open(*columns: str) -> None:
    """What workers look for: the conversations in which something waits, in the order in which it is taken."""
    is_open = sa.text("next_at IS NOT NULL")
    op.create_index(
        "ix_inbox_conversations_open",
        "inbox_conversations",
        list(columns),
        postgresql_where=is_open,
        sqlite_where=is_open,
    )


def upgrade() -> None:
    """Apply the change."""
    op.add_column("inbox_conversations", _number("round", sa.Integer()))
    op.add_column("inbox_events", _number("priority", sa.SmallInteger()))
    op.add_column("inbox_events", _number("round", sa.Integer()))
    op.add_column("inbox_events", sa.Column("is_told", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute("UPDATE inbox_events SET priority = 1 WHERE kind IN ('digest', 'alert', 'alert_pass')")
    op.drop_index("ix_inbox_conversations_open", "inbox_conversations")
    _index_open("priority", "round", "next_at")
    op.create_index(
        "ix_inbox_events_asker",
        "inbox_events",
        ["tenant", "user_id", "priority", "round"],
        postgresql_where=_UNFINISHED,
        sqlite_where=_UNFINISHED,
    )


def downgrade() -> None:
    """Take it back; what would have gone first goes with the questions."""
    op.drop_index("ix_inbox_events_asker", "inbox_events")
    op.drop_index("ix_inbox_conversations_open", "inbox_conversations")
    op.execute("UPDATE inbox_conversations SET priority = 0 WHERE priority < 0")
    with op.batch_alter_table("inbox_conversations") as conversations:
        conversations.drop_column("round")
    _index_open("priority", "next_at")
    with op.batch_alter_table("inbox_events") as events:
        for name in ("is_told", "round", "priority"):
            events.drop_column(name)
