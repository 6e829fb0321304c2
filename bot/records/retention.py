"""What was kept long enough is deleted, class by class, as each tenant's policy says; a legal hold beats it.

A class that the policy does not name is kept for ever, but feedback without days of its own goes with its turn. Where
it has days, its turn waits for it. Each page is one unit of work with one row of the audit log, whatever the history.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.records import audit, confirmations, offers
from bot.records.admin_tables import AdminAccount, AdminSession, Feedback, LegalHold, Policy
from bot.records.identities import asker_of_event
from bot.records.inbox_tables import InboxEvent
from bot.records.personal_data import drop_empty
from bot.records.tables import Turn
from bot.records.users import Actor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database

BATCH = 500
WHO = "retention"
"""The actor of its rows in the audit log."""
_FINISHED = ("done", "dead", "cancelled")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of each class were deleted; what a turn or an event owns is not counted."""

    feedback: int = 0
    turns: int = 0
    events: int = 0
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class _Page:
    """One page of one class of one tenant: rows older than `before`, from behind `after` on."""

    tenant: str
    days: Mapping[str, int]
    before: datetime
    after: tuple[Any, ...] | None
    size: int


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a page held: how many rows were looked at and deleted, and the key of the last one."""

    looked_at: int
    deleted: int
    last: tuple[Any, ...] | None


async def purge(database: Database, now: datetime, *, batch: int = BATCH) -> Counts:
    """Delete everything that is older than its class may be, and return how much. Stopped half-way, it can go on."""
    async with database.read() as session:
        policies = (await session.execute(sa.select(Policy.tenant, Policy.retention_days))).all()
    counts: Counter[str] = Counter()
    for tenant, days in policies:
        for name, look in _CLASSES.items():
            if name in days:
                page = _Page(tenant, days, now - timedelta(days=days[name]), None, batch)
                counts[name] += await _purge_class(database, name, look, page, now)
    await database.run(lambda session: confirmations.drop_expired(session, now))
    await database.run(lambda session: offers.drop_expired(session, now))
    if any(counts.values()):
        await database.empty_log()
    return Counts(**counts)


async def _purge_class(
    database: Database,
    name: str,
    look: Callable[[AsyncSession, _Page], Awaitable[_Seen]],
    page: _Page,
    now: datetime,
) -> int:
    deleted = 0
    while True:

        async def unit(session: AsyncSession, page: _Page = page) -> _Seen:
            seen = await look(session, page)
            if seen.deleted:
                actor = Actor(WHO, page.tenant)
                await audit.append(session, actor, "retention.purge", name, {"deleted": seen.deleted}, at=now)
            return seen

        seen = await database.run(unit)
        deleted += seen.deleted
        if seen.looked_at < page.size:
            return deleted
        page = _Page(page.tenant, page.days, page.before, seen.last, page.size)


async def _feedback(session: AsyncSession, page: _Page) -> _Seen:
    """Feedback by its own age; on hold with its giver or with who asked."""
    key = (Feedback.given_at, Feedback.turn_id, Feedback.user_id)
    asker = sa.and_(Turn.tenant == Feedback.tenant, Turn.id == Feedback.turn_id)
    found = await _older(session, page, key, Turn.user_id, join=(Feedback, Turn, asker))
    held = await _held(session, page.tenant, {row[2] for row in found} | {row[3] for row in found})
    due = [row for row in found if not held & {row[2], row[3]}]
    for turn, giver in ((row[1], row[2]) for row in due):
        await session.execute(
            sa.delete(Feedback).where(
                Feedback.tenant == page.tenant, Feedback.turn_id == turn, Feedback.user_id == giver
            )
        )
    return _seen(found, len(due), len(key))


async def _turns(session: AsyncSession, page: _Page) -> _Seen:
    """Ended turns with their calls, unless feedback on them must stay."""
    key = (Turn.finished_at, Turn.id)
    found = await _older(session, page, key, Turn.user_id, Turn.conversation_id, where=Turn.status != "running")
    held = await _held(session, page.tenant, {row[2] for row in found})
    due = {row[1]: row[3] for row in found if row[2] not in held}
    rated = await session.execute(
        sa.select(Feedback.turn_id, Feedback.user_id).where(
            Feedback.tenant == page.tenant, Feedback.turn_id.in_(list(due))
        )
    )
    givers = [(turn, giver) for turn, giver in rated]
    held_givers = await _held(session, page.tenant, {giver for _, giver in givers})
    for turn, giver in givers:
        if "feedback" in page.days or giver in held_givers:  # feedback that was due went before
            due.pop(turn, None)
    await session.execute(sa.delete(Turn).where(Turn.tenant == page.tenant, Turn.id.in_(list(due))))
    await drop_empty(session, page.tenant, sorted(set(due.values())))
    return _seen(found, len(due), len(key))


async def _events(session: AsyncSession, page: _Page) -> _Seen:
    """Finished events with what was posted for them; on hold by their account, and by who asked with it."""
    key, who = (InboxEvent.finished_at, InboxEvent.id), (InboxEvent.user_id, asker_of_event())
    found = await _older(session, page, key, *who, where=InboxEvent.state.in_(_FINISHED))
    held = await _held(session, page.tenant, {row[2] for row in found} | {row[3] for row in found})
    due = [row[1] for row in found if not held & {row[2], row[3]}]
    await session.execute(sa.delete(InboxEvent).where(InboxEvent.tenant == page.tenant, InboxEvent.id.in_(due)))
    return _seen(found, len(due), len(key))


async def _sessions(session: AsyncSession, page: _Page) -> _Seen:
    """Signed-in browsers that were not seen since."""
    key: tuple[Any, ...] = (AdminSession.seen_at, AdminSession.token_hash)
    query: sa.Select[Any] = sa.select(*key).join(AdminAccount, AdminAccount.name == AdminSession.account)
    query = query.where(AdminAccount.tenant == page.tenant, AdminSession.seen_at < page.before)
    found: Sequence[Any] = (await session.execute(_paged(query, key, page))).all()
    due = [row[1] for row in found]
    await session.execute(sa.delete(AdminSession).where(AdminSession.token_hash.in_(due)))
    return _seen(found, len(due), len(key))


async def _older(
    session: AsyncSession,
    page: _Page,
    key: tuple[Any, ...],
    *more: Any,
    where: sa.ColumnElement[bool] | None = None,
    join: tuple[Any, Any, Any] | None = None,
) -> Sequence[Any]:
    """The next rows whose time, the first part of `key`, is before the page's; with `more` columns behind the key."""
    query = sa.select(*key, *more).where(key[0].class_.tenant == page.tenant, key[0] < page.before)
    if where is not None:
        query = query.where(where)
    if join is not None:
        query = query.select_from(sa.join(*join))
    found: Sequence[Any] = (await session.execute(_paged(query, key, page))).all()
    return found


def _paged(query: sa.Select[Any], key: tuple[Any, ...], page: _Page) -> sa.Select[Any]:
    if page.after is not None:
        query = query.where(
            sa.tuple_(*key) > sa.tuple_(*(sa.bindparam(None, v, c.type) for c, v in zip(key, page.after, strict=True)))
        )
    return query.order_by(*key).limit(page.size)


async def _held(session: AsyncSession, tenant: str, users: set[str]) -> set[str]:
    """Those of the users who are on legal hold."""
    held = await session.scalars(
        sa.select(LegalHold.user_id).where(LegalHold.tenant == tenant, LegalHold.user_id.in_(list(users)))
    )
    return set(held)


def _seen(found: Sequence[Any], deleted: int, width: int) -> _Seen:
    return _Seen(len(found), deleted, tuple(found[-1][:width]) if found else None)


_CLASSES: dict[str, Callable[[AsyncSession, _Page], Awaitable[_Seen]]] = {
    "feedback": _feedback,
    "turns": _turns,
    "events": _events,
    "sessions": _sessions,
}
RETENTION_CLASSES = tuple(_CLASSES)
"""What a policy can name; feedback goes first, as turns wait for it."""
