"""Portfolios and watchlists, each query named by its question; inside the caller's unit.

They are read through `access` alone.
"""

from __future__ import annotations

import uuid
from collections import Counter
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.records.tables import Account, CashBalance, PortfolioRecord, TargetWeight, TransactionRecord, WatchlistItem
from bot.records.targets import targets_of
from bot.records.users import require_user
from tools.context import Portfolio, Transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor


async def portfolio_of(session: AsyncSession, actor: Actor, base_currency: str = "USD") -> Portfolio:
    """All the actor's portfolios as one, transactions by date; without any, an empty one in `base_currency`.

    Targets are fractions of one portfolio: with several portfolios there are none.
    """
    mine = (PortfolioRecord.tenant == actor.tenant, PortfolioRecord.user_id == actor.user)
    portfolios = (await session.scalars(sa.select(PortfolioRecord).where(*mine).order_by(PortfolioRecord.id))).all()
    if not portfolios:
        return Portfolio(name="", base_currency=base_currency, transactions=(), cash={}, targets={})
    account_of_mine = (*mine, PortfolioRecord.tenant == Account.tenant, PortfolioRecord.id == Account.portfolio_id)
    transactions = await session.execute(
        sa.select(TransactionRecord, Account.name)
        .where(*account_of_mine, Account.tenant == TransactionRecord.tenant, Account.id == TransactionRecord.account_id)
        .order_by(TransactionRecord.traded_on, TransactionRecord.position)
    )
    # By account within a day; its name is encrypted, which the database can't sort by.
    in_order = sorted(transactions, key=lambda found: (found[0].traded_on, found[1], found[0].position))
    balances = await session.execute(
        sa.select(CashBalance.currency, CashBalance.amount).where(
            *account_of_mine, Account.tenant == CashBalance.tenant, Account.id == CashBalance.account_id
        )
    )
    cash: dict[str, Decimal] = {}
    for currency, amount in balances:
        cash[currency] = cash[currency] + amount if currency in cash else amount
    return Portfolio(
        name=" and ".join(portfolio.name for portfolio in portfolios),
        base_currency=portfolios[0].base_currency,
        transactions=tuple(_transaction(row, account) for row, account in in_order),
        cash=dict(sorted(cash.items())),
        targets=await targets_of(session, actor, portfolios[0].id) if len(portfolios) == 1 else {},
        is_sample=all(portfolio.is_sample for portfolio in portfolios),
    )


async def add_portfolio(session: AsyncSession, actor: Actor, portfolio: Portfolio) -> str:
    """Keep a new portfolio with all it holds, all or nothing; returns its id. Its cash goes to the account ""."""
    await require_user(session, actor)
    record = PortfolioRecord(
        tenant=actor.tenant,
        id=uuid.uuid4().hex,
        user_id=actor.user,
        name=portfolio.name,
        base_currency=portfolio.base_currency,
        is_sample=portfolio.is_sample,
    )
    session.add(record)
    await session.flush()
    await _add_transactions(session, record, portfolio.transactions)
    if portfolio.cash:
        account = await _account(session, record, "")
        session.add_all(
            CashBalance(tenant=actor.tenant, account_id=account.id, currency=currency, amount=amount)
            for currency, amount in portfolio.cash.items()
        )
    session.add_all(
        TargetWeight(tenant=actor.tenant, portfolio_id=record.id, symbol=symbol, weight=weight)
        for symbol, weight in portfolio.targets.items()
    )
    await session.flush()
    return record.id


