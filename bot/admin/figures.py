"""What the dashboard shows, counted from what is on record; no question and no answer is read."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bot.records.admin_tables import Feedback, KillSwitch
from bot.records.backlog import backlog
from bot.records.inbox_tables import InboxEvent
from bot.records.models import approved_models
from bot.records.policies import terms_of
from bot.records.tables import ToolCallRecord, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

HOURS = 24
MAX_TURNS = 50_000
MAX_RESULTS = 200
MAX_TOOLS = 8


@dataclass(frozen=True, slots=True)
class Hour:
    """How many turns began in one hour, by its first moment."""

    begins: datetime
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class ToolUse:
    """How one tool did in the last day."""

    name: str
    calls: int
    failed: int
    median_ms: float | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything on the dashboard. Times are of the last 24 hours, `today` is the tenant's day."""

    time_zone: str
    today: int
    failed_today: int
    hours: tuple[Hour, ...]
    p50_seconds: float | None
    p95_seconds: float | None
    running: int
    people: int
    model: str
    model_detail: str
    oldest_waiting: timedelta | None
    waiting: int
    dead: int
    stopped: int
    sources: tuple[tuple[str, str], ...]
    tools: tuple[ToolUse, ...]
    liked: int
    disliked: int


async def overview(session: AsyncSession, tenant: str, at: datetime) -> Overview:
    """The figures of one tenant as they are now."""
    time_zone = (await terms_of(session, tenant)).time_zone
    since = at - timedelta(hours=HOURS)
    midnight = at.astimezone(ZoneInfo(time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    turns = (
        await session.execute(
            sa.select(Turn.started_at, Turn.finished_at, Turn.status, Turn.user_id)
            .where(Turn.tenant == tenant, Turn.started_at > since)
            .order_by(Turn.started_at.desc())
            .limit(MAX_TURNS)
        )
    ).all()
    today = [turn for turn in turns if turn.started_at >= midnight]
    seconds = [(turn.finished_at - turn.started_at).total_seconds() for turn in turns if turn.finished_at]
    model, detail = await _model(session, tenant)
    waiting = await backlog(session, now=at, tenant=tenant)
    liked, disliked = await _opinions(session, tenant, at - timedelta(days=7))
    return Overview(
        time_zone=time_zone,
        today=len(today),
        failed_today=sum(turn.status == "failed" for turn in today),
        hours=_by_hour(turns, at),
        p50_seconds=percentile(seconds, 50),
        p95_seconds=percentile(seconds, 95),
        running=sum(turn.status == "running" for turn in turns),
        people=len({turn.user_id for turn in turns}),
        model=model,
        model_detail=detail,
        oldest_waiting=max(at - waiting.since, timedelta(0)) if waiting.since else None,
        waiting=waiting.count,
        dead=await _dead(session, tenant),
        stopped=await session.scalar(
            sa.select(sa.func.count()).select_from(KillSwitch).where(KillSwitch.tenant == tenant)
        )
        or 0,
        sources=await _sources(session, tenant),
        tools=await _tools(session, tenant, since),
        liked=liked,
        disliked=disliked,
    )


def percentile(values: Sequence[float], percent: int) -> float | None:
    """The value below which so many percent lie, between neighbours in proportion; None without values."""
    if len(values) < 2:
        return values[0] if values else None
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _by_hour(turns: Sequence[Any], at: datetime) -> tuple[Hour, ...]:
    last = at.replace(minute=0, second=0, microsecond=0)
    begins = [last - timedelta(hours=hours) for hours in range(HOURS - 1, -1, -1)]
    done, failed = dict.fromkeys(begins, 0), dict.fromkeys(begins, 0)
    for turn in turns:
        counts = failed if turn.status == "failed" else done
        hour = turn.started_at.replace(minute=0, second=0, microsecond=0)
        if hour in counts:
            counts[hour] += 1
    return tuple(Hour(hour, done[hour], failed[hour]) for hour in begins)


async def _model(session: AsyncSession, tenant: str) -> tuple[str, str]:
    """The model that took the last turn, and the ones that are approved."""
    last = (
        await session.execute(
            sa.select(Turn.model_name, Turn.model_backend, Turn.model_digest)
            .where(Turn.tenant == tenant, Turn.model_name.is_not(None))
            .order_by(Turn.started_at.desc())
            .limit(1)
        )
    ).first()
    approved = [model.name for model in await approved_models(session, tenant)]
    told = f"approved: {', '.join(approved)}" if approved else "no other model is approved"
    if last is None:
        return "none yet", told
    return last.model_name, f"{last.model_backend}, weights {(last.model_digest or 'unknown')[:12]} · {told}"


async def _dead(session: AsyncSession, tenant: str) -> int:
    dead = sa.select(sa.func.count()).select_from(InboxEvent)
    return await session.scalar(dead.where(InboxEvent.tenant == tenant, InboxEvent.state == "dead")) or 0


async def _opinions(session: AsyncSession, tenant: str, since: datetime) -> tuple[int, int]:
    found = await session.execute(
        sa.select(Feedback.rating, sa.func.count())
        .where(Feedback.tenant == tenant, Feedback.given_at > since)
        .group_by(Feedback.rating)
    )
    counts: dict[int, int] = dict(found.all())
    return counts.get(1, 0), counts.get(-1, 0)


async def _sources(session: AsyncSession, tenant: str) -> tuple[tuple[str, str], ...]:
    """Where the figures of the last look-ups came from, and of which day the newest is."""
    found = await session.scalars(
        sa.select(ToolCallRecord.result)
        .join(Turn, sa.and_(Turn.tenant == ToolCallRecord.tenant, Turn.id == ToolCallRecord.turn_id))
        .where(ToolCallRecord.tenant == tenant, ToolCallRecord.ok.is_(True))
        .order_by(Turn.started_at.desc())
        .limit(MAX_RESULTS)
    )
    newest: dict[str, str] = {}
    for result in found:
        for figure in (result or {}).get("figures", ()):
            source, as_of = figure.get("source"), figure.get("as_of")
            if source and as_of:
                newest[source] = max(newest.get(source, ""), as_of[:10])
    return tuple(sorted(newest.items()))


async def _tools(session: AsyncSession, tenant: str, since: datetime) -> tuple[ToolUse, ...]:
    found = await session.execute(
        sa.select(ToolCallRecord.name, ToolCallRecord.ok, ToolCallRecord.duration_ms)
        .join(Turn, sa.and_(Turn.tenant == ToolCallRecord.tenant, Turn.id == ToolCallRecord.turn_id))
        .where(ToolCallRecord.tenant == tenant, Turn.started_at > since)
        .limit(MAX_TURNS)
    )
    calls: dict[str, list[tuple[bool, float | None]]] = {}
    for name, ok, duration in found:
        calls.setdefault(name, []).append((ok, duration))
    used = [
        ToolUse(
            name,
            len(each),
            sum(not ok for ok, _ in each),
            percentile([duration for _, duration in each if duration is not None], 50),
        )
        for name, each in calls.items()
    ]
    return tuple(sorted(used, key=lambda use: (-use.calls, use.name))[:MAX_TOOLS])
