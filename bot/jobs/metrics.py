"""What Prometheus reads of one replica: turns as they end, and the state of the inbox when it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.records.backlog import backlog
from bot.records.inbox import database_now
from bot.records.inbox_tables import InboxConversation, InboxEvent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.messages import Reply
    from bot.records.database import Database

SECONDS = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128)


class Metrics:
    """The figures of this process; each has its unit in its name."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._turns = Counter("tuppence_turns", "Turns that ended, by how.", ["status"], registry=self._registry)
        self._seconds = Histogram(
            "tuppence_turn_seconds", "Wall time of a turn.", buckets=SECONDS, registry=self._registry
        )
        self._waiting = Gauge("tuppence_events_waiting", "Events not finished yet.", registry=self._registry)
        self._oldest = Gauge(
            "tuppence_oldest_event_seconds", "Age of the oldest event not finished yet.", registry=self._registry
        )
        self._conversations = Gauge(
            "tuppence_conversations_in_work", "Conversations that a worker holds.", registry=self._registry
        )
        self._dead = Gauge(
            "tuppence_dead_letters", "Events given up, to be replayed by an admin.", registry=self._registry
        )
        self._silent = Gauge(
            "tuppence_model_silent", "1 for a model that is left alone for now.", ["model"], registry=self._registry
        )

    def turn_ended(self, reply: Reply) -> None:
        """Count one turn."""
        self._turns.labels(reply.status).inc()
        if reply.timings:
            self._seconds.observe(reply.timings.total / 1000)

    async def page(self, database: Database, silent: Mapping[str, bool]) -> bytes:
        """Everything in Prometheus' text format; `silent` has each model of a server. Raises `DatabaseError`."""
        async with database.read() as session:
            now = await database_now(session)
            waiting = await backlog(session, now=now)
            held = await session.scalar(
                sa.select(sa.func.count()).where(
                    InboxConversation.next_at.is_not(None), InboxConversation.owner.is_not(None)
                )
            )
            dead = await session.scalar(sa.select(sa.func.count()).where(InboxEvent.state == "dead"))
        self._waiting.set(waiting.count)
        self._oldest.set((now - waiting.since).total_seconds() if waiting.since else 0)
        self._conversations.set(held or 0)
        self._dead.set(dead or 0)
        for model, is_silent in silent.items():
            self._silent.labels(model).set(is_silent)
        return generate_latest(self._registry)