async def add_transactions(
    session: AsyncSession,
    actor: Actor,
    transactions: Sequence[Transaction],
    *,
    base_currency: str,
    replace: bool = False,
    name: str = "My portfolio",
) -> None:
    """Add imported transactions to the actor's portfolio `name`, made if missing; all or nothing.

    The sample goes, as made-up holdings must not mix with real ones. With `replace`, so do earlier transactions.
    """
    await require_user(session, actor)
    mine = (PortfolioRecord.tenant == actor.tenant, PortfolioRecord.user_id == actor.user)
    await session.execute(sa.delete(PortfolioRecord).where(*mine, PortfolioRecord.is_sample))
    # Names are compared here: while keys are rotated, equal ones may differ in the database.
    record = next(
        (each for each in await session.scalars(sa.select(PortfolioRecord).where(*mine)) if each.name == name), None
    )
    if record is not None and replace:
        await session.delete(record)
        await session.flush()
        record = None
    if record is None:
        record = PortfolioRecord(
            tenant=actor.tenant, id=uuid.uuid4().hex, user_id=actor.user, name=name, base_currency=base_currency
        )
        session.add(record)
        await session.flush()
    await _add_transactions(session, record, transactions)


async def already_kept(session: AsyncSession, actor: Actor, transactions: Iterable[Transaction]) -> int:
    """How many of these are in the actor's own portfolios already, to warn of a file imported twice."""
    kept = await portfolio_of(session, actor)
    if kept.is_sample:
        return 0
    return (Counter(kept.transactions) & Counter(transactions)).total()


async def watchlist_of(session: AsyncSession, actor: Actor) -> tuple[str, ...]:
    """The symbols the actor watches, in their order."""
    symbols = await session.scalars(
        sa.select(WatchlistItem.symbol)
        .where(WatchlistItem.tenant == actor.tenant, WatchlistItem.user_id == actor.user)
        .order_by(WatchlistItem.position)
    )
    return tuple(symbols)


async def set_watchlist(session: AsyncSession, actor: Actor, symbols: Sequence[str]) -> None:
    """Make the watchlist exactly these symbols, in this order; repeated ones count once."""
    await require_user(session, actor)
    await session.execute(
        sa.delete(WatchlistItem).where(WatchlistItem.tenant == actor.tenant, WatchlistItem.user_id == actor.user)
    )
    session.add_all(
        WatchlistItem(tenant=actor.tenant, user_id=actor.user, symbol=symbol, position=position)
        for position, symbol in enumerate(dict.fromkeys(symbols))
    )
    await session.flush()


async def _account(session: AsyncSession, portfolio: PortfolioRecord, name: str) -> Account:
    of_portfolio = (Account.tenant == portfolio.tenant, Account.portfolio_id == portfolio.id)
    account = next(
        (each for each in await session.scalars(sa.select(Account).where(*of_portfolio)) if each.name == name), None
    )
    if account is None:
        account = Account(tenant=portfolio.tenant, id=uuid.uuid4().hex, portfolio_id=portfolio.id, name=name)
        session.add(account)
        await session.flush()
    return account


async def _add_transactions(
    session: AsyncSession, portfolio: PortfolioRecord, transactions: Iterable[Transaction]
) -> None:
    accounts: dict[str, Account] = {}
    positions: dict[str, int] = {}
    for transaction in transactions:
        if transaction.account not in accounts:
            account = await _account(session, portfolio, transaction.account)
            last = await session.scalar(
                sa.select(sa.func.max(TransactionRecord.position)).where(
                    TransactionRecord.tenant == portfolio.tenant, TransactionRecord.account_id == account.id
                )
            )
            accounts[transaction.account] = account
            positions[transaction.account] = -1 if last is None else last
        positions[transaction.account] += 1
        session.add(
            TransactionRecord(
                tenant=portfolio.tenant,
                id=uuid.uuid4().hex,
                account_id=accounts[transaction.account].id,
                position=positions[transaction.account],
                symbol=transaction.symbol,
                quantity=transaction.quantity,
                price=transaction.price,
                currency=transaction.currency,
                traded_on=transaction.traded_on,
            )
        )
    await session.flush()


def _transaction(row: TransactionRecord, account: str) -> Transaction:
    return Transaction(
        symbol=row.symbol,
        quantity=row.quantity,
        price=row.price,
        currency=row.currency,
        traded_on=row.traded_on,
        account=account,
    )
