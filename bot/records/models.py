"""The portfolio of models: which ones an admin has named, for what, and which weights of them are approved.

Each change is written to the audit log in the caller's unit. Whether a model is good enough is decided before, by
`bot.llm.gates`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import sqlalchemy as sa

from bot.records import audit
from bot.records.scores import scores_of
from bot.records.tables import PortfolioModel

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.scores import Score
    from bot.records.users import Actor

Role = Literal["tools", "write", "explain"]
MODEL_ROLES: tuple[Role, ...] = get_args(Role)
"""`tools`: may take a whole turn; `write`: may word what was looked up; `explain`: may put general words plainly."""


@dataclass(frozen=True, slots=True)
class NamedModel:
    """One model of the portfolio; see `PortfolioModel` for the fields."""

    name: str
    backend: str
    digest: str | None
    roles: tuple[Role, ...]
    approved: bool
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ApprovedModel:
    """A model that may answer, with the newest scores of its approved weights by suite."""

    name: str
    backend: str
    digest: str
    roles: tuple[Role, ...]
    scores: Mapping[str, Score]


async def named_models(session: AsyncSession, tenant: str) -> list[NamedModel]:
    """Every model of the portfolio, approved or not, by name."""
    rows = await session.scalars(
        sa.select(PortfolioModel).where(PortfolioModel.tenant == tenant).order_by(PortfolioModel.name)
    )
    return [_named(row) for row in rows]


async def named_model(session: AsyncSession, tenant: str, name: str) -> NamedModel | None:
    """The model of that name, or None when no admin has named it."""
    row = await session.get(PortfolioModel, (tenant, name))
    return _named(row) if row else None


async def approved_models(session: AsyncSession, tenant: str) -> list[ApprovedModel]:
    """The models that may answer, by name. Without any, one short query."""
    return [
        ApprovedModel(
            named.name,
            named.backend,
            named.digest,
            named.roles,
            await scores_of(session, tenant, named.backend, named.digest),
        )
        for named in await named_models(session, tenant)
        if named.approved and named.digest
    ]


async def add_model(
    session: AsyncSession, actor: Actor, name: str, backend: str, roles: Sequence[Role], *, now: datetime
) -> None:
    """Name a model, or give one already named other roles; an approval stays, and another backend ends it."""
    row = await session.get(PortfolioModel, (actor.tenant, name))
    if row is None:
        row = PortfolioModel(tenant=actor.tenant, name=name, backend=backend, approved=False)
        session.add(row)
    elif row.backend != backend:
        row.backend, row.digest, row.approved = backend, None, False
    row.roles = list(roles)
    row.changed_by, row.changed_at = actor.user, now
    await audit.append(session, actor, "model.add", name, {"backend": backend, "roles": list(roles)}, at=now)


async def promote_model(
    session: AsyncSession, actor: Actor, name: str, digest: str, scores: Mapping[str, Score], *, now: datetime
) -> None:
    """Approve the weights `digest` of a named model; the `scores` it rests on go into the log."""
    row = await session.get_one(PortfolioModel, (actor.tenant, name))
    row.digest, row.approved = digest, True
    row.changed_by, row.changed_at = actor.user, now
    reached = {suite: [score.correct, score.total] for suite, score in scores.items()}
    details = {"backend": row.backend, "digest": digest, "roles": row.roles, **reached}
    await audit.append(session, actor, "model.promote", name, details, at=now)


async def retire_model(session: AsyncSession, actor: Actor, name: str, *, now: datetime) -> None:
    """End the approval of a named model; it stays named."""
    row = await session.get_one(PortfolioModel, (actor.tenant, name))
    row.approved = False
    row.changed_by, row.changed_at = actor.user, now
    await audit.append(session, actor, "model.retire", name, {"digest": row.digest or ""}, at=now)


def _named(row: PortfolioModel) -> NamedModel:
    roles = tuple(role for role in MODEL_ROLES if role in row.roles)
    return NamedModel(row.name, row.backend, row.digest, roles, row.approved, row.changed_by, row.changed_at)
