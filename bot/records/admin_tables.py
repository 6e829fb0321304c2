"""What admins keep: who works for whom, what is allowed, what was agreed, and how admins sign in.

tenants ─── channels
users ─── identities, role_assignments, client_assignments, team_members, legal_holds, feedback
tool_switches, kill_switches, policies, prompt_versions, quotas, admin_accounts ─── admin_sessions
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import CURRENCY, KEY, NOW, Record, one_of, owned_by
from bot.records.columns import FreeText, JsonDocument, UtcDateTime
from bot.records.encrypted_columns import EncryptedText

PLATFORMS = ("local", "slack", "teams")
ROLES = ("member", "adviser", "supervisor", "compliance", "admin")
PLACES = ("direct", "group", "private", "public")
ADVICE_MODES = ("information", "advisor_support", "supervised_advice")
SWITCHED = ("tenant", "tool", "user", "model")


class Tenant(Record):
    """A workspace of a platform, or "local", the terminal's own. A suspended one is kept, and answers nobody."""

    __tablename__ = "tenants"

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    name: Mapped[str] = mapped_column(FreeText)
    platform: Mapped[str] = mapped_column(one_of("platform", PLATFORMS))
    active: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class Channel(Record):
    """A shared place of a tenant in which the assistant may answer, when `allowed`.

    `external` is set where people of another organisation are present, as last seen.
    """

    __tablename__ = "channels"

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    name: Mapped[str] = mapped_column(FreeText)
    kind: Mapped[str] = mapped_column(one_of("kind", PLACES))
    allowed: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    external: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class Identity(Record):
    """Whose account of a platform is which user: `external_id` is the platform's immutable id, never a name."""

    __tablename__ = "identities"
    __table_args__ = (owned_by("users", "user_id"), sa.Index("ix_identities_user", "tenant", "user_id"))

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    platform: Mapped[str] = mapped_column(one_of("platform", PLATFORMS), primary_key=True)
    external_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class RoleAssignment(Record):
    """One role of a user; everyone is a member without a row."""

    __tablename__ = "role_assignments"
    __table_args__ = (owned_by("users", "user_id"),)

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    role: Mapped[str] = mapped_column(one_of("role", ROLES), primary_key=True)
    granted_by: Mapped[str] = mapped_column(KEY)
    granted_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class ClientAssignment(Record):
    """An adviser who looks after a client: both are users of one tenant."""

    __tablename__ = "client_assignments"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["tenant", "adviser_id"],
            ["users.tenant", "users.id"],
            ondelete="CASCADE",
            name="fk_client_assignments_users_adviser",
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "client_id"],
            ["users.tenant", "users.id"],
            ondelete="CASCADE",
            name="fk_client_assignments_users_client",
        ),
    )

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    adviser_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    client_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class TeamMember(Record):
    """An adviser who reports to a supervisor: the supervisor may read what the adviser's clients hold."""

    __tablename__ = "team_members"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["tenant", "supervisor_id"],
            ["users.tenant", "users.id"],
            ondelete="CASCADE",
            name="fk_team_members_users_supervisor",
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "adviser_id"],
            ["users.tenant", "users.id"],
            ondelete="CASCADE",
            name="fk_team_members_users_adviser",
        ),
    )

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    supervisor_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    adviser_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    assigned_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class Policy(Record):
    """What one tenant has decided; a tenant without a row has the defaults here.

    `disclosures` are texts by name; `retention_days` are days by class of record, missing ones kept for ever;
    `quiet_hours` is {"from": "22:00", "to": "07:00"} in `time_zone`, or NULL.
    """

    __tablename__ = "policies"

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    advice_mode: Mapped[str] = mapped_column(
        one_of("advice_mode", ADVICE_MODES, 32), server_default=sa.text("'information'")
    )
    disclosures: Mapped[Any] = mapped_column(JsonDocument)
    retention_days: Mapped[Any] = mapped_column(JsonDocument)
    base_currency: Mapped[str] = mapped_column(CURRENCY, server_default=sa.text("'USD'"))
    language: Mapped[str] = mapped_column(sa.String(16), server_default=sa.text("'en_US'"))
    time_zone: Mapped[str] = mapped_column(sa.String(64), server_default=sa.text("'UTC'"))
    quiet_hours: Mapped[Any | None] = mapped_column(JsonDocument)
    changed_by: Mapped[str] = mapped_column(KEY)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class ToolSwitch(Record):
    """Whether a tool is offered in a tenant; a tool without a row is."""

    __tablename__ = "tool_switches"

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    tool: Mapped[str] = mapped_column(KEY, primary_key=True)
    enabled: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    changed_by: Mapped[str] = mapped_column(KEY)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class KillSwitch(Record):
    """A pulled switch: the whole tenant (`subject` ""), a tool, a user or a model is stopped at once."""

    __tablename__ = "kill_switches"

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    kind: Mapped[str] = mapped_column(one_of("kind", SWITCHED), primary_key=True)
    subject: Mapped[str] = mapped_column(KEY, primary_key=True)
    reason: Mapped[str] = mapped_column(FreeText)
    pulled_by: Mapped[str] = mapped_column(KEY)
    pulled_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class PromptVersion(Record):
    """One version of a prompt of a tenant; the `active` one is used instead of the file in prompts/."""

    __tablename__ = "prompt_versions"

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    name: Mapped[str] = mapped_column(KEY, primary_key=True)
    version: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    text: Mapped[str] = mapped_column(FreeText)
    active: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    changed_by: Mapped[str] = mapped_column(KEY)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class Quota(Record):
    """How many questions one user (`user_id` "" means each) may ask in an hour and in a day; NULL means any number."""

    __tablename__ = "quotas"

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    per_hour: Mapped[int | None] = mapped_column(sa.Integer)
    per_day: Mapped[int | None] = mapped_column(sa.Integer)
    changed_by: Mapped[str] = mapped_column(KEY)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class Feedback(Record):
    """What a person thought of an answer: `rating` 1 or -1, and why."""

    __tablename__ = "feedback"
    __table_args__ = (
        owned_by("users", "user_id"),
        owned_by("turns", "turn_id"),
        sa.Index("ix_feedback_given", "tenant", "given_at"),
    )

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    turn_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    rating: Mapped[int] = mapped_column(sa.Integer)
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    given_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class LegalHold(Record):
    """A person whose records must not be deleted, whatever retention or the person says."""

    __tablename__ = "legal_holds"
    __table_args__ = (owned_by("users", "user_id"),)

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    reason: Mapped[str] = mapped_column(EncryptedText)
    placed_by: Mapped[str] = mapped_column(KEY)
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class AdminAccount(Record):
    """Who may open the admin pages. `passphrase` is an argon2id hash; `totp_secret` is NULL before enrolment.

    `failures` counts wrong tries since the last right one; until `locked_until` no try is looked at.
    """

    __tablename__ = "admin_accounts"

    name: Mapped[str] = mapped_column(KEY, primary_key=True)
    tenant: Mapped[str] = mapped_column(KEY)
    passphrase: Mapped[str | None] = mapped_column(sa.Text)
    totp_secret: Mapped[str | None] = mapped_column(EncryptedText)
    totp_last_step: Mapped[int | None] = mapped_column(sa.BigInteger)
    active: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    failures: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class AdminSession(Record):
    """A signed-in browser. `token_hash` is of the cookie, which is kept nowhere; signing out deletes the row."""

    __tablename__ = "admin_sessions"
    __table_args__ = (
        sa.ForeignKeyConstraint(["account"], ["admin_accounts.name"], ondelete="CASCADE"),
        sa.Index("ix_admin_sessions_account", "account"),
    )

    token_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    account: Mapped[str] = mapped_column(KEY)
    address: Mapped[str] = mapped_column(sa.String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime] = mapped_column(UtcDateTime)
