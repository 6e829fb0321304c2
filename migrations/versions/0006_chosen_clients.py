"""Whose data an asker has chosen to ask about in a conversation.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "chosen_clients",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("conversation_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column(
            "chosen_at", sa.DateTime(timezone=True), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "conversation_id"],
            ["conversations.tenant", "conversations.id"],
            name=op.f("fk_chosen_clients_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id"],
            ["users.tenant", "users.id"],
            name="fk_chosen_clients_users_asker",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "client_id"],
            ["users.tenant", "users.id"],
            name="fk_chosen_clients_users_client",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "conversation_id", "user_id", name=op.f("pk_chosen_clients")),
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("chosen_clients")
