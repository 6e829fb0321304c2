"""The one door to client data: who asks and whose it is were settled before, and no argument can name anyone else."""

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.records import permissions, portfolios, targets, users
from bot.records.users import Actor
from tools.errors import AccessRefused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence
    from decimal import Decimal

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database
    from tools.context import Portfolio, Transaction


LOST = "You may not see that client's data, or not any more; type /client to go back to your own."
READ_ONLY = "Only the adviser of that client may change it; type /client to go back to your own."


class Book:
    """What one person holds and watches, within one unit that was allowed to see it."""

    def __init__(self, session: AsyncSession, subject: Actor, base_currency: str, told_in: str = "") -> None:
        self._session, self._subject, self._base_currency = session, subject, base_currency
        self._told_in = told_in

    async def portfolio(self) -> Portfolio:
        """All the person's portfolios as one, in the currency in which they want to be told of it."""
        portfolio = await portfolios.portfolio_of(self._session, self._subject, self._base_currency)
        return replace(portfolio, base_currency=self._told_in) if self._told_in else portfolio

    async def watchlist(self) -> tuple[str, ...]:
        """The symbols watched, in their order."""
        return await portfolios.watchlist_of(self._session, self._subject)

    async def only_portfolio(self) -> str | None:
        """The id of the person's portfolio; None when there is none, or more than one to choose from."""
        return await targets.only_portfolio(self._session, self._subject)

    async def targets(self, portfolio: str) -> dict[str, Decimal]:
        """Symbol → fraction of the whole, in the order of the symbols."""
        return await targets.targets_of(self._session, self._subject, portfolio)

    async def already_kept(self, transactions: Iterable[Transaction]) -> int:
        """How many of these are in the person's portfolios already."""
        return await portfolios.already_kept(self._session, self._subject, transactions)


class WritableBook(Book):
    """The same, within a unit that may also change it."""

    @property
    def unit(self) -> AsyncSession:
        """The unit itself, for what must be kept with the change or not at all."""
        return self._session

    async def set_watchlist(self, symbols: Sequence[str]) -> None:
        """Make the watchlist exactly these symbols, in this order."""
        await portfolios.set_watchlist(self._session, self._subject, symbols)

    async def set_target(self, portfolio: str, symbol: str, weight: Decimal | None) -> None:
        """Keep `weight` (a fraction) as the target of `symbol`, or none with None."""
        await targets.set_target(self._session, self._subject, portfolio, symbol, weight)

    async def add_transactions(self, transactions: Sequence[Transaction], *, replace: bool = False) -> None:
        """Add imported transactions to the person's portfolio, or put them in the place of earlier ones."""
        await portfolios.add_transactions(
            self._session, self._subject, transactions, base_currency=self._base_currency, replace=replace
        )


class ClientAccess:
    """The data of `subject` (a user of the actor's tenant; "" means the actor's own); a `PortfolioReader`.

    Whether the actor may see it is looked up each time, as an assignment may end at any moment. `base_currency` is that
    of a portfolio to be made; `told_in` is the one to value any in, "" for each portfolio's own. `refusal`, where there
    is one, is why nothing may be seen at all. `was_asked` says whether anybody tried, `was_opened` whether one of them
    was let in.
    """

    def __init__(
        self,
        database: Database,
        actor: Actor,
        base_currency: str = "USD",
        *,
        subject: str = "",
        told_in: str = "",
        refusal: str = "",
    ) -> None:
        self._database, self._actor, self._base_currency = database, actor, base_currency
        self._subject = Actor(subject or actor.user, actor.tenant)
        self._told_in, self._refusal = told_in, refusal
        self.was_asked = self.was_opened = False

    async def portfolio(self) -> Portfolio:
        """All of the subject's portfolios as one. Raises `UnknownUser`, `AccessRefused`."""
        async with self.reading() as book:
            return await book.portfolio()

    async def watchlist(self) -> tuple[str, ...]:
        """The symbols the subject watches, in their order. Raises `UnknownUser`, `AccessRefused`."""
        async with self.reading() as book:
            return await book.watchlist()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Book]:
        """One consistent view of the subject's book. Raises `UnknownUser`, `AccessRefused`."""
        self._enter()
        async with self._database.read() as session:
            await users.require_user(session, self._actor)
            if not await permissions.may_read(session, self._actor, self._subject.user):
                raise AccessRefused(LOST)
            self.was_opened = True
            yield Book(session, self._subject, self._base_currency, self._told_in)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[WritableBook]:
        """One unit of changes of the subject's book. Raises `UnknownUser`, `AccessRefused`."""
        self._enter()
        async with self._database.write() as session:
            await users.require_user(session, self._actor)
            if not await permissions.may_write(session, self._actor, self._subject.user):
                raise AccessRefused(READ_ONLY)
            self.was_opened = True
            yield WritableBook(session, self._subject, self._base_currency, self._told_in)

    async def is_allowed(self) -> bool:
        """Whether the subject's data may be seen now, without looking at it."""
        async with self._database.read() as session:
            return not self._refusal and await permissions.may_read(session, self._actor, self._subject.user)

    def _enter(self) -> None:
        self.was_asked = True
        if self._refusal:
            raise AccessRefused(self._refusal)
