"""The pass over all alerts: whatever happens to evaluators and data, each crossing is put in the inbox exactly once."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.jobs.alerts import AlertPass
from bot.records import administration, alerts, portfolios, preferences
from bot.records.access import ClientAccess
from bot.records.tables import AuditRecord
from bot.records.users import Actor
from tests.fakes.alert_bench import COIN, START, AlertBench, above
from tests.fakes.market_data import history
from tests.fakes.portfolios import bought
from tools.alerts.telling import Level
from tools.context import Portfolio
from tools.errors import RateLimited
from tools.market_data.base import Events, Quote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.records.database import Database
    from tools.errors import MarketDataError

MINUTES = timedelta(minutes=5)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def bench(database: Database) -> AlertBench:
    return AlertBench(database)


STEP = st.tuples(
    st.sampled_from(["new", "new", "new", "same", "older", "missing", "nan", "impossible"]),
    st.integers(96, 104),
    st.integers(1, 200),
    st.integers(1, 3),
    st.booleans(),
)
"""(what the source says, its price, minutes since the step before, evaluators at work at once, whether they restart)"""


def crossings(seen: list[tuple[datetime, Decimal]]) -> list[datetime]:
    """The times at which the price came to 100 from below 99.50, with an hour's rest after each: in plain words."""
    told: list[datetime] = []
    waits = True
    for at, price in seen:
        if waits and price >= 100:
            told.append(at)
            waits = False
        elif not waits and price <= Decimal("99.5") and at >= told[-1] + HOUR:
            waits = True
    return told


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=3, max_size=10))
async def test_every_crossing_is_told_once_and_nothing_else_ever(
    database: Database, steps: list[tuple[str, int, int, int, bool]]
) -> None:
    bench = AlertBench(database, tenant=uuid.uuid4().hex)
    bench.trade("90")
    await bench.add(above("100"), last="90")
    evaluators = [bench.evaluator() for _ in range(3)]
    seen: list[tuple[datetime, Decimal]] = []
    for says, price, minutes, at_once, restarts in steps:
        bench.now += timedelta(minutes=minutes)
        before = bench.market.quote_of.get(COIN)
        if says == "new":
            bench.trade(str(price))
            seen.append((bench.now, Decimal(price)))
        elif says == "older" and isinstance(before, Quote):
            older = seen[-1][0] if seen else START
            bench.market.quote_of = {COIN: Quote(COIN, Decimal(price), "USD", older - MINUTES, Decimal(100))}
        elif says == "missing":
            bench.market.quote_of = {COIN: RateLimited("later.")}
        elif says in ("nan", "impossible"):
            value = Decimal("NaN") if says == "nan" else Decimal(10_000)
            bench.market.quote_of = {COIN: Quote(COIN, value, "USD", bench.now, Decimal(100))}
        if restarts:
            evaluators = [bench.evaluator() for _ in range(3)]
        await asyncio.gather(*(evaluator.run() for evaluator in evaluators[:at_once]))
        if says in ("missing", "nan", "impossible", "older"):
            bench.market.quote_of = {}
    told = [datetime.fromisoformat(event.payload["crossing"]["as_of"]) for event in await bench.events()]
    assert told == crossings(seen)
    (row,) = await bench.rows()
    assert row.last_as_of == (seen[-1][0] if seen else START)


async def test_a_symbol_is_asked_for_once_however_many_watch_it(bench: AlertBench) -> None:
    for number in range(6):
        await bench.add(above(str(110 + number)), user=f"user{number}")
    await bench.add(above("500", "AAPL"))
    bench.trade("112", after=MINUTES)
    bench.trade("400", "AAPL", previous="400")
    counts = await bench.evaluator().run()
    assert counts == {"symbols": 2, "looked": 7, "fired": 3}
    assert [asked for asked in bench.market.asked if asked[0] == "quotes"] == [("quotes", ("AAPL", COIN))]
    assert len({event.user_id for event in await bench.events()}) == 3


async def test_a_closed_exchange_is_not_asked_after_the_first_pass(bench: AlertBench) -> None:
    await bench.add(above("500", "AAPL"))
    bench.trade("100", "AAPL")
    evaluator = bench.evaluator()
    bench.now = START + timedelta(hours=12)
    assert (await evaluator.run())["symbols"] == 1
    assert (await evaluator.run())["symbols"] == 0
    bench.now = START + DAY
    assert (await evaluator.run())["symbols"] == 1


async def test_what_was_seen_is_kept_without_a_message(bench: AlertBench) -> None:
    await bench.add(above("110"))
    bench.trade("105", after=MINUTES)
    await bench.evaluator().run()
    (row,) = await bench.rows()
    assert (row.last_value, row.last_as_of, row.armed) == (Decimal(105), bench.now, True)
    assert await bench.events() == []


