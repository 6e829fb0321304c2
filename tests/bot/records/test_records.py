"""What is kept comes back exactly, alike on both databases, and never to anyone else."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import StatementError

from bot.errors import UnknownUser
from bot.records import portfolios, sample, turns, users
from bot.records.access import ClientAccess
from bot.records.columns import canonical_decimal, storable_text
from bot.records.processes import has_ended, this_process
from bot.records.tables import Turn
from bot.records.turns import Outcome, SavedToolCall
from bot.records.users import Actor
from tools.context import Portfolio, Transaction
from tools.market_data.snapshot import SnapshotMarketData

if TYPE_CHECKING:
    from bot.records.database import Database

ADA = Actor("ada")
BEN = Actor("ben")
NOW = datetime(2026, 3, 1, 9, 30, 15, 123456, tzinfo=UTC)
BUDGET = timedelta(seconds=60)
NAUGHTY = [
    "",
    "   ",
    "\x00nul",
    "half a pair \ud83d",
    "Ω≈ç√∫ 田中さん 👩‍👩‍👧 \u202ertl\u202c \ufeff",
    "'; DROP TABLE turns; --",
    "\\u0000 %s :name ? {}",
    "line\r\nbreak\ttab\x1b[31m",
    "x" * 40_000,
]


def lot(symbol: str = "AAPL", quantity: str = "1", price: str | None = "10", account: str = "") -> Transaction:
    return Transaction(
        symbol, Decimal(quantity), None if price is None else Decimal(price), "USD", date(2024, 2, 29), account
    )


async def ask(database: Database, actor: Actor, question: str, conversation: str = "c1", answer: str = "yes") -> str:
    async with database.write() as session:
        turn = await turns.start_turn(session, actor, conversation, question, now=NOW, budget=BUDGET)
    async with database.write() as session:
        assert await turns.finish_turn(session, actor, turn, Outcome("answered", answer), now=NOW)
    return turn


@pytest.fixture
async def people(database: Database) -> Database:
    async with database.write() as session:
        await users.ensure_user(session, ADA)
        await users.ensure_user(session, BEN)
    return database


async def test_a_new_user_gets_the_sample_once(database: Database) -> None:
    async with database.write() as session:
        assert await sample.admit(session, ADA)
    async with database.write() as session:
        assert not await sample.admit(session, ADA)
    kept = await ClientAccess(database, ADA).portfolio()
    made = sample.sample_portfolio()
    assert kept.is_sample
    assert "sample" in kept.name.lower()
    assert sorted(kept.transactions, key=repr) == sorted(made.transactions, key=repr)
    assert (kept.cash, kept.targets) == (made.cash, dict(sorted(made.targets.items())))
    assert sum(kept.targets.values()) == 1
    assert await ClientAccess(database, ADA).watchlist() == sample.WATCHLIST


async def test_the_sample_was_bought_at_the_bundled_closes() -> None:
    market = SnapshotMarketData()
    for bought in sample.sample_portfolio().transactions:
        history = await market.history(bought.symbol, bought.traded_on, bought.traded_on)
        assert (history.dates[-1], history.currency) == (bought.traded_on, bought.currency)
        assert history.adjusted[-1] == float(bought.price or 0)


async def test_transactions_come_back_exactly_and_by_date(people: Database) -> None:
    lots = (
        lot(quantity="0.000000000000000001", price="9999999999999999999999999999.99"),
        lot(quantity="0.1", price=None),
        lot(symbol="VOD.L", quantity="-1234567.10", price="0", account="ISA “2” \x00"),
    )
    async with people.write() as session:
        await portfolios.add_transactions(session, ADA, lots, base_currency="EUR")
    kept = await ClientAccess(people, ADA).portfolio()
    assert kept.base_currency == "EUR"
    assert kept.transactions[:2] == lots[:2]
    assert kept.transactions[2] == replace(lots[2], account="ISA “2” ␀")


async def test_a_bad_row_leaves_nothing_behind(people: Database) -> None:
    with pytest.raises(StatementError, match="only finite decimals"):
        async with people.write() as session:
            await portfolios.add_transactions(session, ADA, [lot(), lot(quantity="NaN")], base_currency="USD")
    assert (await ClientAccess(people, ADA).portfolio()).transactions == ()


async def test_own_transactions_take_the_place_of_the_sample_and_add_up(database: Database) -> None:
    async with database.write() as session:
        await sample.admit(session, ADA)
        assert await portfolios.already_kept(session, ADA, sample.sample_portfolio().transactions) == 0
        await portfolios.add_transactions(session, ADA, [lot(), lot()], base_currency="USD")
        await portfolios.add_transactions(session, ADA, [lot("MSFT")], base_currency="USD")
    kept = await ClientAccess(database, ADA).portfolio()
    assert not kept.is_sample
    assert [row.symbol for row in kept.transactions] == ["AAPL", "AAPL", "MSFT"]
    async with database.write() as session:
        assert await portfolios.already_kept(session, ADA, [lot(), lot(), lot(), lot("KO")]) == 2
        await portfolios.add_transactions(session, ADA, [lot("KO")], base_currency="USD", replace=True)
    assert [row.symbol for row in (await ClientAccess(database, ADA).portfolio()).transactions] == ["KO"]


async def test_several_portfolios_are_read_as_one_without_targets(people: Database) -> None:
    async with people.write() as session:
        for name in ("Growth", "Income"):
            await portfolios.add_portfolio(
                session, ADA, Portfolio(name, "USD", (lot(),), {"USD": Decimal("0.10")}, {"AAPL": Decimal(1)})
            )
    kept = await ClientAccess(people, ADA).portfolio()
    assert len(kept.transactions) == 2
    assert kept.cash == {"USD": Decimal("0.20")}
    assert kept.targets == {}


async def test_the_watchlist_keeps_its_order_and_drops_repeats(people: Database) -> None:
    async with people.write() as session:
        await portfolios.set_watchlist(session, ADA, ["MSFT", "AAPL", "MSFT"])
        await portfolios.set_watchlist(session, ADA, ["KO", "AAPL", "KO"])
    assert await ClientAccess(people, ADA).watchlist() == ("KO", "AAPL")


async def test_nobody_sees_what_is_another_s(people: Database) -> None:
    twin = Actor("ada", tenant="other firm")
    async with people.write() as session:
        await users.ensure_user(session, twin)
        await portfolios.add_transactions(session, ADA, [lot()], base_currency="USD")
        await portfolios.set_watchlist(session, ADA, ["AAPL"])
        await portfolios.add_transactions(session, twin, [lot("MSFT")], base_currency="USD")
    await ask(people, ADA, "mine")
    for other, symbols in ((BEN, []), (twin, ["MSFT"])):
        access = ClientAccess(people, other)
        assert [row.symbol for row in (await access.portfolio()).transactions] == symbols
        assert await access.watchlist() == ()
        async with people.read() as session:
            assert await turns.recent_turns(session, other, "c1", 10) == ()


@pytest.mark.parametrize("actor", [Actor("nobody"), Actor("ada", tenant="other firm")])
async def test_unknown_people_are_refused(people: Database, actor: Actor) -> None:
    access = ClientAccess(people, actor)
    with pytest.raises(UnknownUser, match="no user"):
        await access.portfolio()
    with pytest.raises(UnknownUser):
        await access.watchlist()
    for write in (
        lambda session: portfolios.add_transactions(session, actor, [lot()], base_currency="USD"),
        lambda session: portfolios.set_watchlist(session, actor, ["KO"]),
        lambda session: turns.start_turn(session, actor, "c", "?", now=NOW, budget=BUDGET),
    ):
        with pytest.raises(UnknownUser):
            await people.run(write)


async def test_nobody_finishes_another_s_turn(people: Database) -> None:
    async with people.write() as session:
        turn = await turns.start_turn(session, ADA, "c1", "?", now=NOW, budget=BUDGET)
        assert not await turns.finish_turn(session, BEN, turn, Outcome("answered", "!"), now=NOW)


async def test_a_turn_comes_back_with_its_tool_calls(people: Database) -> None:
    call = SavedToolCall(
        "get_quote",
        arguments={"symbols": ["apple\x00", "ü"]},
        resolved={"symbols": ["AAPL"]},
        result={"figures": [{"value": "125.674", "n": None}], "deep": [[1, 2.5, True]]},
        duration_ms=12.5,
    )
    failed = SavedToolCall("get_quote", arguments="not json", ok=False, error="unknown symbol")
    outcome = Outcome("answered", "125.67", (call, failed), evidence={"figures": []}, timings_ms={"total": 900.5})
    async with people.write() as session:
        turn = await turns.start_turn(session, ADA, "c1", "How is Apple?", now=NOW, budget=BUDGET)
        assert await turns.finish_turn(session, ADA, turn, outcome, now=NOW)
        assert not await turns.finish_turn(session, ADA, turn, outcome, now=NOW)
    async with people.read() as session:
        (past,) = await turns.recent_turns(session, ADA, "c1", 5)
    assert (past.id, past.question, past.answer, past.status) == (turn, "How is Apple?", "125.67", "answered")
    assert past.asked_at == NOW
    assert past.asked_at.tzinfo is UTC
    assert past.tool_calls[0].arguments == {"symbols": ["apple␀", "ü"]}
    assert past.tool_calls[0].result == call.result
    assert past.tool_calls[1] == failed


async def test_recent_turns_are_the_last_ones_in_order_and_whole(people: Database) -> None:
    for question in ("1", "2", "3"):
        await ask(people, ADA, question)
    await ask(people, BEN, "of another in the same thread")
    await ask(people, ADA, "elsewhere", conversation="c2")
    async with people.write() as session:
        running = await turns.start_turn(session, ADA, "c1", "running", now=NOW, budget=BUDGET)
        failed = await turns.start_turn(session, ADA, "c1", "failed", now=NOW, budget=BUDGET)
        await turns.finish_turn(session, ADA, failed, Outcome("failed", "sorry", failure="boom"), now=NOW)
    async with people.read() as session:
        assert [turn.question for turn in await turns.recent_turns(session, ADA, "c1", 2)] == ["2", "3"]
        assert await session.scalar(sa.select(Turn.position).where(Turn.id == running)) == 4


async def test_a_look_up_whose_data_could_not_be_had_is_remembered(people: Database) -> None:
    call = SavedToolCall("get_quote", {"symbols": ["Nvidia"]}, ok=False, error="no prices")
    async with people.write() as session:
        turn = await turns.start_turn(session, ADA, "c1", "price of Nvidia", now=NOW, budget=BUDGET)
        await turns.finish_turn(session, ADA, turn, Outcome("failed", "no prices", (call,)), now=NOW)
    async with people.read() as session:
        (past,) = await turns.recent_turns(session, ADA, "c1", 5)
    assert (past.question, past.tool_calls) == ("price of Nvidia", (call,))


async def test_any_text_round_trips(people: Database) -> None:
    for text in NAUGHTY:
        await ask(people, ADA, text, answer=text)
    async with people.read() as session:
        past = await turns.recent_turns(session, ADA, "c1", len(NAUGHTY))
    expected = [storable_text(text) for text in NAUGHTY]
    assert [turn.question for turn in past] == expected
    assert [turn.answer for turn in past] == expected


async def test_times_are_kept_in_utc_and_naive_ones_refused(people: Database) -> None:
    tokyo = timezone(timedelta(hours=9))
    async with people.write() as session:
        turn = await turns.start_turn(session, ADA, "c1", "?", now=NOW.astimezone(tokyo), budget=BUDGET)
    async with people.read() as session:
        kept = await session.get_one(Turn, ("local", turn))
        assert (kept.started_at, kept.started_at.tzinfo) == (NOW, UTC)
    with pytest.raises(StatementError, match="only times with a zone"):
        async with people.write() as session:
            await turns.start_turn(session, ADA, "c1", "?", now=NOW.replace(tzinfo=None), budget=BUDGET)


async def test_a_turn_whose_process_was_killed_is_found_and_reported(people: Database) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "from bot.records.processes import this_process; print(this_process())"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    async with people.write() as session:
        killed = await turns.start_turn(session, ADA, "c1", "killed", now=NOW, budget=BUDGET)
        running = await turns.start_turn(session, ADA, "c1", "running", now=NOW, budget=BUDGET)
        late = await turns.start_turn(session, BEN, "c1", "late", now=NOW - 2 * BUDGET, budget=BUDGET)
        (await session.get_one(Turn, ("local", killed))).process = ended
        (await session.get_one(Turn, ("local", late))).process = "another-host/1/1"
    async with people.write() as session:
        abandoned = await turns.fail_abandoned_turns(session, NOW)
    assert [(turn.id, turn.actor, turn.question) for turn in abandoned] == [
        (late, BEN, "late"),
        (killed, ADA, "killed"),
    ]
    async with people.write() as session:
        assert await turns.fail_abandoned_turns(session, NOW) == ()
        assert not await turns.finish_turn(session, ADA, killed, Outcome("answered", "too late"), now=NOW)
        assert await turns.finish_turn(session, ADA, running, Outcome("answered", "in time"), now=NOW)
        assert (await session.get_one(Turn, ("local", killed))).failure == turns.KILLED


@pytest.mark.parametrize("process", ["", "nonsense", "elsewhere/1/2", "/x/y"])
def test_a_process_elsewhere_is_never_said_to_have_ended(process: str) -> None:
    assert not has_ended(process)
    assert not has_ended(this_process())


def test_a_reused_process_number_is_another_process() -> None:
    host, pid, _ = this_process().split("/")
    assert has_ended(f"{host}/{pid}/1")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=18, min_value=-(10**27), max_value=10**27))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_canonical_decimals_are_exact_and_equal_when_the_numbers_are(number: Decimal) -> None:
    text = canonical_decimal(number)
    assert Decimal(text) == number
    assert text == canonical_decimal(Decimal(text)) == canonical_decimal(Decimal(f"{number:f}0"[:60]))
    assert "E" not in text


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "-Infinity", "1e28", "1e-19", "1e999999", "1e-999999"])
def test_what_can_not_be_kept_exactly_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical_decimal(Decimal(bad))


@pytest.mark.parametrize(("number", "text"), [("-0", "0"), ("1E+5", "100000"), ("2.50", "2.5"), ("0.000", "0")])
def test_canonical_form(number: str, text: str) -> None:
    assert canonical_decimal(Decimal(number)) == text
