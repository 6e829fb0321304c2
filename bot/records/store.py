"""Every query, named by its question. Each works inside the caller's unit: `async with database.write() as session`.

Of these, only the turns may be asked for directly; portfolios and watchlists are read through `access`.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from bot.errors import UnknownUser
from bot.records.processes import has_ended, this_process
from bot.records.tables import (
    Account,
    CashBalance,
    Conversation,
    PortfolioRecord,
    TargetWeight,
    ToolCallRecord,
    TransactionRecord,
    Turn,
    User,
    WatchlistItem,
)
from bot.records.targets import targets_of
from tools.context import Portfolio, Transaction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime, timedelta
    from decimal import Decimal

    from sqlalchemy.ext.asyncio import AsyncSession

TurnStatus = Literal["answered", "declined", "clarify", "failed"]
KILLED = "The program was stopped before this question was answered."


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as the surface proved it: never a name from a message or from the model."""

    user: str
    tenant: str = "local"


@dataclass(frozen=True, slots=True)
class SavedToolCall:
    """One tool call as it is kept; all values are JSON, with exact numbers as text. `duration_ms` is milliseconds."""

    name: str
    arguments: Any
    resolved: Any = None
    ok: bool = True
    error: str | None = None
    result: Any = None
    duration_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a turn ended. `evidence` (figures, withheld sentences, charts, proposed calls) and `timings_ms` are JSON."""

    status: TurnStatus
    answer: str
    tool_calls: tuple[SavedToolCall, ...] = ()
    failure: str | None = None
    evidence: Any = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    model_name: str | None = None
    model_backend: str | None = None
    model_digest: str | None = None
    prompt_hash: str | None = None


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A finished turn, as later turns of its conversation need it; `proposed` are calls it only asked about."""

    id: str
    question: str
    answer: str
    status: TurnStatus
    asked_at: datetime
    tool_calls: tuple[SavedToolCall, ...]
    proposed: tuple[SavedToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class AbandonedTurn:
    """A turn whose process ended before it did."""

    id: str
    actor: Actor
    conversation: str
    question: str
    asked_at: datetime


async def ensure_user(session: AsyncSession, actor: Actor, display_name: str = "") -> bool:
    """Make the user if there is none; True when it was made now."""
    if await session.get(User, (actor.tenant, actor.user)):
        return False
    return await _insert_once(session, User(tenant=actor.tenant, id=actor.user, display_name=display_name))


async def is_known(session: AsyncSession, actor: Actor) -> bool:
    """Whether the user exists and is active."""
    user = await session.get(User, (actor.tenant, actor.user))
    return user is not None and user.active


async def require_user(session: AsyncSession, actor: Actor) -> None:
    """Raises `UnknownUser` unless the user exists and is active."""
    if not await is_known(session, actor):
        raise UnknownUser(actor.user)


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
        .order_by(TransactionRecord.traded_on, Account.name, TransactionRecord.position)
    )
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
        transactions=tuple(_transaction(row, account) for row, account in transactions),
        cash=dict(sorted(cash.items())),
        targets=await targets_of(session, actor, portfolios[0].id) if len(portfolios) == 1 else {},
        is_sample=all(portfolio.is_sample for portfolio in portfolios),
    )


