"""Tenants, roles, policies, switches, and who may sign in to the admin pages.

Revision: 0005, after 0004. The tenants that users have already get their rows.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def _time() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _json() -> sa.JSON:
    return sa.JSON().with_variant(JSONB(), "postgresql")


def _decimal() -> sa.Numeric:
    return sa.Numeric().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "admin_accounts",
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("passphrase", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("locked_until", _time(), nullable=True),
        sa.Column("created_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_admin_accounts")),
    )
    op.create_table(
        "channels",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "direct",
                "group",
                "private",
                "public",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("allowed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("external", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_channels")),
    )
    op.create_table(
        "kill_switches",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "tenant", "tool", "user", "model", name="kind", native_enum=False, create_constraint=True, length=16
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("pulled_by", sa.String(length=255), nullable=False),
        sa.Column("pulled_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "kind", "subject", name=op.f("pk_kill_switches")),
    )
    op.create_table(
        "policies",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column(
            "advice_mode",
            sa.Enum(
                "information",
                "advisor_support",
                "supervised_advice",
                name="advice_mode",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default=sa.text("'information'"),
            nullable=False,
        ),
        sa.Column("disclosures", _json(), nullable=False),
        sa.Column("retention_days", _json(), nullable=False),
        sa.Column("base_currency", sa.String(length=3), server_default=sa.text("'USD'"), nullable=False),
        sa.Column("language", sa.String(length=16), server_default=sa.text("'en_US'"), nullable=False),
        sa.Column("time_zone", sa.String(length=64), server_default=sa.text("'UTC'"), nullable=False),
        sa.Column("quiet_hours", _json(), nullable=True),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_policies")),
    )
    op.create_table(
        "prompt_versions",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "name", "version", name=op.f("pk_prompt_versions")),
    )
    op.create_table(
        "quotas",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("per_hour", sa.Integer(), nullable=True),
        sa.Column("per_day", sa.Integer(), nullable=True),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "user_id", name=op.f("pk_quotas")),
    )
    op.create_table(
        "tenants",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "platform",
            sa.Enum("local", "slack", "teams", name="platform", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("created_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_tenants")),
    )
    op.create_table(
        "tool_switches",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("tool", sa.String(length=255), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("changed_by", sa.String(length=255), nullable=False),
        sa.Column("changed_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.PrimaryKeyConstraint("tenant", "tool", name=op.f("pk_tool_switches")),
    )
    op.create_table(
        "admin_sessions",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("created_at", _time(), nullable=False),
        sa.Column("seen_at", _time(), nullable=False),
        sa.Column("confirmed_at", _time(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["admin_accounts.name"], name=op.f("fk_admin_sessions_admin_accounts"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_admin_sessions")),
    )
    op.create_index("ix_admin_sessions_account", "admin_sessions", ["account"], unique=False)
    op.create_table(
        "alerts",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("symbol", sa.String(length=32), nullable=True),
        sa.Column(
            "condition",
            sa.Enum(
                "above",
                "below",
                "day_move_percent",
                "new_high",
                "new_low",
                "drawdown_percent",
                "earnings",
                name="condition",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("threshold", _decimal(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("armed", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("quiet_until", _time(), nullable=True),
        sa.Column("last_fired_at", _time(), nullable=True),
        sa.Column("created_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id"], ["users.tenant", "users.id"], name=op.f("fk_alerts_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_alerts")),
    )
    op.create_table(
        "client_assignments",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("adviser_id", sa.String(length=255), nullable=False),
        sa.Column("client_id", sa.String(length=255), nullable=False),
        sa.Column("assigned_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "adviser_id"],
            ["users.tenant", "users.id"],
            name="fk_client_assignments_users_adviser",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "client_id"],
            ["users.tenant", "users.id"],
            name="fk_client_assignments_users_client",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "adviser_id", "client_id", name=op.f("pk_client_assignments")),
    )
    op.create_table(
        "digests",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("surface", sa.String(length=16), nullable=False),
        sa.Column("target", _json(), nullable=False),
        sa.Column("sections", _json(), nullable=False),
        sa.Column("cron", sa.String(length=64), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("calendar", sa.String(length=16), nullable=False),
        sa.Column(
            "holidays",
            sa.Enum("skip", "say", "send", name="holidays", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("paused", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("last_slot", sa.String(length=64), nullable=True),
        sa.Column("created_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id"], ["users.tenant", "users.id"], name=op.f("fk_digests_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "id", name=op.f("pk_digests")),
    )
    op.create_table(
        "identities",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column(
            "platform",
            sa.Enum("local", "slack", "teams", name="platform", native_enum=False, create_constraint=True, length=16),
            nullable=False,
        ),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("created_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id"], ["users.tenant", "users.id"], name=op.f("fk_identities_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "platform", "external_id", name=op.f("pk_identities")),
    )
    op.create_index("ix_identities_user", "identities", ["tenant", "user_id"], unique=False)
    op.create_table(
        "legal_holds",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("placed_by", sa.String(length=255), nullable=False),
        sa.Column("placed_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id"], ["users.tenant", "users.id"], name=op.f("fk_legal_holds_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "user_id", name=op.f("pk_legal_holds")),
    )
    op.create_table(
        "role_assignments",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "member",
                "adviser",
                "supervisor",
                "compliance",
                "admin",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=16,
            ),
            nullable=False,
        ),
        sa.Column("granted_by", sa.String(length=255), nullable=False),
        sa.Column("granted_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id"],
            ["users.tenant", "users.id"],
            name=op.f("fk_role_assignments_users"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "user_id", "role", name=op.f("pk_role_assignments")),
    )
    op.create_table(
        "team_members",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("supervisor_id", sa.String(length=255), nullable=False),
        sa.Column("adviser_id", sa.String(length=255), nullable=False),
        sa.Column("assigned_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "adviser_id"],
            ["users.tenant", "users.id"],
            name="fk_team_members_users_adviser",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "supervisor_id"],
            ["users.tenant", "users.id"],
            name="fk_team_members_users_supervisor",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("tenant", "supervisor_id", "adviser_id", name=op.f("pk_team_members")),
    )
    op.create_table(
        "feedback",
        sa.Column("tenant", sa.String(length=255), nullable=False),
        sa.Column("turn_id", sa.String(length=255), nullable=False),
        sa.Column("user_id", sa.String(length=255), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("given_at", _time(), server_default=sa.text("CURRENT_TIMESTAMP"), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant", "turn_id"], ["turns.tenant", "turns.id"], name=op.f("fk_feedback_turns"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id"], ["users.tenant", "users.id"], name=op.f("fk_feedback_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("tenant", "turn_id", "user_id", name=op.f("pk_feedback")),
    )
    op.execute(
        "INSERT INTO tenants (tenant, name, platform) SELECT DISTINCT tenant, tenant, 'local' FROM users "
        "WHERE tenant <> 'local' UNION SELECT 'local', 'local', 'local'"
    )


def downgrade() -> None:
    """Undo the change."""
    op.drop_table("feedback")
    op.drop_table("team_members")
    op.drop_table("role_assignments")
    op.drop_table("legal_holds")
    op.drop_table("identities")
    op.drop_table("digests")
    op.drop_table("client_assignments")
    op.drop_table("alerts")
    op.drop_table("admin_sessions")
    op.drop_table("tool_switches")
    op.drop_table("tenants")
    op.drop_table("quotas")
    op.drop_table("prompt_versions")
    op.drop_table("policies")
    op.drop_table("kill_switches")
    op.drop_table("channels")
    op.drop_table("admin_accounts")
