"""What models reached in the suites, kept and read back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.records.tables import ModelScore

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, slots=True)
class Score:
    """One model in one suite; see `ModelScore` for the fields."""

    model: str
    backend: str
    digest: str
    suite: str
    correct: int
    total: int
    median_ms: float
    p95_ms: float
    memory_mb: float | None
    parts: dict[str, Any]
    measured_at: datetime


_FIELDS = tuple(Score.__dataclass_fields__)


async def keep_score(session: AsyncSession, tenant: str, score: Score) -> None:
    """Add one measurement."""
    values = {name: getattr(score, name) for name in _FIELDS}
    session.add(ModelScore(tenant=tenant, id=uuid.uuid4().hex, **values))
    await session.flush()


async def latest_scores(session: AsyncSession, tenant: str) -> list[Score]:
    """The newest measurement of each model, backend and suite, by model and suite.

    Only of the weights that were measured last: an older digest says nothing of the model of today.
    """
    rows = await session.scalars(
        sa.select(ModelScore).where(ModelScore.tenant == tenant).order_by(ModelScore.measured_at.desc(), ModelScore.id)
    )
    newest: dict[tuple[str, str, str], Score] = {}
    digests: dict[tuple[str, str], str] = {}
    for row in rows:
        digest = digests.setdefault((row.model, row.backend), row.digest)
        if row.digest == digest:
            newest.setdefault((row.model, row.backend, row.suite), _score(row))
    return [newest[key] for key in sorted(newest)]


async def scores_of(session: AsyncSession, tenant: str, backend: str, digest: str) -> dict[str, Score]:
    """Suite → the newest measurement of exactly these weights, whatever name they were measured under."""
    rows = await session.scalars(
        sa.select(ModelScore)
        .where(ModelScore.tenant == tenant, ModelScore.backend == backend, ModelScore.digest == digest)
        .order_by(ModelScore.measured_at, ModelScore.id.desc())
    )
    return {row.suite: _score(row) for row in rows}


def _score(row: ModelScore) -> Score:
    return Score(**{name: getattr(row, name) for name in _FIELDS})