async def add_portfolio(session: AsyncSession, actor: Actor, portfolio: Portfolio) -> str:
    """Keep a new portfolio with all it holds, all or nothing; returns its id. Its cash goes to the account ""."""
    await require_user(session, actor)
    record = PortfolioRecord(
        tenant=actor.tenant,
        id=_new_id(),
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
    if replace:
        await session.execute(sa.delete(PortfolioRecord).where(*mine, PortfolioRecord.name == name))
    record = await session.scalar(sa.select(PortfolioRecord).where(*mine, PortfolioRecord.name == name))
    if record is None:
        record = PortfolioRecord(
            tenant=actor.tenant, id=_new_id(), user_id=actor.user, name=name, base_currency=base_currency
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


async def start_turn(
    session: AsyncSession,
    actor: Actor,
    conversation: str,
    question: str,
    *,
    now: datetime,
    budget: timedelta,
    surface: str = "terminal",
) -> str:
    """Save the question before any work on it, and return the turn's id. After `budget` it counts as abandoned."""
    await require_user(session, actor)
    key = (actor.tenant, conversation)
    if not await session.get(Conversation, key):
        await _insert_once(session, Conversation(tenant=actor.tenant, id=conversation, surface=surface))
    # Two turns of one conversation that start together would get the same position: the second waits here.
    await session.get(Conversation, key, with_for_update=True, populate_existing=True)
    last = await session.scalar(
        sa.select(sa.func.max(Turn.position)).where(Turn.tenant == actor.tenant, Turn.conversation_id == conversation)
    )
    turn = Turn(
        tenant=actor.tenant,
        id=_new_id(),
        user_id=actor.user,
        conversation_id=conversation,
        position=0 if last is None else last + 1,
        status="running",
        question=question,
        process=this_process(),
        started_at=now,
        deadline_at=now + budget,
    )
    session.add(turn)
    await session.flush()
    return turn.id


async def finish_turn(session: AsyncSession, actor: Actor, turn_id: str, outcome: Outcome, *, now: datetime) -> bool:
    """Save how the turn ended, with its tool calls; False, and nothing saved, when it had ended before."""
    updated = await session.execute(
        sa.update(Turn)
        .where(Turn.tenant == actor.tenant, Turn.id == turn_id, Turn.user_id == actor.user, Turn.status == "running")
        .values(
            status=outcome.status,
            answer=outcome.answer,
            failure=outcome.failure,
            evidence=outcome.evidence,
            timings_ms=dict(outcome.timings_ms),
            model_name=outcome.model_name,
            model_backend=outcome.model_backend,
            model_digest=outcome.model_digest,
            prompt_hash=outcome.prompt_hash,
            finished_at=now,
        )
        .returning(Turn.id)
    )
    if updated.first() is None:
        return False
    session.add_all(
        ToolCallRecord(
            tenant=actor.tenant,
            turn_id=turn_id,
            position=position,
            name=call.name,
            arguments=call.arguments,
            resolved=call.resolved,
            ok=call.ok,
            error=call.error,
            result=call.result,
            duration_ms=call.duration_ms,
        )
        for position, call in enumerate(outcome.tool_calls)
    )
    await session.flush()
    return True


async def recent_turns(session: AsyncSession, actor: Actor, conversation: str, limit: int) -> tuple[PastTurn, ...]:
    """The actor's own last `limit` finished turns of a conversation, oldest first; others' turns there are not seen."""
    newest = (
        await session.scalars(
            sa.select(Turn)
            .where(
                Turn.tenant == actor.tenant,
                Turn.conversation_id == conversation,
                Turn.user_id == actor.user,
                Turn.status.not_in(("running", "failed")),
            )
            .order_by(Turn.position.desc())
            .limit(limit)
        )
    ).all()
    calls: dict[str, list[SavedToolCall]] = {turn.id: [] for turn in newest}
    if calls:
        found = await session.scalars(
            sa.select(ToolCallRecord)
            .where(ToolCallRecord.tenant == actor.tenant, ToolCallRecord.turn_id.in_(list(calls)))
            .order_by(ToolCallRecord.turn_id, ToolCallRecord.position)
        )
        for call in found:
            calls[call.turn_id].append(_saved_call(call))
    return tuple(
        PastTurn(
            id=turn.id,
            question=turn.question,
            answer=turn.answer or "",
            status=turn.status,  # type: ignore[arg-type]  # the database allows only these
            asked_at=turn.started_at,
            tool_calls=tuple(calls[turn.id]),
            proposed=tuple(
                SavedToolCall(call["name"], call["arguments"]) for call in (turn.evidence or {}).get("proposed", ())
            ),
        )
        for turn in reversed(newest)
    )


async def fail_abandoned_turns(session: AsyncSession, now: datetime) -> tuple[AbandonedTurn, ...]:
    """Mark as failed every turn that was killed half-way, and return them, oldest first. Ask at each start.

    A turn is abandoned when its process ended, or, where that can't be seen, when its time is over.
    """
    running = await session.scalars(
        sa.select(Turn).where(Turn.status == "running").order_by(Turn.started_at).with_for_update(skip_locked=True)
    )
    abandoned = [turn for turn in running if turn.deadline_at < now or has_ended(turn.process)]
    for turn in abandoned:
        turn.status = "failed"
        turn.failure = KILLED
        turn.finished_at = now
    await session.flush()
    return tuple(
        AbandonedTurn(turn.id, Actor(turn.user_id, turn.tenant), turn.conversation_id, turn.question, turn.started_at)
        for turn in abandoned
    )


def _new_id() -> str:
    return uuid.uuid4().hex


async def _insert_once(session: AsyncSession, record: User | Conversation) -> bool:
    """Insert, unless another unit inserted the same key just before; True when it was inserted now."""
    try:
        async with session.begin_nested():
            session.add(record)
    except IntegrityError:
        return False
    return True


async def _account(session: AsyncSession, portfolio: PortfolioRecord, name: str) -> Account:
    account = await session.scalar(
        sa.select(Account).where(
            Account.tenant == portfolio.tenant, Account.portfolio_id == portfolio.id, Account.name == name
        )
    )
    if account is None:
        account = Account(tenant=portfolio.tenant, id=_new_id(), portfolio_id=portfolio.id, name=name)
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
                id=_new_id(),
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


def _saved_call(row: ToolCallRecord) -> SavedToolCall:
    return SavedToolCall(
        name=row.name,
        arguments=row.arguments,
        resolved=row.resolved,
        ok=row.ok,
        error=row.error,
        result=row.result,
        duration_ms=row.duration_ms,
    )
