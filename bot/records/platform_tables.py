"""What chat platforms need kept: installations, where to write to people, what they like, what was offered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.admin_tables import PLACES, PLATFORMS
from bot.records.base import CURRENCY, KEY, NOW, Record, one_of, owned_by
from bot.records.columns import FreeText, UtcDateTime
from bot.records.encrypted_columns import EncryptedJson, EncryptedText

RISK_PROFILES = ("cautious", "balanced", "adventurous")


class SlackInstallation(Record):
    """The app in one Slack workspace, whose id is `tenant`. An inactive one was taken out or revoked.

    `expires_at` and `refresh_token` are there where tokens are rotated.
    """

    __tablename__ = "slack_installations"

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    name: Mapped[str] = mapped_column(FreeText)
    enterprise_id: Mapped[str | None] = mapped_column(KEY)
    app_id: Mapped[str] = mapped_column(KEY)
    bot_user: Mapped[str] = mapped_column(KEY)
    bot_token: Mapped[str] = mapped_column(EncryptedText)
    refresh_token: Mapped[str | None] = mapped_column(EncryptedText)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    scopes: Mapped[str] = mapped_column(FreeText)
    installed_by: Mapped[str] = mapped_column(KEY)
    active: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    installed_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class OauthState(Record):
    """An installation that was begun in a browser; `state_hash` is of what comes back with it, once, in time."""

    __tablename__ = "oauth_states"

    state_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HeardEvent(Record):
    """A kind of event that a platform has delivered, and when it first did; `kind` is the platform's name of it."""

    __tablename__ = "heard_events"

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    platform: Mapped[str] = mapped_column(one_of("platform", PLATFORMS), primary_key=True)
    kind: Mapped[str] = mapped_column(KEY, primary_key=True)
    heard_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ConversationReference(Record):
    """A conversation of a platform that can be written to unasked. `reference` is what the platform needs for it.

    `user_id` is the platform's id of the person of a direct one, NULL in a shared one. `failure` is why it can't be
    written to any more, NULL while it can.
    """

    __tablename__ = "conversation_references"
    __table_args__ = (sa.Index("ix_conversation_references_user", "tenant", "platform", "user_id"),)

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    platform: Mapped[str] = mapped_column(one_of("platform", PLATFORMS), primary_key=True)
    conversation_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str | None] = mapped_column(KEY)
    kind: Mapped[str] = mapped_column(one_of("kind", PLACES))
    reference: Mapped[Any] = mapped_column(EncryptedJson)
    failure: Mapped[str | None] = mapped_column(FreeText)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class Preference(Record):
    """What a person has chosen; NULL means as the tenant's policy or the platform says.

    A `risk_profile` is good for a year from `risk_profile_on`.
    """

    __tablename__ = "preferences"
    __table_args__ = (owned_by("users", "user_id"),)

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    base_currency: Mapped[str | None] = mapped_column(CURRENCY)
    time_zone: Mapped[str | None] = mapped_column(sa.String(64))
    locale: Mapped[str | None] = mapped_column(sa.String(16))
    risk_profile: Mapped[str | None] = mapped_column(one_of("risk_profile", RISK_PROFILES))
    risk_profile_on: Mapped[date | None] = mapped_column(sa.Date)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class OfferRecord(Record):
    """A change that was offered to a person as a button. `key` is the hash of the button's nonce.

    `command` is the typed command that makes it, or what an import would keep; it was offered in `conversation`, where
    the person asked about `client_id`, NULL for themselves. `used_at` is NULL until it was decided.
    """

    __tablename__ = "offers"
    __table_args__ = (owned_by("users", "user_id"), sa.Index("ix_offers_expires", "expires_at"))

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY)
    kind: Mapped[str] = mapped_column(sa.String(32))
    command: Mapped[str] = mapped_column(EncryptedText)
    conversation: Mapped[str] = mapped_column(KEY)
    client_id: Mapped[str | None] = mapped_column(KEY)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
