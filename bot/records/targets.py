"""The target weights of a person's portfolio: what part of it each symbol should be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.tables import PortfolioRecord, TargetWeight

if TYPE_CHECKING:
    from decimal import Decimal

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor


async def only_portfolio(session: AsyncSession, actor: Actor) -> str | None:
    """The id of the actor's portfolio; None when there is none, or more than one to choose from."""
    mine = (PortfolioRecord.tenant == actor.tenant, PortfolioRecord.user_id == actor.user)
    found = (await session.scalars(sa.select(PortfolioRecord.id).where(*mine).limit(2))).all()
    return found[0] if len(found) == 1 else None


async def targets_of(session: AsyncSession, actor: Actor, portfolio: str) -> dict[str, Decimal]:
    """Symbol → fraction of the whole, in the order of the symbols."""
    targets = await session.scalars(
        sa.select(TargetWeight)
        .where(TargetWeight.tenant == actor.tenant, TargetWeight.portfolio_id == portfolio)
        .order_by(TargetWeight.symbol)
    )
    return {target.symbol: target.weight for target in targets}


async def set_target(session: AsyncSession, actor: Actor, portfolio: str, symbol: str, weight: Decimal | None) -> None:
    """Keep `weight` (a fraction) as the target of `symbol`, or none with None."""
    of_symbol = (
        TargetWeight.tenant == actor.tenant,
        TargetWeight.portfolio_id == portfolio,
        TargetWeight.symbol == symbol,
    )
    await session.execute(sa.delete(TargetWeight).where(*of_symbol))
    if weight is not None:
        session.add(TargetWeight(tenant=actor.tenant, portfolio_id=portfolio, symbol=symbol, weight=weight))
    await session.flush()
