"""Encryption keys, confirmations, and client amounts as text, which is what encrypted ones are.

Revision: 0007, after 0006. It can't be taken back once anything is encrypted: an older Tuppence could not read it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

AMOUNTS = (
    ("transactions", "quantity", False),
    ("transactions", "price", True),
    ("cash_balances", "amount", False),
    ("target_weights", "weight", False),
)


def _time() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "encryption_keys",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("proof", sa.String(length=64), nullable=False),
        sa.Column("added_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encryption_keys")),
    )
    op.create_table(
        "confirmations",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("act", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", _time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id"],
            ["users.tenant", "users.id"],
            name=op.f("fk_confirmations_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "user_id", "act", name=op.f("pk_confirmations")),
    )
    op.create_index("ix_turns_finished", "turns", ["tenant", "finished_at", "id"], unique=False)
    op.create_index("ix_feedback_given", "feedback", ["tenant", "given_at"], unique=False)
    if op.get_bind().dialect.name == "postgresql":  # on SQLite amounts were text from the first
        for table, column, nullable in AMOUNTS:
            op.alter_column(
                table,
                column,
                existing_type=sa.Numeric(),
                type_=sa.Text(),
                existing_nullable=nullable,
                postgresql_using=f"trim_scale({column})::text",
            )


def downgrade() -> None:
    """Take it back, as long as nothing is encrypted."""
    if op.get_bind().execute(sa.text("SELECT count(*) FROM encryption_keys")).scalar():
        raise RuntimeError(
            "client fields are encrypted, which an older Tuppence can't read; put back a backup from before the upgrade"
        )
    if op.get_bind().dialect.name == "postgresql":
        for table, column, nullable in AMOUNTS:
            op.alter_column(
                table,
                column,
                existing_type=sa.Text(),
                type_=sa.Numeric(),
                existing_nullable=nullable,
                postgresql_using=f"{column}::numeric",
            )
    op.drop_index("ix_feedback_given", table_name="feedback")
    op.drop_index("ix_turns_finished", table_name="turns")
    op.drop_table("confirmations")
    op.drop_table("encryption_keys")
