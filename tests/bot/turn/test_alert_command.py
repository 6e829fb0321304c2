"""`/alert`: strict reading, levels in the listing's own currency, and everything a person can do with their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from bot.records import alerts, portfolios, users
from bot.records.database import open_database
from bot.records.users import Actor
from bot.turn.alert_words import DOLLARS, PENCE, Typed, read_alert, read_silence
from bot.turn.commands import CommandContext, run_command
from tests.fakes.market_data import TODAY, FakeMarketData, history, quote
from tests.fakes.portfolios import bought
from tools.context import Portfolio
from tools.errors import NotOffered
from tools.market_data.base import Events
from tools.market_data.snapshot import SnapshotMarketData
from tools.symbols.resolver import DirectoryResolver

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ADA, BEN = Actor("ada"), Actor("ben")
NOW = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)


@pytest.fixture
async def context(sqlite_url: str) -> AsyncIterator[CommandContext]:
    market = FakeMarketData(
        quote_of={
            "AAPL": quote("AAPL", "148.20", "147"),
            "VOD.L": quote("VOD.L", "0.70", "0.69", currency="GBP"),
            "^GSPC": quote("^GSPC", "5000", "4990", currency=None),
            "0700.HK": quote("0700.HK", "600", currency="HKD"),
            "TSLA": quote("TSLA", "0"),
            "NVDA": quote("NVDA", "100", as_of=TODAY + timedelta(days=9)),
        },
        events_of={
            "AAPL": Events("AAPL", next_earnings=date(2027, 1, 28)),
            "MSFT": NotOffered("No dates here; connect another source."),
        },
    )
    async with await open_database(sqlite_url) as database:
        async with database.write() as session:
            await users.ensure_user(session, ADA)
            await users.ensure_user(session, BEN)
        yield CommandContext(database, DirectoryResolver(), ADA, surface="slack", market=market, now=lambda: NOW)


async def kept(context: CommandContext, actor: Actor = ADA) -> tuple[alerts.Kept, ...]:
    async with context.database.read() as session:
        return await alerts.alerts_of(session, actor)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("AAPL above 150", Typed("above", "AAPL", Decimal(150))),
        ("AAPL over 1,250.50", Typed("above", "AAPL", Decimal("1250.5"))),
        ("AAPL below $120", Typed("below", "AAPL", Decimal(120), DOLLARS)),
        ("AAPL under 120 USD", Typed("below", "AAPL", Decimal(120), "USD")),
        ("AAPL below USD 120", Typed("below", "AAPL", Decimal(120), "USD")),
        ("VOD.L above 70p", Typed("above", "VOD.L", Decimal(70), PENCE)),
        ("VOD.L above 70 GBp", Typed("above", "VOD.L", Decimal(70), PENCE)),
        ("VOD.L above 70 GBX", Typed("above", "VOD.L", Decimal(70), PENCE)),
        ("VOD.L above 70 GBP", Typed("above", "VOD.L", Decimal(70), "GBP")),
        ("VOD.L above £0.70", Typed("above", "VOD.L", Decimal("0.7"), "GBP")),
        ("Johnson & Johnson below 120", Typed("below", "Johnson & Johnson", Decimal(120))),
        ("Five Below below 90", Typed("below", "Five Below", Decimal(90))),
        ("me when Apple drops below 120", Typed("below", "Apple", Decimal(120))),
        ("TSLA moves 5%", Typed("day_move_percent", "TSLA", Decimal(5))),
        ("TSLA moves 2.5 percent", Typed("day_move_percent", "TSLA", Decimal("2.5"))),
        ("NVDA new high", Typed("new_high", "NVDA")),
        ("NVDA NEW LOW", Typed("new_low", "NVDA")),
        ("Apple earnings", Typed("earnings", "Apple")),
        ("portfolio drawdown 10%", Typed("drawdown_percent", "", Decimal(10))),
    ],
)
def test_an_alert_is_read_as_it_is_typed(typed: str, read: Typed) -> None:
    assert read_alert(typed.split()) == read


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        *((text, "Say `/alert AAPL above 150`") for text in ("", "AAPL", "above 150", "new high", "earnings")),
        ("portfolio above 100", "Say `/alert AAPL above 150`"),
        ("portfolio earnings", "Say `/alert AAPL above 150`"),
        *((f"X above {text}", "can't read that as a price") for text in ("", "lots", "1_000", "NaN", "١٢٣", "1e9")),
        *((f"X above {text}", "above zero, below a billion") for text in ("0", "-5", "9999999999", "0.1234567")),
        ("X above 15O", "I don't know that currency"),
        ("X above 150 doubloons", "I don't know that currency"),
        ("X above $150 EUR", "I don't know that currency"),
        *((f"X moves {text}", "above 0% and up to 100%") for text in ("", "0%", "-5%", "101%", "five hundred")),
        *((f"portfolio drawdown {text}", "above 0% and below 100%") for text in ("", "0%", "100%")),
        ("AAPL drawdown 10%", "of your portfolio only"),
    ],
)
def test_what_can_not_be_read_gets_one_sentence_with_the_fix(typed: str, said: str) -> None:
    answer = read_alert(typed.split())
    assert isinstance(answer, str)
    assert said in answer
    assert "`/alert " in answer


@pytest.mark.parametrize(
    ("typed", "length"),
    [
        ("", timedelta(days=1)),
        ("3 days", timedelta(days=3)),
        ("for 2 hours", timedelta(hours=2)),
        ("a week", timedelta(days=7)),
        ("90d", timedelta(days=90)),
        ("91 days", None),
        ("0 hours", None),
        ("until Friday", None),
        ("1.5 days", None),
        ("9999999 days", None),
    ],
)
def test_a_silence_is_an_hour_to_90_days(typed: str, length: timedelta | None) -> None:
    assert read_silence(typed.split()) == length


@pytest.mark.parametrize(
    ("typed", "said", "level", "currency", "armed"),
    [
        ("apple above 150", "Alert 1 is set: Apple above $150.00.", "150", "USD", True),
        ("AAPL below 120 dollars", "Apple below $120.00", "120", "USD", True),
        ("AAPL below 149", "It is there already", "149", "USD", False),
        ("AAPL above 148.20", "It is there already", "148.2", "USD", False),
        ("VOD.L above 75p", "Vodafone above £0.75", "0.75", "GBP", True),
        ("VOD.L above 0.755 GBP", "Vodafone above £0.755", "0.755", "GBP", True),
        ("^GSPC below 4900", "S&P 500 below 4,900.00", "4900", None, True),
        ("0700.HK above $650", "above HKD 650.00", "650", "HKD", True),
        ("AAPL moves 5%", "Apple moves 5% or more in a day", "5", "USD", True),
        ("AAPL new high", "Apple reaches a new 52-week high", None, "USD", True),
        ("AAPL earnings", "The next date known is 28 Jan 2027 (fake market).", None, None, True),
    ],
)
async def test_an_alert_is_set_in_the_listings_own_currency(
    context: CommandContext, typed: str, said: str, level: str | None, currency: str | None, armed: bool
) -> None:
    answer = await run_command(context, f"/alert {typed}")
    assert said in answer
    assert "in our direct messages" in answer
    (found,) = await kept(context)
    assert found.level.threshold == (None if level is None else Decimal(level))
    assert (found.level.currency, found.watch.armed, found.surface) == (currency, armed, "slack")
    assert "never changes" not in answer


async def test_an_alert_on_data_that_never_changes_says_so_with_the_fix(context: CommandContext) -> None:
    answer = await run_command(replace(context, market=SnapshotMarketData()), "/alert KO above 70")
    never = "The bundled history never changes, so this alert can't go off; set TUPPENCE"
    assert never in answer
    assert answer.count("never changes") == 1
    assert len(await kept(context)) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("AAPL above 150 EUR", "Apple trades in USD, not in EUR; write the price in USD."),
        ("AAPL above 150p", "Apple trades in USD, not in pence"),
        ("VOD.L above $1", "Vodafone trades in GBP, not in dollars"),
        ("^GSPC above 5100 USD", "S&P 500 has no currency; write the level alone."),
        ("VOD.L above 75", "£75.00 is 107 times away from the latest price of Vodafone, £0.70; prices are in pounds"),
        ("AAPL above 15000", "check the number"),
        ("TSLA above 150", "has no price"),
        ("NVDA above 150", "has no price"),
        ("MSFT earnings", "No dates here; connect another source."),
        ("nonsensecorp above 5", "I don't know a listed company"),
        ("true above 5", "“true”"),
        ("portfolio drawdown 10%", "Your portfolio is empty"),
    ],
)
async def test_what_can_not_be_watched_is_not_set(context: CommandContext, typed: str, said: str) -> None:
    answer = await run_command(context, f"/alert {typed}")
    assert answer.startswith("Nothing was set")
    assert said in answer
    assert await kept(context) == ()


async def test_a_drawdown_starts_from_how_things_stand(context: CommandContext) -> None:
    past = history("AAPL", [100.0, 120.0, 108.0, 105.0])
    context = replace(context, market=replace(context.market, history_of={"AAPL": past}))  # type: ignore[type-var]
    held = Portfolio("Main", "USD", (bought("AAPL", "1", "100", past.dates[0].isoformat()),), {}, {})
    async with context.database.write() as session:
        await portfolios.add_portfolio(session, ADA, held)
    answer = await run_command(context, "/alert portfolio drawdown 20%")
    assert "At the close of 20 Nov 2026 it was 12.5% below its peak of the last year (fake market)." in answer
    assert "It is there already" in await run_command(context, "/alert portfolio drawdown 10%")
    assert sorted(each.watch.armed for each in await kept(context)) == [False, True]


async def test_the_same_alert_is_kept_once_and_the_51st_not_at_all(context: CommandContext) -> None:
    await run_command(context, "/alert AAPL above 150")
    assert "you have that alert already, as number 1" in await run_command(context, "/alert apple above 150 USD")
    for number in range(alerts.MOST - 1):
        await run_command(context, f"/alert AAPL above {200 + number}")
    assert "50 alerts are the most" in await run_command(context, "/alert AAPL above 199")
    assert len(await kept(context)) == alerts.MOST


async def test_the_list_numbers_alerts_and_says_their_state(context: CommandContext) -> None:
    assert (await run_command(context, "/alert")).startswith("You have no alerts. Say `/alert AAPL above 150`")
    times = iter(NOW + timedelta(seconds=second) for second in range(99))
    context = replace(context, now=lambda: next(times))
    for typed in ("AAPL above 150", "AAPL below 149", "VOD.L above 75p", "^GSPC below 4900"):
        await run_command(context, f"/alert {typed}")
    assert await run_command(context, "/alert pause 3") == "Paused: Vodafone above £0.75."
    assert "Silent until 23 Nov 2026" in await run_command(context, "/alert snooze 4 3 days")
    listed = (await run_command(context, "/alert list")).splitlines()
    assert listed[2:6] == [
        "- 1: Apple above $150.00",
        "- 2: Apple below $149.00 – there already; told of again once it has gone back",
        "- 3: Vodafone above £0.75 – paused; `/alert resume` with its number switches it on again",
        f"- 4: S&P 500 below 4,900.00 – silent until {listed[5].partition('until ')[2]}",
    ]
    assert await run_command(context, "/alert resume 3") == "On again: Vodafone above £0.75."
    removed = await run_command(context, "/alert remove 1")
    assert removed.startswith("Removed: Apple above $150.00.\n\nYour alerts:\n\n- 1: Apple below $149.00")
    ids = [each.id for each in await kept(context)]
    assert "Vodafone" in await run_command(context, f"/alert delete {ids[1]}")
    assert [each.id for each in await kept(context)] == [ids[0], ids[2]]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("remove", "Say which one, by its number"),
        ("remove 9", "you have no such alert"),
        ("remove 0", "you have no such alert"),
        ("remove 99999999999999999999", "you have no such alert"),
        (f"remove {'a' * 32}", "you have no such alert"),
        ("snooze 1 for ever", "from 1 hour to 90 days"),
        ("pause 1 2", "with one number"),
        ("list all", "Say `/alert AAPL above 150`"),
    ],
)
async def test_what_names_no_alert_changes_nothing(context: CommandContext, typed: str, said: str) -> None:
    await run_command(context, "/alert AAPL above 150")
    before = await kept(context)
    assert said in await run_command(context, f"/alert {typed}")
    assert await kept(context) == before


async def test_nobody_reaches_the_alerts_of_another(context: CommandContext) -> None:
    await run_command(context, "/alert AAPL above 150")
    (mine,) = await kept(context)
    other = replace(context, actor=BEN)
    assert (await run_command(other, "/alert list")).startswith("You have no alerts.")
    for typed in ("remove 1", f"remove {mine.id}", f"snooze {mine.id}"):
        assert "no such alert" in await run_command(other, f"/alert {typed}")
    assert await kept(context) == (mine,)


async def test_a_name_that_is_no_name_is_echoed_harmlessly(context: CommandContext) -> None:
    said = await run_command(context, "/alert [x](http://evil.example)@everyone above 5")
    assert "http://" not in said
    assert "@everyone" not in said


async def test_without_market_data_nothing_is_set(context: CommandContext) -> None:
    assert "no market data" in await run_command(replace(context, market=None), "/alert AAPL above 150")