@pytest.mark.parametrize("how", ["paused", "snoozed", "removed"])
async def test_what_its_owner_silenced_tells_nothing(bench: AlertBench, how: str) -> None:
    kept = await bench.add(above("110"))
    async with bench.database.write() as session:
        act = {"paused": alerts.pause, "removed": alerts.remove}.get(how)
        if act:
            assert await act(session, bench.actor(), kept.id, at=bench.now)
        else:
            assert await alerts.snooze(session, bench.actor(), kept.id, bench.now + HOUR, at=bench.now)
    bench.trade("120", after=MINUTES)
    await bench.evaluator().run()
    assert await bench.events() == []
    if how == "snoozed":
        bench.trade("121", after=2 * HOUR)
        await bench.evaluator().run()
        assert len(await bench.events()) == 1


@pytest.mark.parametrize("how", ["paused", "snoozed", "removed", "told"])
async def test_what_changes_while_prices_are_fetched_counts(bench: AlertBench, how: str) -> None:
    kept = await bench.add(above("110"))
    bench.trade("120", after=MINUTES)
    asked = bench.market.quotes

    async def meanwhile(symbols: Sequence[str]) -> dict[str, Quote | MarketDataError]:
        async with bench.database.write() as session:
            if how == "told":  # by another evaluator, on the price before
                watch = replace(kept.watch, armed=False, last_as_of=bench.now - MINUTES, fired_at=bench.now - MINUTES)
                await alerts.put(session, kept.key, watch)
            elif how == "snoozed":
                await alerts.snooze(session, bench.actor(), kept.id, bench.now + HOUR, at=bench.now)
            else:
                act = alerts.pause if how == "paused" else alerts.remove
                await act(session, bench.actor(), kept.id, at=bench.now)
        return await asked(symbols)

    bench.market.quotes = meanwhile  # type: ignore[method-assign]
    assert (await bench.evaluator().run())["fired"] == 0
    assert await bench.events() == []


@pytest.mark.parametrize(
    "stop",
    [
        lambda s, by: administration.pull_switch(s, by, "user", "ada", reason="x", at=START),
        lambda s, by: administration.pull_switch(s, by, "tenant", "", reason="x", at=START),
    ],
)
async def test_nothing_goes_off_for_whom_an_admin_stopped(bench: AlertBench, stop: object) -> None:
    await bench.add(above("110"))
    await bench.add(above("110"), user="ben")
    async with bench.database.write() as session:
        await stop(session, Actor("root", bench.tenant))  # type: ignore[operator]
    bench.trade("120", after=MINUTES)
    await bench.evaluator().run()
    assert "ada" not in {event.user_id for event in await bench.events()}
    (row, *_) = await bench.rows()
    assert row.failure is None  # it goes on when the switch is let go


async def test_alerts_of_people_who_left_are_switched_off_with_one_row_of_the_log(bench: AlertBench) -> None:
    await bench.add(above("110"))
    by = Actor("root", bench.tenant)
    async with bench.database.write() as session:
        await administration.save_user(session, by, "ada", display_name="", active=False, at=START)
    bench.trade("120", after=MINUTES)
    for _ in range(2):
        await bench.evaluator().run()
    (row,) = await bench.rows()
    assert row.failure == "its owner left"
    assert await bench.events() == []
    async with bench.database.read() as session:
        query = sa.select(AuditRecord).where(AuditRecord.action == "alert.off", AuditRecord.tenant == bench.tenant)
        (log,) = (await session.scalars(query)).all()
    assert (log.actor, log.details) == (alerts.WHO, {"reason": "its owner left"})


async def test_prices_that_stay_impossible_end_the_alert_and_its_owner_is_told(bench: AlertBench) -> None:
    await bench.add(above("110"))
    evaluator = bench.evaluator()
    for days in (1, 2, 6, 7):
        bench.trade("10000", after=START + days * DAY - bench.now)
        await evaluator.run()
    (row,) = await bench.rows()
    assert row.failure is not None
    (event,) = await bench.events()
    assert set(event.payload) >= {"off", "alert"}


async def test_a_split_moves_the_level_and_is_told_once(bench: AlertBench) -> None:
    level = Level("below", "AAPL", Decimal(200), "USD")
    await bench.add(level, last="500")
    day = (START + DAY).date()
    bench.market.history_of = {"AAPL": history("AAPL", [125.0, 125.0], end=day, splits=((day, Decimal(4)),))}
    bench.trade("126", "AAPL", after=DAY, previous="125")
    for _ in range(2):
        await asyncio.gather(*(bench.evaluator().run() for _ in range(2)))
    (event,) = await bench.events()
    assert event.payload["split"]["after"] == "50"
    (row,) = await bench.rows()
    assert (row.threshold, row.last_value, row.armed) == (Decimal(50), Decimal(126), True)


