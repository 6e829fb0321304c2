"""The tables. `tenant` is part of every key, so that two tenants with equal ids never meet.

users ─┬─ portfolios ─┬─ accounts ─┬─ transactions
       │              │            └─ cash_balances
       │              └─ target_weights
       ├─ watchlist_items
       └─ turns ─── tool_calls
conversations ─┴─ chosen_clients
model_scores, models, audit_log

What waits for its turn is in `inbox_tables`, what admins keep in `admin_tables`, keys in `privacy_tables`, what the
platforms need in `platform_tables`, digests and alerts in `schedule_tables`. What clients say, own and are called is
encrypted (`encrypted_columns`).

A change here needs a migration; a test compares the two on both databases.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.records import admin_tables as _admin_tables
from bot.records import inbox_tables as _inbox_tables
from bot.records import platform_tables as _platform_tables
from bot.records import privacy_tables as _privacy_tables
from bot.records import schedule_tables as _schedule_tables
from bot.records.base import CURRENCY, KEY, NOW, SYMBOL, Record, one_of, owned_by
from bot.records.columns import FreeText, JsonDocument, UtcDateTime
from bot.records.encrypted_columns import EncryptedDecimal, EncryptedJson, EncryptedName, EncryptedText

TABLES = (_admin_tables, _inbox_tables, _platform_tables, _privacy_tables, _schedule_tables)
"""Imported so that `Record.metadata` knows all tables wherever one of them is used."""

TURN_STATUSES = ("running", "answered", "declined", "clarify", "failed")
FIRST_HASH = "0" * 64
"""What the first row of an audit log names as the one before."""


class User(Record):
    """A person who asks. `id` is the terminal's user name, or a platform's immutable id; never a display name.

    `disclosed_at` is when they were last told that a machine answers.
    """

    __tablename__ = "users"

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    display_name: Mapped[str] = mapped_column(EncryptedText)
    active: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.true())
    disclosed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class PortfolioRecord(Record):
    """One portfolio of a user; `is_sample` marks the made-up one of the first run."""

    __tablename__ = "portfolios"
    __table_args__ = (owned_by("users", "user_id"), sa.UniqueConstraint("tenant", "user_id", "name"))

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY)
    name: Mapped[str] = mapped_column(EncryptedName)
    base_currency: Mapped[str] = mapped_column(CURRENCY)
    is_sample: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class Account(Record):
    """One account of a portfolio; the one named "" holds what was imported without an account."""

    __tablename__ = "accounts"
    __table_args__ = (owned_by("portfolios", "portfolio_id"), sa.UniqueConstraint("tenant", "portfolio_id", "name"))

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    portfolio_id: Mapped[str] = mapped_column(KEY)
    name: Mapped[str] = mapped_column(EncryptedName)


class TransactionRecord(Record):
    """One dated buy (`quantity` > 0) or sale (< 0); `price` per share in `currency`, NULL when unknown.

    `position` keeps the order in which they were entered within an account.
    """

    __tablename__ = "transactions"
    __table_args__ = (owned_by("accounts", "account_id"), sa.UniqueConstraint("tenant", "account_id", "position"))

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    account_id: Mapped[str] = mapped_column(KEY)
    position: Mapped[int] = mapped_column(sa.Integer)
    symbol: Mapped[str] = mapped_column(SYMBOL)
    quantity: Mapped[Decimal] = mapped_column(EncryptedDecimal)
    price: Mapped[Decimal | None] = mapped_column(EncryptedDecimal)
    currency: Mapped[str] = mapped_column(CURRENCY)
    traded_on: Mapped[date] = mapped_column(sa.Date)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class CashBalance(Record):
    """Cash in one currency in an account."""

    __tablename__ = "cash_balances"
    __table_args__ = (owned_by("accounts", "account_id"),)

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    account_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    currency: Mapped[str] = mapped_column(CURRENCY, primary_key=True)
    amount: Mapped[Decimal] = mapped_column(EncryptedDecimal)


class TargetWeight(Record):
    """The share of a portfolio that its owner wants in a symbol, as a fraction."""

    __tablename__ = "target_weights"
    __table_args__ = (owned_by("portfolios", "portfolio_id"),)

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    portfolio_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    symbol: Mapped[str] = mapped_column(SYMBOL, primary_key=True)
    weight: Mapped[Decimal] = mapped_column(EncryptedDecimal)


class WatchlistItem(Record):
    """One symbol a user watches; `position` keeps their order."""

    __tablename__ = "watchlist_items"
    __table_args__ = (owned_by("users", "user_id"),)

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    symbol: Mapped[str] = mapped_column(SYMBOL, primary_key=True)
    position: Mapped[int] = mapped_column(sa.Integer)


class Conversation(Record):
    """A thread of turns in one place; it may have several askers, each of whom has turns of their own."""

    __tablename__ = "conversations"

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    surface: Mapped[str] = mapped_column(sa.String(16))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class ChosenClient(Record):
    """Whose data an asker has chosen to ask about in a conversation; without a row it is the asker's own."""

    __tablename__ = "chosen_clients"
    __table_args__ = (
        owned_by("conversations", "conversation_id"),
        sa.ForeignKeyConstraint(
            ["tenant", "user_id"],
            ["users.tenant", "users.id"],
            ondelete="CASCADE",
            name="fk_chosen_clients_users_asker",
        ),
        sa.ForeignKeyConstraint(
            ["tenant", "client_id"],
            ["users.tenant", "users.id"],
            ondelete="CASCADE",
            name="fk_chosen_clients_users_client",
        ),
    )

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    client_id: Mapped[str] = mapped_column(KEY)
    chosen_at: Mapped[datetime] = mapped_column(UtcDateTime, server_default=NOW)


