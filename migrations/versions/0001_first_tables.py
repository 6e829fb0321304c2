"""Users, portfolios, conversations and turns.

Revision: 0001, after nothing. The column types are spelled out: what the code calls them may change, history may not.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _time() -> sa.types.TypeEngine[Any]:
    return sa.DateTime(timezone=True)


def _decimal() -> sa.types.TypeEngine[Any]:
    return sa.Numeric().with_variant(sa.Text(), "sqlite")


def _json() -> sa.types.TypeEngine[Any]:
    return sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "conversations",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("surface", sa.String(length=16), nullable=False),
        sa.Column("created_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_conversations")),
    )
    op.create_table(
        "users",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_users")),
    )
    op.create_table(
        "portfolios",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("base_currency", sa.String(length=3), nullable=False),
        sa.Column("is_sample", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("created_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id"], ["users.tenant", "users.id"], name=op.f("fk_portfolios_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_portfolios")),
        sa.UniqueConstraint("tenant", "user_id", "name", name=op.f("uq_portfolios_tenant_user_id_name")),
    )
    op.create_table(
        "turns",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("conversation_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "running",
                "answered",
                "declined",
                "clarify",
                "failed",
                name="status",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.Column("evidence", _json(), nullable=True),
        sa.Column("timings_ms", _json(), nullable=True),
        sa.Column("model_name", sa.Text(), nullable=True),
        sa.Column("model_backend", sa.String(length=16), nullable=True),
        sa.Column("model_digest", sa.String(length=128), nullable=True),
        sa.Column("prompt_hash", sa.String(length=128), nullable=True),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("started_at", _time(), nullable=False),
        sa.Column("deadline_at", _time(), nullable=False),
        sa.Column("finished_at", _time(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "conversation_id"],
            ["conversations.tenant", "conversations.id"],
            name=op.f("fk_turns_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id"], ["users.tenant", "users.id"], name=op.f("fk_turns_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_turns")),
        sa.UniqueConstraint(
            "tenant", "conversation_id", "position", name=op.f("uq_turns_tenant_conversation_id_position")
        ),
    )
    op.create_index(
        "ix_turns_running",
        "turns",
        ["status"],
        unique=False,
        postgresql_where=sa.text("status = 'running'"),
        sqlite_where=sa.text("status = 'running'"),
    )
    op.create_index("ix_turns_user", "turns", ["tenant", "user_id"], unique=False)

    op.create_table(
        "watchlist_items",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id"],
            ["users.tenant", "users.id"],
            name=op.f("fk_watchlist_items_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "user_id", "symbol", name=op.f("pk_watchlist_items")),
    )
    op.create_table(
        "accounts",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("portfolio_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "portfolio_id"],
            ["portfolios.tenant", "portfolios.id"],
            name=op.f("fk_accounts_portfolios"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("tenant", "portfolio_id", "name", name=op.f("uq_accounts_tenant_portfolio_id_name")),
    )
    op.create_table(
        "target_weights",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("portfolio_id", sa.String(length=255), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("weight", _decimal(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "portfolio_id"],
            ["portfolios.tenant", "portfolios.id"],
            name=op.f("fk_target_weights_portfolios"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "portfolio_id", "symbol", name=op.f("pk_target_weights")),
    )
    op.create_table(
        "tool_calls",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("turn_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("arguments", _json(), nullable=True),
        sa.Column("resolved", _json(), nullable=True),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("result", _json(), nullable=True),
        sa.Column("duration_ms", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant", "turn_id"], ["turns.tenant", "turns.id"], name=op.f("fk_tool_calls_turns"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "turn_id", "position", name=op.f("pk_tool_calls")),
    )
    op.create_table(
        "cash_balances",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.String(length=255), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", _decimal(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "account_id"],
            ["accounts.tenant", "accounts.id"],
            name=op.f("fk_cash_balances_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "account_id", "currency", name=op.f("pk_cash_balances")),
    )
    op.create_table(
        "transactions",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.String(length=255), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=False),
        sa.Column("quantity", _decimal(), nullable=False),
        sa.Column("price", _decimal(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("traded_on", sa.Date(), nullable=False),
        sa.Column("created_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "account_id"],
            ["accounts.tenant", "accounts.id"],
            name=op.f("fk_transactions_accounts"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_transactions")),
        sa.UniqueConstraint(
            "tenant", "account_id", "position", name=op.f("uq_transactions_tenant_account_id_position")
        ),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("transactions")
    op.drop_table("cash_balances")
    op.drop_table("tool_calls")
    op.drop_table("target_weights")
    op.drop_table("accounts")
    op.drop_table("watchlist_items")

    op.drop_table("turns")
    op.drop_table("portfolios")
    op.drop_table("users")
    op.drop_table("conversations")