async def test_a_drawdown_is_measured_on_settled_closes_of_the_owners_own_portfolio(bench: AlertBench) -> None:
    await bench.add(Level("drawdown_percent", None, Decimal(10)))
    held = Portfolio("Main", "USD", (bought("MSFT", "1", "100", "2026-11-12"),), {}, {})
    async with bench.database.write() as session:
        await portfolios.add_portfolio(session, bench.actor(), held)
    closes = [100.0, 120.0, 119.0, 107.0]
    bench.market.history_of = {"MSFT": history("MSFT", closes, end=START.date(), closes=closes)}
    bench.market.day = START.date()
    evaluator = bench.evaluator()
    await evaluator.run()  # the day is not over
    assert await bench.events() == []
    bench.now = datetime(2026, 11, 16, 22, 30, tzinfo=UTC)
    await evaluator.run()
    asked = len(bench.market.asked)
    await evaluator.run()
    assert len(bench.market.asked) == asked  # once a day
    (event,) = await bench.events()
    assert event.payload["crossing"]["value"].startswith("10.83")
    assert await ClientAccess(bench.database, bench.actor()).portfolio()


async def test_earnings_tomorrow_are_told_by_the_owners_own_clock(bench: AlertBench) -> None:
    bench.market.events_of = {"AAPL": Events("AAPL", next_earnings=date(2026, 11, 18))}
    await bench.add(Level("earnings", "AAPL"))
    await bench.add(Level("earnings", "AAPL"), user="kiri")
    async with bench.database.write() as session:
        await preferences.choose(session, bench.actor("kiri"), {"time_zone": "Pacific/Auckland"}, at=START)
    evaluator = bench.evaluator()
    await evaluator.run()  # it is Tuesday in Auckland
    assert [event.user_id for event in await bench.events()] == ["kiri"]
    bench.now += DAY
    for _ in range(2):
        await evaluator.run()
    assert sorted(event.user_id for event in await bench.events()) == ["ada", "kiri"]


async def test_a_source_that_fails_costs_a_pass_and_no_crossing(bench: AlertBench) -> None:
    await bench.add(above("110"))
    bench.market.quote_of = {COIN: RateLimited("slow down.")}
    assert (await bench.evaluator().run())["looked"] == 0
    bench.trade("120", after=MINUTES)
    assert (await bench.evaluator().run())["fired"] == 1


async def test_alerts_of_a_platform_that_is_not_connected_wait(bench: AlertBench) -> None:
    await bench.add(above("110"))
    bench.trade("120", after=MINUTES)
    assert not await AlertPass(bench.parts, ["slack"]).run()
    (row,) = await bench.rows()
    assert row.armed


async def test_one_portfolio_that_breaks_the_measuring_costs_nobody_elses_alerts(
    bench: AlertBench, caplog: pytest.LogCaptureFixture
) -> None:
    await bench.add(Level("drawdown_percent", None, Decimal(10)))
    await bench.add(above("110"), user="ben")
    held = Portfolio("Main", "USD", (bought("MSFT", "1", "100", "2026-11-12"),), {}, {})
    async with bench.database.write() as session:
        await portfolios.add_portfolio(session, bench.actor(), held)
    closes = [100.0, 120.0, 119.0, 107.0]
    broken = replace(history("MSFT", closes, end=START.date(), closes=closes), adjusted=(None,) * 4)  # type: ignore[arg-type]
    bench.market.history_of, bench.market.day = {"MSFT": broken}, START.date()
    bench.trade("120", after=MINUTES)
    assert (await bench.evaluator().run())["fired"] == 1
    assert [event.user_id for event in await bench.events()] == ["ben"]
    assert "a portfolio could not be measured" in caplog.text


async def test_what_a_pass_remembers_goes_with_its_alert_and_has_an_end(
    bench: AlertBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.jobs.alerts._MOST_DOUBTS", 2)
    first = await bench.add(Level("drawdown_percent", None, Decimal(10)))
    held = Portfolio("Main", "USD", (bought("MSFT", "1", "100", "2026-11-12"),), {}, {})
    async with bench.database.write() as session:
        await portfolios.add_portfolio(session, bench.actor(), held)
    closes = [100.0, 120.0, 119.0, 118.0]
    bench.market.history_of = {"MSFT": history("MSFT", closes, end=date(2026, 11, 13), closes=closes)}
    bench.market.day = START.date()
    evaluator = bench.evaluator()
    await evaluator.run()
    assert list(evaluator._settled) == [first.key]
    async with bench.database.write() as session:
        await alerts.remove(session, bench.actor(), first.id, at=bench.now)
    second = await bench.add(Level("drawdown_percent", None, Decimal(20)))
    await evaluator.run()
    assert list(evaluator._settled) == [second.key]
    await bench.add(above("500"))
    for price in ("10000", "20000", "30000"):
        bench.trade(price, after=MINUTES)
        await evaluator.run()
    assert len(evaluator._doubted) == 2