class Turn(Record):
    """One question and its answer.

    It is saved as "running" before any work; `process` says who works on it and `deadline_at` when it has surely
    ended, so that one killed half-way is found. `evidence` is what the answer shows besides text: figures,
    sentences withheld, charts, calls that it only proposed, and who worded it where another model did.
    """

    __tablename__ = "turns"
    __table_args__ = (
        owned_by("users", "user_id"),
        owned_by("conversations", "conversation_id"),
        sa.UniqueConstraint("tenant", "conversation_id", "position"),
        sa.Index("ix_turns_user", "tenant", "user_id"),
        sa.Index("ix_turns_finished", "tenant", "finished_at", "id"),
        # Few turns are running at any time, so finding those costs the same however long the history is.
        sa.Index(
            "ix_turns_running",
            "status",
            postgresql_where=sa.text("status = 'running'"),
            sqlite_where=sa.text("status = 'running'"),
        ),
    )

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    user_id: Mapped[str] = mapped_column(KEY)
    conversation_id: Mapped[str] = mapped_column(KEY)
    position: Mapped[int] = mapped_column(sa.Integer)
    status: Mapped[str] = mapped_column(one_of("status", TURN_STATUSES))
    question: Mapped[str] = mapped_column(EncryptedText)
    answer: Mapped[str | None] = mapped_column(EncryptedText)
    failure: Mapped[str | None] = mapped_column(EncryptedText)
    evidence: Mapped[Any | None] = mapped_column(EncryptedJson)
    timings_ms: Mapped[Any | None] = mapped_column(JsonDocument)
    model_name: Mapped[str | None] = mapped_column(FreeText)
    model_backend: Mapped[str | None] = mapped_column(sa.String(16))
    model_digest: Mapped[str | None] = mapped_column(sa.String(128))
    prompt_hash: Mapped[str | None] = mapped_column(sa.String(128))
    process: Mapped[str] = mapped_column(FreeText)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ToolCallRecord(Record):
    """One tool call of a turn: `arguments` as the model wrote them, `resolved` as they were understood."""

    __tablename__ = "tool_calls"
    __table_args__ = (owned_by("turns", "turn_id"),)

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    turn_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    position: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(FreeText)
    arguments: Mapped[Any | None] = mapped_column(EncryptedJson)
    resolved: Mapped[Any | None] = mapped_column(EncryptedJson)
    ok: Mapped[bool] = mapped_column(sa.Boolean)
    error: Mapped[str | None] = mapped_column(EncryptedText)
    result: Mapped[Any | None] = mapped_column(EncryptedJson)
    duration_ms: Mapped[float | None] = mapped_column(sa.Float)


class ModelScore(Record):
    """What one model reached in one suite, measured on this machine; every run is kept.

    `correct` of `total` questions; milliseconds are of one decision; `memory_mb` is the most the process held, NULL
    where another process serves the model. `parts` are the counts by tool and by voice.
    """

    __tablename__ = "model_scores"
    __table_args__ = (sa.Index("ix_model_scores_model", "tenant", "model", "suite"),)

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    model: Mapped[str] = mapped_column(KEY)
    backend: Mapped[str] = mapped_column(sa.String(16))
    digest: Mapped[str] = mapped_column(sa.String(128))
    suite: Mapped[str] = mapped_column(sa.String(32))
    correct: Mapped[int] = mapped_column(sa.Integer)
    total: Mapped[int] = mapped_column(sa.Integer)
    median_ms: Mapped[float] = mapped_column(sa.Float)
    p95_ms: Mapped[float] = mapped_column(sa.Float)
    memory_mb: Mapped[float | None] = mapped_column(sa.Float)
    parts: Mapped[Any] = mapped_column(JsonDocument)
    measured_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PortfolioModel(Record):
    """One model that an admin has named, for what it may be used, and whether it may answer.

    `roles` are of `MODEL_ROLES` in `bot.records.models`; `digest` names the weights that were promoted, NULL before. An
    approval holds for those weights alone. `changed_by` and `changed_at` are of the last act.
    """

    __tablename__ = "models"

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    name: Mapped[str] = mapped_column(KEY, primary_key=True)
    backend: Mapped[str] = mapped_column(sa.String(16))
    digest: Mapped[str | None] = mapped_column(sa.String(128))
    roles: Mapped[Any] = mapped_column(JsonDocument)
    approved: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    changed_by: Mapped[str] = mapped_column(KEY)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditRecord(Record):
    """One act, in a chain: `hash` covers the row and the hash before it. The database refuses to change or delete one.

    `sequence` counts from 1 within a tenant; the first row has `FIRST_HASH` before it.
    """

    __tablename__ = "audit_log"

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    sequence: Mapped[int] = mapped_column(sa.Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(KEY)
    action: Mapped[str] = mapped_column(sa.String(64))
    subject: Mapped[str] = mapped_column(FreeText)
    details: Mapped[Any] = mapped_column(JsonDocument)
    previous_hash: Mapped[str] = mapped_column(sa.String(64))
    hash: Mapped[str] = mapped_column(sa.String(64))
