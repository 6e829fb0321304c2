"""Alerts on Slack from end to end: set by a typed command, told once in a direct message, and changed by its buttons."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import httpx
import pytest
import sqlalchemy as sa
from starlette.applications import Starlette

from bot.app import assemble
from bot.records import administration
from bot.records.opening import open_records
from bot.records.policies import set_policy
from bot.records.schedule_tables import Alert
from bot.records.tables import AuditRecord
from bot.records.users import Actor
from bot.serving import Replica
from bot.surfaces.slack.surface import SlackSurface
from tests.fakes.market_data import FakeMarketData
from tests.fakes.slack_interactive import button_of, has_button, pressed
from tests.fakes.slack_payloads import TEAM, USER, command
from tests.fakes.slack_served import LIMITS, Served, served_settings
from tests.fakes.slack_server import Fault, Shown, SlackServer, deliver_form
from tests.fakes.waiting import until
from tools.market_data.base import Quote

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

DIRECT = f"D{USER}"
COIN = "BTC-USD"
"""It trades round the clock, so that the test may run at any hour."""

BEHIND = timedelta(days=-3)
"""The server's clock is turned forward from here, and never gets ahead of the time by which Slack dates posts."""


class Bench(Served):
    """A running server on a market and a clock that the test turns."""

    market: FakeMarketData
    offset: timedelta
    replica: Replica

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def quote(self, price: str) -> None:
        """The market trades at a new price, as of now."""
        self.market.quote_of = {COIN: Quote(COIN, Decimal(price), "USD", self.now(), Decimal(100))}

    async def type(self, text: str, number: int = 0) -> str:
        """What `/fin …` is answered."""
        form = command(text, channel=DIRECT, trigger=f"{number or len(self.slack.messages)}.{text}")
        before = len(self.answers())
        assert (await deliver_form(self.client, form)).status_code == 200
        await self.settled()
        (answer,) = self.answers()[before:]
        return answer.text

    async def pass_at(self, price: str, after: timedelta = timedelta(minutes=5)) -> list[Shown]:
        """A pass over the alerts some minutes later, at a new price; the messages that it led to."""
        self.offset += after
        self.quote(price)
        before = len(self.answers())
        assert await self.replica.alert_clock.tick()
        await self.settled()
        return self.answers()[before:]

    async def rows(self) -> list[Alert]:
        async with self.database.read() as session:
            return list(await session.scalars(sa.select(Alert)))


@pytest.fixture
async def bench(slack: SlackServer, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Bench]:
    async with _serving(served_settings(slack, sqlite_url, tmp_path / "home"), slack) as bench:
        yield bench


@pytest.fixture
async def on_each(slack: SlackServer, database_url: str, tmp_path: Path) -> AsyncIterator[Bench]:
    """The same on each kind of database in turn."""
    async with _serving(served_settings(slack, database_url, tmp_path / "home"), slack) as bench:
        yield bench


@asynccontextmanager
async def _serving(settings: object, slack: SlackServer) -> AsyncIterator[Bench]:
    market, clock = FakeMarketData(), list[Bench]()
    async with assemble(settings, Actor("local")) as (real, _):
        parts = replace(real, market=market, now=lambda: clock[0].now() if clock else datetime.now(UTC))
        running = Replica(settings, parts, [SlackSurface(settings)], LIMITS)
        app = Starlette(routes=running.routes(), lifespan=running.running)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8765") as client,
            await open_records(settings) as database,
        ):
            bench = Bench(client, slack, database, settings)
            bench.market, bench.offset, bench.replica = market, BEHIND, running
            clock.append(bench)
            bench.quote("100")
            yield bench


