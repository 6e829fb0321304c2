"""The one door to client data: whose it is was settled before, and no argument can name anyone else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.records import portfolios, users

if TYPE_CHECKING:
    from bot.records.database import Database
    from bot.records.users import Actor
    from tools.context import Portfolio


class ClientAccess:
    """The actor's own portfolio and watchlist; a `PortfolioReader`. Unknown users get nothing at all."""

    def __init__(self, database: Database, actor: Actor, base_currency: str = "USD") -> None:
        self._database = database
        self._actor = actor
        self._base_currency = base_currency

    async def portfolio(self) -> Portfolio:
        """All the actor's portfolios as one. Raises `UnknownUser`."""
        async with self._database.read() as session:
            await users.require_user(session, self._actor)
            return await portfolios.portfolio_of(session, self._actor, self._base_currency)

    async def watchlist(self) -> tuple[str, ...]:
        """The symbols the actor watches, in their order. Raises `UnknownUser`."""
        async with self._database.read() as session:
            await users.require_user(session, self._actor)
            return await portfolios.watchlist_of(session, self._actor)
