"""What is sent unasked, and to whom: digests and alerts, both of one user."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import CURRENCY, KEY, NOW, SYMBOL, Record, one_of, owned_by
from bot.records.columns import ExactDecimal, FreeText, JsonDocument, UtcDateTime
from bot.records.encrypted_columns import EncryptedJson

DIGEST_KINDS = ("market_open", "market_close", "weekly_review", "my_portfolio", "watchlist", "team_channel")
ALERT_CONDITIONS = ("above", "below", "day_move_percent", "new_high", "new_low", "drawdown_percent", "earnings")


class Digest(Record):
    """A scheduled summary.

    `schedule` is a cron line that names days ("0 8 * * mon-fri") in `time_zone`, or a time from the session of
    `calendar` ("close+30m"). `target` is what the surface posts to. `last_slot` is the last one that was put in the
    inbox; slots up to `since` are none of it. `symbols` are what it is about, where its kind doesn't say.
    `failure` is why it was switched off by the program, NULL while it was not.
    """

    __tablename__ = "digests"
    __table_args__ = (owned_by("users", "user_id"),)

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY)
    kind: Mapped[str] = mapped_column(one_of("kind", DIGEST_KINDS, 32))
    surface: Mapped[str] = mapped_column(sa.String(16))
    target: Mapped[Any] = mapped_column(EncryptedJson)
    sections: Mapped[Any] = mapped_column(JsonDocument)
    symbols: Mapped[Any | None] = mapped_column(EncryptedJson)
    schedule: Mapped[str] = mapped_column(sa.String(64))
    time_zone: Mapped[str] = mapped_column(sa.String(64))
    calendar: Mapped[str] = mapped_column(sa.String(16))
    holidays: Mapped[str] = mapped_column(one_of("holidays", ("skip", "say", "send")))
    quiet_hours: Mapped[Any | None] = mapped_column(JsonDocument)
    paused: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    last_slot: Mapped[str | None] = mapped_column(sa.String(64))
    since: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)
    failure: Mapped[str | None] = mapped_column(FreeText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class Alert(Record):
    """Something a person wants to be told of. `threshold` is a price in `currency`, or a percentage, or NULL.

    `armed` is whether the next crossing is told: it is taken away by one, and given back once the value has gone back
    far enough. `last_value` and `last_as_of` are what was seen at the last evaluation.
    """

    __tablename__ = "alerts"
    __table_args__ = (owned_by("users", "user_id"), sa.Index("ix_alerts_symbol", "symbol"))

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY)
    surface: Mapped[str] = mapped_column(sa.String(16))
    target: Mapped[Any] = mapped_column(EncryptedJson)
    symbol: Mapped[str | None] = mapped_column(SYMBOL)
    condition: Mapped[str] = mapped_column(one_of("condition", ALERT_CONDITIONS, 32))
    threshold: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    currency: Mapped[str | None] = mapped_column(CURRENCY)
    armed: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    paused: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    quiet_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_value: Mapped[Decimal | None] = mapped_column(ExactDecimal)
    last_as_of: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_fired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failure: Mapped[str | None] = mapped_column(FreeText)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)