async def test_one_crossing_is_one_direct_message_and_its_buttons_snooze_and_delete(on_each: Bench) -> None:
    bench = on_each
    said = await bench.type("alert bitcoin above 150")
    assert "Alert 1 is set: Bitcoin above $150.00. The latest price is $100.00" in said
    assert await bench.pass_at("140") == []
    bench.slack.faults["chat.postMessage"].append(Fault(drop=True, after=True))  # posted, and the answer was lost
    (told,) = await bench.pass_at("151.5")
    assert told.channel == DIRECT
    assert "Bitcoin was at $151.50 on" in told.text
    assert "above your alert price of $150.00" in told.text
    assert "fake market" in told.text
    assert has_button(told, "show_how")
    assert await bench.pass_at("152") == []
    assert await bench.pass_at("149.9") == []  # not far enough back
    assert await bench.pass_at("151") == []

    await bench.press(pressed(told, "alert_snooze"))
    assert bench.answers()[-1].text.startswith("Silent until")
    assert await bench.pass_at("120", timedelta(hours=2)) == []  # armed again, in silence
    assert await bench.pass_at("160") == []
    (again,) = await bench.pass_at("161", timedelta(days=1))
    assert "$161.00" in again.text

    await bench.press(pressed(again, "alert_delete"))
    assert bench.answers()[-1].text.startswith("Removed: Bitcoin above $150.00")
    assert await bench.rows() == []
    assert not await bench.replica.alert_clock.tick()
    assert set((await bench.settled()).values()) == {"done"}


async def test_a_message_shows_how_it_was_found(bench: Bench) -> None:
    await bench.type("alert bitcoin moves 5%")
    (told,) = await bench.pass_at("94")
    assert "down 6.00% from its previous close of $100.00" in told.text
    await bench.press(pressed(told, "show_how"))
    await until(lambda: bench.slack.views)
    view = str(bench.slack.views[-1])
    assert "check_alert" in view
    assert "94.00" in view
    async with bench.database.read() as session:
        log = (await session.scalars(sa.select(AuditRecord).where(AuditRecord.tenant == TEAM))).all()
    assert {"alert.add", "tool_call", "answer"} <= {row.action for row in log}


async def test_nobody_changes_the_alert_of_another_by_its_button(bench: Bench) -> None:
    await bench.type("alert bitcoin above 150")
    (told,) = await bench.pass_at("160")
    for name in ("alert_snooze", "alert_delete"):
        await bench.press(pressed(told, name, user="UEVE"))
    assert len(await bench.rows()) == 1
    assert (await bench.rows())[0].quiet_until is None


async def test_quiet_hours_hold_a_message_back_until_they_end(bench: Bench) -> None:
    await bench.type("alert bitcoin above 150")
    hours = {"from": f"{bench.now() - timedelta(hours=1):%H:%M}", "to": f"{bench.now() + timedelta(hours=2):%H:%M}"}
    async with bench.database.write() as session:
        await set_policy(session, Actor("root", TEAM), {"quiet_hours": hours, "time_zone": "UTC"}, at=bench.now())
    bench.offset += timedelta(minutes=5)
    bench.quote("160")
    before = len(bench.answers())
    assert await bench.replica.alert_clock.tick()
    async with asyncio.timeout(30):
        while (await bench.rows())[0].last_fired_at is None:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)  # it is in the inbox, and claimed now and again
    assert bench.answers()[before:] == []
    assert sorted((await bench.states()).values()) == ["done", "done", "waiting"]


async def test_an_owner_who_left_is_told_nothing_and_an_admin_reads_it_once(bench: Bench) -> None:
    await bench.type("alert bitcoin above 150")
    async with bench.database.write() as session:
        await administration.save_user(
            session, Actor("root", TEAM), USER, display_name="Ada", active=False, at=bench.now()
        )
    assert await bench.pass_at("160") == []
    assert not await bench.replica.alert_clock.tick()
    (row,) = await bench.rows()
    assert row.failure == "its owner left"
    async with bench.database.read() as session:
        off = (await session.scalars(sa.select(AuditRecord).where(AuditRecord.action == "alert.off"))).all()
    assert [row.details for row in off] == [{"reason": "its owner left"}]


async def test_a_person_who_can_not_be_written_to_has_the_alert_switched_off(bench: Bench) -> None:
    await bench.type("alert bitcoin above 150")
    bench.slack.users[USER] = {"deleted": True}
    assert await bench.pass_at("160") == []
    (row,) = await bench.rows()
    assert row.failure == "that person's account is deactivated"
    assert "dead" in (await bench.states()).values()


async def test_a_proposal_of_the_model_names_the_command(bench: Bench) -> None:
    said = await bench.type("tell me when bitcoin goes above 150")
    assert "/fin alert BTC-USD above 150" in said
    shown = bench.answers()[-1]
    assert button_of(shown, "proposal_confirm")["text"]["text"] == "Set alert"
    await bench.press(pressed(shown, "proposal_confirm"))
    (row,) = await bench.rows()
    assert (row.symbol, row.condition, row.threshold, row.currency) == (COIN, "above", Decimal(150), "USD")
