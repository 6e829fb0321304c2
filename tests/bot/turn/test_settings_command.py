"""`/settings`: shown with whose choice each is, changed strictly, and in force from the next answer on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.messages import Manner, ToolCall
from bot.records import policies
from bot.records.database import open_database
from bot.turn.destination import Place
from bot.turn.prompting import sections
from tests.fakes.firm import CHIEF, NOW, Firm, open_firm

MINE = ToolCall("get_portfolio", {})


@pytest.fixture
async def firm(sqlite_url: str) -> AsyncIterator[Firm]:
    async with await open_database(sqlite_url) as database:
        yield await open_firm(database)


async def test_what_holds_is_shown_with_how_to_change_it(firm: Firm) -> None:
    shown = (await firm.ask("/settings")).answer
    assert "- Base currency: **not chosen** (`/settings currency EUR`)" in shown
    assert "- Risk profile: **not given** (`/settings risk balanced`)" in shown
    assert "The terminal writes numbers and dates in one form" in shown
    await firm.act(lambda session: policies.set_policy(session, CHIEF, {"time_zone": "Europe/Paris"}, at=NOW))
    shown = (await firm.ask("/settings", place=Place("slack", "local", "D1", "direct"))).answer
    assert "- Time zone: **Europe/Paris, as your administrator set it** (`/settings zone Europe/Berlin`)" in shown
    assert "terminal" not in shown


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("/settings currency eur", "Base currency: EUR."),
        ("/Settings ZONE europe/berlin", "Time zone: Europe/Berlin."),
        ("/settings language de-DE", "Numbers and dates: de\\_DE."),
        ("/settings risk balanced", "Risk profile: balanced, given on 20 Nov 2026."),
        ("/settings currency default", "Nothing was changed. Base currency: not chosen."),
        ("/settings currency beans", "Nothing was changed: “beans” is no currency code; write one like USD or EUR."),
        ("/settings zone Berlin", "Nothing was changed: “Berlin” is no time zone; write one like Europe/Berlin."),
        ("/settings language x@evil.com", "is no locale; write one like en\\_US or de\\_DE."),
        ("/settings currency", "Say `/settings currency EUR`"),
        ("/settings currency EUR USD", "Say `/settings currency EUR`"),
        ("/settings colour green", "Say `/settings currency EUR`"),
    ],
)
async def test_each_is_read_strictly(firm: Firm, command: str, said: str) -> None:
    reply = await firm.ask(command)
    assert said in reply.answer
    assert "@evil" not in reply.answer
    assert reply.personal
    assert firm.model.asked == []


async def test_a_risk_profile_of_over_a_year_ago_is_out_of_date(firm: Firm) -> None:
    await firm.ask("/settings risk cautious")
    later = Firm(replace(firm.parts, now=lambda: NOW + timedelta(days=366)), firm.model)
    assert "out of date (cautious, given on 20 Nov 2026); give it again" in (await later.ask("/settings")).answer


async def test_the_own_portfolio_is_told_in_the_chosen_currency_and_a_clients_in_its_own(firm: Firm) -> None:
    assert "$1," in (await firm.ask("what do I hold", [MINE], by="adviser")).answer
    await firm.ask("/settings currency EUR", by="adviser")
    own = await firm.ask("what do I hold", [MINE], by="adviser")
    assert "€1," in own.answer
    worth = next(figure for _, figure, _ in own.figures if figure.attribute == "market value")
    assert worth.currency == "EUR"
    assert "You ask about Ada Byron" in (await firm.ask("/client ada byron", by="adviser")).answer
    hers = await firm.ask("what does she hold", [MINE], by="adviser")
    assert hers.client == "ada"
    assert "€" not in hers.answer
    assert "$" in hers.answer


async def test_each_reply_tells_the_surface_how_its_asker_reads(firm: Firm) -> None:
    assert (await firm.ask("/help")).manner == Manner()
    await firm.ask("/settings language de_DE")
    await firm.act(lambda session: policies.set_policy(session, CHIEF, {"time_zone": "Europe/Paris"}, at=NOW))
    assert (await firm.ask("/help")).manner == Manner("de_DE", "", "en_US", "Europe/Paris")
    assert (await firm.ask("/help", by="adviser")).manner == Manner("", "", "en_US", "Europe/Paris")


async def test_a_guest_has_no_settings(firm: Firm) -> None:
    guest = Place("slack", "local", "D2", "direct", guests=True, asker="guest")
    assert (await firm.ask("/settings currency EUR", place=guest)).answer == sections("notices")["guest"]
