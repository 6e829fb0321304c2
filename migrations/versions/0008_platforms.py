"""What Slack, Teams, digests and alerts need kept.

Revision: 0008, after 0007. Digests and alerts had no behaviour before, so those on record are dropped.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_PLATFORMS = ("local", "slack", "teams")
_PLACES = ("direct", "group", "private", "public")
_KINDS = ("market_open", "market_close", "weekly_review", "my_portfolio", "watchlist", "team_channel")


def _time() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _key(length: int = 255) -> sa.String:
    return sa.String(length=length)


def _one_of(name: str, values: tuple[str, ...], length: int = 16) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=length)


def _json() -> sa.JSON:
    return sa.JSON().with_variant(JSONB(), "postgresql")


def _decimal() -> sa.Numeric:
    return sa.Numeric().with_variant(sa.Text(), "sqlite")


def _column(name: str, kind: sa.types.TypeEngine, *, optional: bool = False) -> sa.Column:
    return sa.Column(name, kind, nullable=optional)


def _now(name: str) -> sa.Column:
    return sa.Column(name, _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False)


def _switch(name: str, default: sa.sql.expression.ColumnElement) -> sa.Column:
    return sa.Column(name, sa.Boolean(), server_default=default, nullable=False)


def _of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant", "user_id"], ["users.tenant", "users.id"], name=f"fk_{table}_users", ondelete="CASCADE"
    )


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")


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
    op.add_column("users", _column("disclosed_at", _time(), optional=True))
    op.add_column("inbox_events", _column("shown", _key(), optional=True))
    op.add_column(
        "inbox_conversations", sa.Column("priority", sa.SmallInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.drop_index("ix_inbox_conversations_open", "inbox_conversations")
    _index_open("priority", "next_at")
    op.drop_table("alerts")
    op.drop_table("digests")
    op.create_table(
        "digests",
        *(_column(name, _key()) for name in ("tenant", "id", "user_id")),
        _column("kind", _one_of("kind", _KINDS, 32)),
        _column("surface", _key(16)),
        _column("target", _json()),
        _column("sections", _json()),
        _column("symbols", _json(), optional=True),
        _column("schedule", _key(64)),
        _column("time_zone", _key(64)),
        _column("calendar", _key(16)),
        _column("holidays", _one_of("holidays", ("skip", "say", "send"))),
        _column("quiet_hours", _json(), optional=True),
        _switch("paused", sa.false()),
        _column("last_slot", _key(64), optional=True),
        _now("since"),
        _column("failure", sa.Text(), optional=True),
        _now("created_at"),
        _of_user("digests"),
        _primary("digests", "tenant", "id"),
    )
    conditions = ("above", "below", "day_move_percent", "new_high", "new_low", "drawdown_percent", "earnings")
    op.create_table(
        "alerts",
        *(_column(name, _key()) for name in ("tenant", "id", "user_id")),
        _column("surface", _key(16)),
        _column("target", _json()),
        _column("symbol", _key(32), optional=True),
        _column("condition", _one_of("condition", conditions, 32)),
        _column("threshold", _decimal(), optional=True),
        _column("currency", _key(3), optional=True),
        _switch("armed", sa.true()),
        _switch("paused", sa.false()),
        _column("quiet_until", _time(), optional=True),
        _column("last_value", _decimal(), optional=True),
        _column("last_as_of", _time(), optional=True),
        _column("last_fired_at", _time(), optional=True),
        _column("failure", sa.Text(), optional=True),
        _now("created_at"),
        _of_user("alerts"),
        _primary("alerts", "tenant", "id"),
    )
    op.create_index("ix_alerts_symbol", "alerts", ["symbol"])
    op.create_table(
        "slack_installations",
        _column("tenant", _key()),
        _column("name", sa.Text()),
        _column("enterprise_id", _key(), optional=True),
        *(_column(name, _key()) for name in ("app_id", "bot_user")),
        _column("bot_token", sa.Text()),
        _column("refresh_token", sa.Text(), optional=True),
        _column("expires_at", _time(), optional=True),
        _column("scopes", sa.Text()),
        _column("installed_by", _key()),
        _switch("active", sa.true()),
        _now("installed_at"),
        _primary("slack_installations", "tenant"),
    )
    op.create_table(
        "oauth_states",
        _column("state_hash", _key(64)),
        _column("expires_at", _time()),
        _primary("oauth_states", "state_hash"),
    )
    op.create_table(
        "conversation_references",
        _column("tenant", _key()),
        _column("platform", _one_of("platform", _PLATFORMS)),
        _column("conversation_id", _key()),
        _column("user_id", _key(), optional=True),
        _column("kind", _one_of("kind", _PLACES)),
        _column("reference", _json()),
        _column("failure", sa.Text(), optional=True),
        _now("seen_at"),
        _primary("conversation_references", "tenant", "platform", "conversation_id"),
    )
    op.create_index("ix_conversation_references_user", "conversation_references", ["tenant", "platform", "user_id"])
    op.create_table(
        "preferences",
        *(_column(name, _key()) for name in ("tenant", "user_id")),
        _column("base_currency", _key(3), optional=True),
        _column("time_zone", _key(64), optional=True),
        _column("locale", _key(16), optional=True),
        _column("risk_profile", _one_of("risk_profile", ("cautious", "balanced", "adventurous")), optional=True),
        _column("risk_profile_on", sa.Date(), optional=True),
        _now("changed_at"),
        _of_user("preferences"),
        _primary("preferences", "tenant", "user_id"),
    )
    op.create_table(
        "offers",
        _column("tenant", _key()),
        _column("key", _key(64)),
        _column("user_id", _key()),
        _column("kind", _key(32)),
        _column("command", sa.Text()),
        _column("conversation", _key()),
        _column("client_id", _key(), optional=True),
        _column("expires_at", _time()),
        _column("used_at", _time(), optional=True),
        _of_user("offers"),
        _primary("offers", "tenant", "key"),
    )
    op.create_index("ix_offers_expires", "offers", ["expires_at"])


def downgrade() -> None:
    """Take it back; digests and alerts are dropped, as what an older Tuppence has for them is other."""
    with op.batch_alter_table("users") as users:
        users.drop_column("disclosed_at")
    with op.batch_alter_table("inbox_events") as events:
        events.drop_column("shown")
    op.drop_index("ix_inbox_conversations_open", "inbox_conversations")
    with op.batch_alter_table("inbox_conversations") as conversations:
        conversations.drop_column("priority")
    _index_open("next_at")
    for table in ("offers", "preferences", "conversation_references", "oauth_states", "slack_installations"):
        op.drop_table(table)
    op.drop_table("alerts")
    op.drop_table("digests")
    op.create_table(
        "digests",
        *(_column(name, _key()) for name in ("tenant", "id", "user_id")),
        _column("kind", _key(32)),
        _column("surface", _key(16)),
        _column("target", _json()),
        _column("sections", _json()),
        _column("cron", _key(64)),
        _column("time_zone", _key(64)),
        _column("calendar", _key(16)),
        _column("holidays", _one_of("holidays", ("skip", "say", "send"))),
        _switch("paused", sa.false()),
        _column("last_slot", _key(64), optional=True),
        _now("created_at"),
        _of_user("digests"),
        _primary("digests", "tenant", "id"),
    )
    conditions = ("above", "below", "day_move_percent", "new_high", "new_low", "drawdown_percent", "earnings")
    op.create_table(
        "alerts",
        *(_column(name, _key()) for name in ("tenant", "id", "user_id")),
        _column("symbol", _key(32), optional=True),
        _column("condition", _one_of("condition", conditions, 32)),
        _column("threshold", _decimal(), optional=True),
        _column("currency", _key(3), optional=True),
        _switch("armed", sa.true()),
        _switch("paused", sa.false()),
        _column("quiet_until", _time(), optional=True),
        _column("last_fired_at", _time(), optional=True),
        _now("created_at"),
        _of_user("alerts"),
        _primary("alerts", "tenant", "id"),
    )
