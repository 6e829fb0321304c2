"""What waits to be done, and what waits to be posted.

inbox_conversations ─── inbox_events ─── outbox_messages

Finished events stay for the record; everything that is looked for while working has a partial index over what is not
finished, so that a turn costs the same however long the history is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from bot.records.base import KEY, Record, one_of
from bot.records.columns import FreeText, UtcDateTime
from bot.records.encrypted_columns import EncryptedJson, EncryptedText

EVENT_STATES = ("waiting", "answered", "done", "dead", "cancelled")
"""waiting: to be worked on · answered: its reply waits in the outbox · done: nothing left to post · dead: given up."""

_OPEN = "next_at IS NOT NULL"
_UNFINISHED = "state IN ('waiting', 'answered')"


class InboxConversation(Record):
    """The queue of one conversation: who works on it, until when, and when there is something to do next.

    `fence` grows with every claim: a worker that slept through its lease holds an old one, and every write of its own
    is refused. `next_at` is NULL where nothing waits. `priority` and `round` are those of the event that has its turn.
    """

    __tablename__ = "inbox_conversations"
    __table_args__ = (
        sa.Index(
            "ix_inbox_conversations_open",
            "priority",
            "round",
            "next_at",
            postgresql_where=sa.text(_OPEN),
            sqlite_where=sa.text(_OPEN),
        ),
    )

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    priority: Mapped[int] = mapped_column(sa.SmallInteger, server_default=sa.text("0"))
    round: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner: Mapped[str | None] = mapped_column(KEY)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    fence: Mapped[int] = mapped_column(sa.BigInteger, server_default=sa.text("0"))


class InboxEvent(Record):
    """One thing to do, stored before it is acknowledged. `id` is the platform's event id, or a digest's slot key.

    `place` is the second key by which the same post is known ("channel/ts"), NULL where there is none. `sent_at` is the
    platform's time and orders a conversation; `claimed_at` is of the first claim. `attempts` counts claims; `steps` are
    the checkpoints of the last one.
    `priority` says how soon it has its turn, as `bot.records.inbox` names it; within one, lower rounds come first.
    `is_told`: its asker was told that it has to wait. `shown` is the platform's name of the message in which progress
    is shown, where it can't be found there by a key.
    """

    __tablename__ = "inbox_events"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["tenant", "conversation"], ["inbox_conversations.tenant", "inbox_conversations.id"], ondelete="CASCADE"
        ),
        sa.UniqueConstraint("tenant", "place"),
        sa.Index(
            "ix_inbox_events_unfinished",
            "tenant",
            "conversation",
            "sent_at",
            postgresql_where=sa.text(_UNFINISHED),
            sqlite_where=sa.text(_UNFINISHED),
        ),
        sa.Index(
            "ix_inbox_events_asker",
            "tenant",
            "user_id",
            "priority",
            "round",
            postgresql_where=sa.text(_UNFINISHED),
            sqlite_where=sa.text(_UNFINISHED),
        ),
        sa.Index(
            "ix_inbox_events_dead",
            "tenant",
            postgresql_where=sa.text("state = 'dead'"),
            sqlite_where=sa.text("state = 'dead'"),
        ),
        sa.Index("ix_inbox_events_finished", "finished_at"),
    )

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    id: Mapped[str] = mapped_column(KEY, primary_key=True)
    place: Mapped[str | None] = mapped_column(KEY)
    conversation: Mapped[str] = mapped_column(KEY)
    user_id: Mapped[str] = mapped_column(KEY)
    surface: Mapped[str] = mapped_column(sa.String(16))
    kind: Mapped[str] = mapped_column(sa.String(16))
    payload: Mapped[Any] = mapped_column(EncryptedJson)
    state: Mapped[str] = mapped_column(one_of("state", EVENT_STATES))
    priority: Mapped[int] = mapped_column(sa.SmallInteger, server_default=sa.text("0"))
    round: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    is_told: Mapped[bool] = mapped_column(sa.Boolean, server_default=sa.false())
    attempts: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    steps: Mapped[Any | None] = mapped_column(EncryptedJson)
    failure: Mapped[str | None] = mapped_column(EncryptedText)
    turn_id: Mapped[str | None] = mapped_column(KEY)
    shown: Mapped[str | None] = mapped_column(KEY)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OutboxMessage(Record):
    """A reply that is on record and has to be posted, once. `key` is written with the post, to find it again.

    `target` says where (a place of its surface), `body` what; `message_id` is the platform's name of the post.
    """

    __tablename__ = "outbox_messages"
    __table_args__ = (
        sa.ForeignKeyConstraint(["tenant", "event_id"], ["inbox_events.tenant", "inbox_events.id"], ondelete="CASCADE"),
        sa.Index(
            "ix_outbox_messages_unsent",
            "tenant",
            "event_id",
            postgresql_where=sa.text("sent_at IS NULL"),
            sqlite_where=sa.text("sent_at IS NULL"),
        ),
    )

    tenant: Mapped[str] = mapped_column(KEY, primary_key=True)
    key: Mapped[str] = mapped_column(KEY, primary_key=True)
    event_id: Mapped[str] = mapped_column(KEY)
    position: Mapped[int] = mapped_column(sa.Integer)
    surface: Mapped[str] = mapped_column(sa.String(16))
    target: Mapped[Any] = mapped_column(EncryptedJson)
    body: Mapped[Any] = mapped_column(EncryptedJson)
    attempts: Mapped[int] = mapped_column(sa.Integer, server_default=sa.text("0"))
    message_id: Mapped[str | None] = mapped_column(KEY)
    failure: Mapped[str | None] = mapped_column(FreeText)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
