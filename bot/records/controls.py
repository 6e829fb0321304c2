"""What is allowed right now, as admins have set it; read at every step of a turn, so that a switch acts at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Literal

import sqlalchemy as sa

from bot.records.admin_tables import Channel, KillSwitch, Quota, Tenant, ToolSwitch
from bot.records.tables import ToolCallRecord, Turn, User

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor

Stop = Literal["", "tenant_stopped", "user_stopped", "user_inactive"]
"""Why nobody, or not this user, is answered; the keys of `prompts/notices.md`."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
UNASKED = ("alert", "digest:")
"""How conversations begin in which nobody asks: alerts and digests are told in them."""


@dataclass(frozen=True, slots=True)
class Controls:
    """What is stopped in a tenant, and for one user of it; the defaults stop nothing."""

    stop: Stop = ""
    tools_off: frozenset[str] = frozenset()
    models_off: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SpentQuota:
    """A quota that leaves no question: how many were allowed in which time, and when there will be one again."""

    allowed: int
    period: Literal["hour", "day"]
    again_at: datetime


async def controls_of(session: AsyncSession, actor: Actor) -> Controls:
    """What holds for the actor, in one query. A tenant without a row is active; a user without one is not."""
    none = sa.literal("")
    pulled = sa.select(sa.type_coerce(KillSwitch.kind, sa.String), KillSwitch.subject)
    switched_off = sa.select(sa.literal("tool"), ToolSwitch.tool)
    suspended = sa.select(sa.literal("tenant"), none)
    active = sa.select(sa.literal("active user"), none)
    rows = await session.execute(
        sa.union_all(
            pulled.where(KillSwitch.tenant == actor.tenant),
            switched_off.where(ToolSwitch.tenant == actor.tenant, sa.not_(ToolSwitch.enabled)),
            suspended.where(Tenant.tenant == actor.tenant, sa.not_(Tenant.active)),
            active.where(User.tenant == actor.tenant, User.id == actor.user, User.active),
        )
    )
    found = {(kind, subject) for kind, subject in rows}
    stop: Stop = ""
    if ("tenant", "") in found:
        stop = "tenant_stopped"
    elif ("active user", "") not in found:
        stop = "user_inactive"
    elif ("user", actor.user) in found:
        stop = "user_stopped"
    return Controls(
        stop=stop,
        tools_off=frozenset(subject for kind, subject in found if kind == "tool"),
        models_off=frozenset(subject for kind, subject in found if kind == "model"),
    )


async def is_stopped(session: AsyncSession, actor: Actor) -> bool:
    """Whether a user is to have nothing any more: a switch was pulled, or the tenant or the user put to rest.

    Somebody who is not known yet is not stopped: their first question may be what makes them known.
    """
    pulled = sa.select(KillSwitch.kind).where(
        KillSwitch.tenant == actor.tenant,
        sa.or_(
            sa.and_(KillSwitch.kind == "tenant", KillSwitch.subject == ""),
            sa.and_(KillSwitch.kind == "user", KillSwitch.subject == actor.user),
        ),
    )
    suspended = sa.select(Tenant.tenant).where(Tenant.tenant == actor.tenant, sa.not_(Tenant.active))
    inactive = sa.select(User.id).where(User.tenant == actor.tenant, User.id == actor.user, sa.not_(User.active))
    found = await session.scalar(sa.select(sa.or_(pulled.exists(), suspended.exists(), inactive.exists())))
    return bool(found)


async def spent_quota(session: AsyncSession, actor: Actor, turn_id: str) -> SpentQuota | None:
    """The quota that leaves nothing for this turn, which has begun; None when it may go on.

    A question counts once a model worked on it or anything was looked up for it, typed look-ups among them, or while it
    is being worked on by a turn that began before. What is sent unasked is no question, nor is what is no turn on
    record, such as a file.
    """
    quotas = {
        quota.user_id: quota
        for quota in await session.scalars(
            sa.select(Quota).where(Quota.tenant == actor.tenant, Quota.user_id.in_(("", actor.user)))
        )
    }
    quota = quotas.get(actor.user) or quotas.get("")
    if quota is None:
        return None
    turn = await session.get(Turn, (actor.tenant, turn_id))
    if turn is None:
        return None
    before = sa.or_(Turn.started_at < turn.started_at, sa.and_(Turn.started_at == turn.started_at, Turn.id < turn.id))
    looked_up = sa.exists().where(ToolCallRecord.tenant == Turn.tenant, ToolCallRecord.turn_id == Turn.id)
    counted = sa.or_(Turn.model_name.is_not(None), looked_up, sa.and_(Turn.status == "running", before))
    limits: tuple[tuple[int | None, Literal["hour", "day"], timedelta], ...] = (
        (quota.per_day, "day", DAY),
        (quota.per_hour, "hour", HOUR),
    )
    for allowed, period, length in limits:
        if allowed is None:
            continue
        # The last but `allowed`: once it is older than the period, one more question fits.
        leaving = await session.scalar(
            sa.select(Turn.started_at)
            .where(
                Turn.tenant == actor.tenant,
                Turn.user_id == actor.user,
                Turn.id != turn_id,
                Turn.started_at > turn.started_at - length,
                *(sa.not_(Turn.conversation_id.startswith(name)) for name in UNASKED),
                counted,
            )
            .order_by(Turn.started_at.desc())
            .offset(allowed - 1)
            .limit(1)
        )
        if leaving is not None:
            return SpentQuota(allowed, period, leaving + length)
    return None


async def channel_of(session: AsyncSession, tenant: str, channel_id: str) -> Channel | None:
    """What admins and the platform said of a shared place, as of now."""
    return await session.get(Channel, (tenant, channel_id), populate_existing=True)
