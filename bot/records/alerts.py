"""What people want to be told of: each person's own, for nobody else to see or change. All inside the caller's unit.

This is the one door to the table: the acts of a person name their actor and reach that person's rows alone; what the
pass over all alerts and the messages need is below, and tells them nothing that isn't needed.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.records import audit, users
from bot.records.admin_tables import KillSwitch, Tenant
from bot.records.audit import Act
from bot.records.schedule_tables import Alert
from bot.records.tables import User
from bot.records.users import Actor
from tools.alerts.rules import Watch
from tools.alerts.telling import Level

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

MOST = 50
"""How many alerts a person may have."""
WHO = "alerts"
"""Who is named in the log for what the program does to an alert by itself."""
Key = tuple[str, str]
"""(tenant, id) of an alert."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An alert on record."""

    tenant: str
    id: str
    user: str
    surface: str
    level: Level
    watch: Watch
    paused: bool
    quiet_until: datetime | None
    failure: str | None

    @property
    def key(self) -> Key:
        """What names it among all."""
        return (self.tenant, self.id)

    @property
    def owner(self) -> Actor:
        """Whose it is."""
        return Actor(self.user, self.tenant)

    def is_silent(self, now: datetime) -> bool:
        """Whether it must not go off now."""
        return self.paused or self.failure is not None or (self.quiet_until is not None and now < self.quiet_until)


# --- a person's own ---


async def alerts_of(session: AsyncSession, actor: Actor) -> tuple[Kept, ...]:
    """The actor's alerts, the oldest first: that order gives them their numbers. Raises `UnknownUser`."""
    await users.require_user(session, actor)
    return await _own(session, actor)


async def add(
    session: AsyncSession, actor: Actor, level: Level, watch: Watch, *, surface: str, target: Any, at: datetime
) -> Kept | None:
    """Keep a new alert, in the state `watch`; None when the actor has as many as anybody may. Raises `UnknownUser`."""
    await users.require_user(session, actor)
    await audit.take_turns(session, actor.tenant)  # two at once must not both be the last that fits
    count = sa.select(sa.func.count()).select_from(Alert)
    if (await session.scalar(count.where(Alert.tenant == actor.tenant, Alert.user_id == actor.user)) or 0) >= MOST:
        return None
    row = Alert(
        tenant=actor.tenant,
        id=uuid.uuid4().hex,
        user_id=actor.user,
        surface=surface,
        target=target,
        symbol=level.symbol,
        condition=level.condition,
        threshold=level.threshold,
        currency=level.currency,
        paused=False,
        created_at=at,
    )
    _write(row, watch)
    session.add(row)
    await session.flush()
    await audit.append(session, actor, "alert.add", row.id, {"condition": level.condition}, at=at)
    return _kept(row)


async def remove(session: AsyncSession, actor: Actor, alert_id: str, *, at: datetime) -> bool:
    """Delete an alert of the actor's; False when there is none of that id. Raises `UnknownUser`."""
    row = await _mine(session, actor, alert_id)
    if row is None:
        return False
    await session.delete(row)
    await session.flush()
    await audit.append(session, actor, "alert.remove", alert_id, {}, at=at)
    return True


async def pause(session: AsyncSession, actor: Actor, alert_id: str, *, at: datetime) -> bool:
    """Look at it no more until it is resumed; False when there is no such alert of the actor's."""
    return await _set(session, actor, alert_id, "alert.pause", {"paused": True}, at=at)


async def resume(session: AsyncSession, actor: Actor, alert_id: str, *, at: datetime) -> bool:
    """End its pause and its silence, and switch it on again; False when there is no such alert of the actor's."""
    values = {"paused": False, "quiet_until": None, "failure": None}
    return await _set(session, actor, alert_id, "alert.resume", values, at=at)


async def snooze(session: AsyncSession, actor: Actor, alert_id: str, until: datetime, *, at: datetime) -> bool:
    """Let it not go off before `until`; False when there is no such alert of the actor's."""
    return await _set(session, actor, alert_id, "alert.snooze", {"quiet_until": until}, at=at)


async def _set(
    session: AsyncSession, actor: Actor, alert_id: str, action: str, values: dict[str, Any], *, at: datetime
) -> bool:
    row = await _mine(session, actor, alert_id)
    if row is None:
        return False
    for name, value in values.items():
        setattr(row, name, value)
    await session.flush()
    await audit.append(session, actor, action, alert_id, {}, at=at)
    return True


async def _mine(session: AsyncSession, actor: Actor, alert_id: str) -> Alert | None:
    """An alert of the actor's, to be changed in this unit."""
    await users.require_user(session, actor)
    row = await session.get(Alert, (actor.tenant, alert_id), with_for_update=True, populate_existing=True)
    return row if row is not None and row.user_id == actor.user else None


async def _own(session: AsyncSession, actor: Actor) -> tuple[Kept, ...]:
    rows = await session.scalars(
        sa.select(Alert)
        .where(Alert.tenant == actor.tenant, Alert.user_id == actor.user)
        .order_by(Alert.created_at, Alert.id)
    )
    return tuple(_kept(row) for row in rows)


# --- the pass over all of them ---


