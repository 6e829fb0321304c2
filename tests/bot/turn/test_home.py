"""A home: at once with what is known, then with the prices of now; for whom it may be, and with what is theirs alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.records import administration as admin
from bot.records import alerts, digests, personal_data, policies, portfolios, preferences
from bot.records.database import open_database
from bot.records.digest_terms import DigestTerms, vet
from bot.records.users import Actor
from bot.turn.destination import Place
from bot.turn.home import _FAILED, _LATE, Home, Homes
from bot.turn.prompting import sections
from tests.fakes.firm import CHIEF, MARKET, NOW, Firm, open_firm
from tools.alerts.rules import Watch
from tools.alerts.telling import Level
from tools.formatting import show as show_figure
from tools.market_data.base import Quote
from tools.portfolio.glance import Glance

DIRECT = Place("slack", "local", "D1", "direct")
MEMBER = Actor("member")


@pytest.fixture
async def firm(sqlite_url: str) -> AsyncIterator[Firm]:
    async with await open_database(sqlite_url) as database:
        yield await open_firm(database)


async def opened(homes: Homes, actor: Actor = MEMBER, place: Place = DIRECT) -> list[Home]:
    """Everything that is shown at one opening, in order."""
    shown: list[Home] = []

    async def show(home: Home) -> None:
        shown.append(home)

    await homes.open(actor, place, show)
    return shown


async def test_first_without_prices_then_with_them_and_the_next_time_at_once(firm: Firm) -> None:
    homes = Homes(firm.parts)
    first, second = await opened(homes)
    assert first.is_waiting
    assert first.has_portfolio
    assert first.glance == Glance()
    assert not second.is_waiting
    assert second.glance.value is not None
    assert show_figure(second.glance.value) == "$1,356.74"  # ten shares at $125.674, and $100
    assert [row.symbol for row in second.glance.watched] == ["AAPL"]
    assert any("As of 28 Dec 2022, bundled history" in note for note in second.notes)
    assert second.disclosure
    (again,) = await opened(homes)
    assert again == second


async def test_what_changed_in_the_records_is_never_shown_with_old_prices(firm: Firm) -> None:
    homes = Homes(firm.parts)
    await opened(homes)
    await firm.ask("/watch add MSFT")
    first, second = await opened(homes)
    assert first.glance == Glance()
    assert [row.symbol for row in second.glance.watched] == ["AAPL", "MSFT"]


async def test_what_was_forgotten_is_not_shown_once_more(firm: Firm) -> None:
    homes = Homes(firm.parts)
    await opened(homes)
    await firm.act(lambda session: personal_data.forget(session, CHIEF, "member", at=NOW))
    (shown,) = await opened(homes)
    assert (shown.glance, shown.has_portfolio) == (Glance(), False)


@pytest.mark.parametrize(
    ("place", "actor", "act", "notice"),
    [
        (replace(DIRECT, asker="guest"), MEMBER, None, "guest"),
        (replace(DIRECT, external=True), MEMBER, None, "guest"),
        (DIRECT, MEMBER, ("user", "member"), "user_stopped"),
        (DIRECT, MEMBER, ("tenant", ""), "tenant_stopped"),
    ],
)
async def test_who_may_see_nothing_sees_nothing_even_of_what_was_kept(
    firm: Firm, place: Place, actor: Actor, act: Any, notice: str
) -> None:
    homes = Homes(firm.parts)
    await opened(homes)
    if act:
        await firm.act(lambda session: admin.pull_switch(session, CHIEF, *act, reason="a drill", at=NOW))
    assert await opened(homes, actor, place) == [Home(refusal=sections("notices")[notice])]


async def test_somebody_inactive_and_somebody_new(firm: Firm) -> None:
    await firm.act(lambda session: admin.save_user(session, CHIEF, "member", display_name="", active=False, at=NOW))
    (shown,) = await opened(Homes(firm.parts))
    assert shown.refusal == sections("notices")["user_inactive"]
    (shown,) = await opened(Homes(firm.parts), Actor("never seen"))
    assert shown == Home()


async def test_nobody_sees_another_persons(firm: Firm) -> None:
    homes = Homes(firm.parts)
    await opened(homes, Actor("ada"))
    for home in await opened(homes, Actor("adviser")):
        assert "MSFT" not in str(home)


async def test_currency_locale_digests_alerts_and_the_admins_corner(firm: Firm) -> None:
    terms = await vet(DigestTerms("my_portfolio", "slack", schedule="0 8 * * mon-fri", holidays="send"), NOW)

    async def settle(session: Any) -> None:
        await preferences.choose(session, MEMBER, {"base_currency": "EUR", "locale": "de_DE"}, at=NOW)
        await policies.set_policy(session, CHIEF, {"disclosures": {"personal": "Not advice."}}, at=NOW)
        await digests.add(session, MEMBER, "member", terms, at=NOW)
        level = Level("above", "AAPL", Decimal(200), "USD")
        await alerts.add(session, MEMBER, level, Watch("above", Decimal(200)), surface="slack", target={}, at=NOW)
        await alerts.add(session, Actor("ada"), level, Watch("above", Decimal(200)), surface="slack", target={}, at=NOW)

    await firm.act(settle)
    home = (await opened(Homes(firm.parts)))[-1]
    assert home.glance.value is not None
    assert home.glance.value.currency == "EUR"
    assert home.manner.locale == "de_DE"
    assert home.disclosure == "Not advice."
    assert [(each.kind, each.text) for each in (*home.digests, *home.alerts)] == [
        ("digest", "My portfolio: 08:00, Mon to Fri (UTC)"),
        ("alert", "Apple above $200.00"),
    ]
    assert not home.is_admin
    assert (await opened(Homes(firm.parts), Actor("admin")))[-1].is_admin


class Slow:
    """A source that takes its time, or breaks."""

    def __init__(self, *, breaks: bool = False) -> None:
        self.go, self.breaks = asyncio.Event(), breaks

    def __getattr__(self, name: str) -> Any:
        return getattr(MARKET, name)

    async def quotes(self, symbols: Any) -> dict[str, Quote]:
        if self.breaks:
            raise RuntimeError("a bug")
        await self.go.wait()
        return await MARKET.quotes(symbols)  # type: ignore[return-value]


async def test_prices_that_take_too_long_are_not_waited_for(firm: Firm) -> None:
    slow = Slow()
    homes = Homes(firm.with_parts(market=slow).parts, patience=timedelta(milliseconds=30))
    first, second = await opened(homes)
    assert first.is_waiting
    assert (second.is_waiting, second.glance, second.notes[0]) == (False, Glance(), _LATE)
    slow.go.set()
    homes = Homes(firm.with_parts(market=slow).parts)
    await opened(homes)
    homes._patience = timedelta(milliseconds=1)
    slow.go.clear()
    old, late = await opened(homes)
    assert old.glance.value == late.glance.value is not None
    assert late.notes[0] == _LATE


async def test_a_bug_leaves_nobody_waiting(firm: Firm, caplog: pytest.LogCaptureFixture) -> None:
    shown = await opened(Homes(firm.with_parts(market=Slow(breaks=True)).parts))
    assert shown[-1].notes[0] == _FAILED
    assert not shown[-1].is_waiting
    assert "a home could not be gathered" in caplog.text


async def test_two_openings_at_once_end_with_the_newer_picture(firm: Firm) -> None:
    homes = Homes(firm.parts)
    seen: list[tuple[int, int]] = []

    def shower(number: int) -> Any:
        async def show(home: Home) -> None:
            await asyncio.sleep(0)
            seen.append((number, len(home.glance.watched)))

        return show

    one = asyncio.create_task(homes.open(MEMBER, DIRECT, shower(1)))
    await asyncio.sleep(0)
    await firm.act(lambda session: portfolios.set_watchlist(session, MEMBER, ["AAPL", "MSFT"]))
    await asyncio.gather(one, homes.open(MEMBER, DIRECT, shower(2)))
    assert [number for number, _ in seen] == sorted(number for number, _ in seen)
    assert seen[-1] == (2, 2)
    assert not homes._in_turn