async def are_any(session: AsyncSession, surfaces: Iterable[str]) -> bool:
    """Whether there is an alert to look at, of the surfaces given."""
    query = sa.select(Alert.id).where(Alert.surface.in_(list(surfaces)), sa.not_(Alert.paused), Alert.failure.is_(None))
    return await session.scalar(query.limit(1)) is not None


async def watched(session: AsyncSession, surfaces: Iterable[str], owner: Actor | None = None) -> tuple[Kept, ...]:
    """What is to be looked at: switched on, of owners and tenants that nobody has stopped, in one order everywhere."""
    stopped = sa.select(KillSwitch.subject).where(
        KillSwitch.tenant == Alert.tenant,
        sa.or_(KillSwitch.kind == "tenant", sa.and_(KillSwitch.kind == "user", KillSwitch.subject == Alert.user_id)),
    )
    suspended = sa.select(Tenant.tenant).where(Tenant.tenant == Alert.tenant, sa.not_(Tenant.active))
    columns = [column for column in Alert.__table__.columns if column.name != "target"]
    query = (
        sa.select(*columns)
        .join(User, sa.and_(User.tenant == Alert.tenant, User.id == Alert.user_id, User.active))
        .where(
            Alert.surface.in_(list(surfaces)),
            sa.not_(Alert.paused),
            Alert.failure.is_(None),
            ~stopped.exists(),
            ~suspended.exists(),
        )
        .order_by(Alert.tenant, Alert.id)
    )
    if owner:
        query = query.where(Alert.tenant == owner.tenant, Alert.user_id == owner.user)
    return tuple(_kept(row) for row in await session.execute(query))


async def ownerless(session: AsyncSession) -> tuple[Kept, ...]:
    """Alerts that are switched on, of people who are not active any more."""
    rows = await session.scalars(
        sa.select(Alert)
        .join(User, sa.and_(User.tenant == Alert.tenant, User.id == Alert.user_id, sa.not_(User.active)))
        .where(Alert.failure.is_(None))
        .order_by(Alert.tenant, Alert.id)
    )
    return tuple(_kept(row) for row in rows)


async def locked(session: AsyncSession, keys: Sequence[Key]) -> tuple[Kept, ...]:
    """Those that are still there, as they are now; others who would change them wait until this unit ends."""
    rows = await session.scalars(
        sa.select(Alert)
        .where(sa.tuple_(Alert.tenant, Alert.id).in_(list(keys)))
        .order_by(Alert.tenant, Alert.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return tuple(_kept(row) for row in rows)


async def put(session: AsyncSession, key: Key, watch: Watch) -> None:
    """Keep the state of an alert that this unit has locked."""
    await session.execute(
        sa.update(Alert)
        .where(Alert.tenant == key[0], Alert.id == key[1])
        .values(
            threshold=watch.threshold,
            armed=watch.armed,
            last_value=watch.last_value,
            last_as_of=watch.last_as_of,
            last_fired_at=watch.fired_at,
        )
        .execution_options(synchronize_session=False)
    )


async def note_seen(session: AsyncSession, seen: Sequence[tuple[Key, Watch]]) -> None:
    """Keep the last values of alerts that neither went off nor were armed; what somebody kept later stays."""
    if not seen:
        return
    table = Alert.__table__
    statement = (
        sa.update(table)  # type: ignore[arg-type]  # a table it is
        .where(
            table.c.tenant == sa.bindparam("of_tenant"),
            table.c.id == sa.bindparam("of_id"),
            sa.or_(table.c.last_as_of.is_(None), table.c.last_as_of < sa.bindparam("seen_as_of")),
        )
        .values(last_value=sa.bindparam("seen_value"), last_as_of=sa.bindparam("seen_as_of"))
    )
    rows = [
        {"of_tenant": key[0], "of_id": key[1], "seen_value": watch.last_value, "seen_as_of": watch.last_as_of}
        for key, watch in seen
    ]
    await (await session.connection()).execute(statement, rows)


# --- messages that can't be told any more ---


async def find(session: AsyncSession, key: Key) -> Kept | None:
    """The alert that a message is of, as it is now."""
    row = await session.get(Alert, key, populate_existing=True)
    return _kept(row) if row else None


async def switch_off(session: AsyncSession, alerts: Sequence[Kept], reason: str, *, at: datetime) -> None:
    """Look at alerts no more, for a reason that their owner and an admin read; once, with a row in the log for each."""
    for kept in alerts:
        changed = await session.execute(
            sa.update(Alert)
            .where(Alert.tenant == kept.tenant, Alert.id == kept.id, Alert.failure.is_(None))
            .values(failure=reason)
            .returning(Alert.id)
            .execution_options(synchronize_session=False)
        )
        if changed.first() is not None:
            act = Act("alert.off", kept.id, {"reason": reason})
            await audit.append_all(session, Actor(WHO, kept.tenant), [act], at=at)


def _write(row: Alert, watch: Watch) -> None:
    row.threshold, row.armed = watch.threshold, watch.armed
    row.last_value, row.last_as_of, row.last_fired_at = watch.last_value, watch.last_as_of, watch.fired_at


def _kept(row: Any) -> Kept:
    level = Level(row.condition, row.symbol, row.threshold, row.currency)
    watch = Watch(row.condition, row.threshold, row.armed, row.last_value, row.last_as_of, row.last_fired_at)
    return Kept(row.tenant, row.id, row.user_id, row.surface, level, watch, row.paused, row.quiet_until, row.failure)
