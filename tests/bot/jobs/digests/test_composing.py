"""Digests over a market that a test can bend: what they say, what they leave out, and what they never make up."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.jobs.digests.composing import SECTION_NAMES, compose, is_data_in
from bot.jobs.digests.part import HEADINGS
from bot.jobs.digests.plan import KINDS, SECTIONS_OF, DigestPlan
from bot.turn.grounding import Grounding
from tests.bot.jobs.digests.cases import DAYS, bundled_parts, digest
from tests.fakes.digest_market import CLOSED, NAMES, closes, digest_market, digest_parts, listed
from tests.fakes.market_data import TODAY, FakePortfolio, history
from tests.fakes.portfolios import bought, holding
from tools.errors import AccessRefused, NoData, NotOffered, Unreachable
from tools.formatting import show
from tools.market_data.base import Events, Headline

if TYPE_CHECKING:
    from bot.jobs.digests.plan import Kind
    from bot.messages import Reply
    from tests.fakes.market_data import FakeMarketData

HELD = holding(bought("AAPL", "10", "90", "2026-03-02"), bought("KO", "5", "100", "2026-03-02"))
UNKNOWN_WORDS = re.compile(r"\b(?:nan|inf|None)\b")


async def made(
    kind: Kind,
    market: FakeMarketData | None = None,
    reader: FakePortfolio | None = HELD,
    *,
    at: datetime = CLOSED,
    now: datetime | None = None,
    **terms: Any,
) -> Reply:
    if kind == "team_channel":
        terms.setdefault("symbols", ("AAPL", "MSFT", "KO"))
    names = terms.pop("names", {"VOD.L": "Vodafone"})
    parts = digest_parts(market or digest_market(), now=now or at, names=names)
    return await compose(DigestPlan(kind, at, **terms), parts, reader)


def first_line(reply: Reply) -> str:
    return reply.answer.split("\n")[0]


# --- what is told ---


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_says_something_and_nothing_of_it_is_withheld(kind: Kind) -> None:
    reader = holding(bought("AAPL", "10", "90", "2026-03-02"), watched=("MSFT", "KO", "PG"))
    reply = await made(kind, reader=reader)
    assert (reply.status, reply.withheld) == ("answered", ())
    assert reply.personal == (kind in ("my_portfolio", "watchlist", "weekly_review", "market_open"))
    before_table = reply.answer.split("\n|")[0]
    assert len([line for line in before_table.split("\n") if line]) <= 12
    assert reply.results
    assert reply.charts


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("kind", KINDS)
async def test_every_sentence_rests_on_the_figures_of_its_own_reply(day: str, kind: Kind) -> None:
    """The lines again, against the evidence of the finished reply; names and moves must be its own."""
    parts = bundled_parts()
    terms = {"symbols": ("AAPL", "MSFT", "XOM", "KO")} if kind == "team_channel" else {}
    reply = await digest(kind, DAYS[day], parts, **terms)
    assert reply.withheld == ()
    shown = {show(figure) for result in reply.results if result.findings for figure in result.findings.figures}
    shown |= {text.lstrip("+-") for text in shown}
    table = [line for line in reply.answer.split("\n") if line.startswith("| ") and "---" not in line][1:]
    for row in table:
        for cell in row.strip("| ").split(" | ")[1:]:
            plain = cell.replace(" pp", "%").replace("\\", "")
            assert plain.lstrip("+-") in shown | {"unknown"} or plain in HEADINGS.values(), cell
    for result in reply.results:
        grounding = Grounding([result], "", lambda _: None)
        text = " ".join(line for line in reply.answer.split("\n\n")[1].split("\n"))
        if result.call.name == "digest_headline":
            sentences = [s for s in re.split(r"(?<=\.) (?=[A-Z])", text.replace("\\", "")) if "unusual" not in s]
            assert grounding.check(" ".join(sentences)).withheld == ()


async def test_a_quiet_day_is_called_one() -> None:
    even = [100.0, 101.0] * 150
    market = digest_market(
        history_of={s: history(s, [*even, 100.0], closes=[*even, 100.0], currency="USD") for s in NAMES}
    )
    reply = await made("market_close", market, sections=("headline", "signals"))
    assert "Nothing unusual today." in reply.answer
    assert reply.withheld == ()
    assert "How signs of a trend are computed" not in reply.answer


async def test_a_crash_is_told_with_its_place_in_the_record() -> None:
    reply = await made("market_close", digest_market(dict.fromkeys(NAMES, -0.08)))
    text = reply.answer
    assert "fell 8.00% on the day" in text
    assert "All 20 large companies followed fell." in text
    assert "**Every sector fell:**" in text
    assert "**New 52-week lows:** S&P 500" in text
    assert "and 17 others" in text
    assert "Nothing unusual" not in text


async def test_the_weekly_review_tells_the_week() -> None:
    reply = await made("weekly_review", digest_market(dict.fromkeys(NAMES, -0.05)), at=CLOSED + timedelta(hours=16))
    assert first_line(reply) == "**Week in review to Friday 20 Nov 2026**"
    assert re.search(r"The S&P 500 fell \d\.\d\d% over the week", reply.answer)
    assert "| | close | week | this year |" in reply.answer
    assert "Unusually large" not in reply.answer
    assert "lost" in reply.answer


async def test_news_stands_beside_a_large_move_quoted_and_harmless() -> None:
    told = Headline("Apple <!channel> falls 99% *now* http://evil.example", "Reuters", CLOSED - timedelta(hours=3))
    old = Headline("Coca-Cola in the past", "Reuters", CLOSED - timedelta(days=9))
    market = digest_market({"AAPL": -0.06, "KO": 0.05}, news_of={"AAPL": (told,), "KO": (old,)})
    reply = await made("market_close", market)
    line = next(line for line in reply.answer.split("\n") if "In the news" in line)
    assert line.startswith("- **In the news:** Apple: “Apple")
    assert "(Reuters, 20 Nov 2026, 18:30 UTC)" in line
    assert "http://" not in line
    assert "<!" not in line
    assert "Coca-Cola in the past" not in reply.answer
    assert "Reuters" in reply.answer.split("\n\n")[-1]


async def test_without_news_no_cause_is_made_up() -> None:
    reply = await made("market_close", digest_market({"AAPL": -0.06}))
    assert "news" not in reply.answer.lower()


async def test_a_split_is_said_and_moves_nothing() -> None:
    split = listed("AAPL", 1, 0.01, splits=((TODAY, Decimal(4)),))
    reply = await made(
        "my_portfolio", digest_market(history_of={"AAPL": split}), holding(bought("AAPL", "10", "400", "2026-03-02"))
    )
    assert "**Split of shares:** Apple (4 for one)" in reply.answer
    assert "| Apple (AAPL) |" in reply.answer
    assert "+1.0%" in reply.answer
    before, after = closes(1, 0.01)[-2:]
    gained = Decimal(repr(after - before)) * 40
    assert f"${gained:.2f}" in reply.answer


async def test_what_is_coming_up_is_told_and_what_is_unknown_is_called_so() -> None:
    events = {
        "AAPL": Events("AAPL", "USD", next_earnings=date(2026, 11, 24), ex_dividend=date(2027, 3, 1)),
        "KO": Unreachable("Away."),
    }
    reply = await made("my_portfolio", digest_market(events_of=events))
    assert "**Coming up:** Apple reports earnings on 24 Nov 2026" in reply.answer
    assert "1 Mar 2027" not in reply.answer
    assert "Dates to come of Coca-Cola are unknown." in reply.answer
    never = dict.fromkeys(("AAPL", "KO"), NotOffered("No events here."))
    reply = await made("my_portfolio", digest_market(events_of=never))
    assert "Earnings and dividend dates are not in the fake market." in reply.answer


# --- a person's own ---


async def test_gains_are_told_in_money_and_in_points_of_the_whole() -> None:
    market = digest_market({"AAPL": 0.10, "KO": -0.05})
    reply = await made("my_portfolio", market)
    figures = {(f.subject, f.attribute): f.value for _, f, tool in reply.figures if tool == "digest_portfolio"}
    numbers = {symbol: number for number, symbol in enumerate(NAMES)}
    apple, coke = (Decimal(repr(closes(numbers[symbol])[-2])) for symbol in ("AAPL", "KO"))
    gain, loss = apple * 10 * Decimal("0.10"), coke * 5 * Decimal("-0.05")
    whole = apple * 10 + coke * 5
    assert float(figures["AAPL", "day change in money"]) == pytest.approx(float(gain), abs=0.01)  # type: ignore[arg-type]
    assert float(figures["portfolio", "day change in money"]) == pytest.approx(float(gain + loss), abs=0.01)  # type: ignore[arg-type]
    assert float(figures["AAPL", "contribution"]) == pytest.approx(float(gain / whole * 100), abs=0.01)  # type: ignore[arg-type]
    parts = figures["AAPL", "contribution"] + figures["KO", "contribution"]  # type: ignore[operator]
    assert float(parts) == pytest.approx(float(figures["portfolio", "day change"]), abs=0.001)  # type: ignore[arg-type]
    assert "**Gained:** Apple (+$" in reply.answer
    assert " pp |" in reply.answer


async def test_trades_after_the_moment_are_not_held_yet() -> None:
    reader = holding(
        bought("AAPL", "10", "90", "2026-03-02"),
        bought("KO", "5", "100", "2026-11-20"),
        bought("PG", "5", "1", "2026-11-23"),
    )
    day_before = CLOSED - timedelta(days=1)
    reply = await made("my_portfolio", reader=reader, at=day_before, now=CLOSED)
    assert "Apple" in reply.answer
    assert "Coca-Cola" not in reply.answer
    assert "Procter" not in reply.answer


@pytest.mark.parametrize("price", [None, "1"])
async def test_what_was_imported_without_a_date_is_held_at_the_last_close_and_moved_nothing(price: str | None) -> None:
    before_the_open = CLOSED.replace(hour=7)  # the newest prices are of the day before
    imported = holding(bought("AAPL", "10", price, "2026-11-20"), bought("KO", "5", price, "2026-11-20"))
    reply = await made("my_portfolio", reader=imported, at=before_the_open)
    held = 10 * _number(reply, "price", "AAPL") + 5 * _number(reply, "price", "KO")
    assert _number(reply, "market value") == pytest.approx(held)
    assert _number(reply, "day change in money") == 0
    whole = next(figure for _, figure, _ in reply.figures if figure.attribute == "market value")
    assert f"Your portfolio stands at {show(whole)} without cash." in reply.answer


async def test_what_was_bought_on_the_day_counts_from_its_close_beside_what_was_held() -> None:
    imported = bought("KO", "5", "1", "2026-11-20")
    alone = await made("my_portfolio", reader=holding(bought("AAPL", "10", "90", "2026-03-02")))
    both = await made("my_portfolio", reader=holding(bought("AAPL", "10", "90", "2026-03-02"), imported))
    for attribute in ("day change in money", "day change"):
        assert _number(both, attribute) == _number(alone, attribute)
    worth = _number(both, "market value") - _number(alone, "market value")
    assert worth == pytest.approx(5 * _number(both, "price", "KO"))


def _number(reply: Reply, attribute: str, subject: str = "portfolio") -> float:
    (value,) = {each.value for _, each, _ in reply.figures if (each.subject, each.attribute) == (subject, attribute)}
    assert isinstance(value, Decimal)
    return float(value)


async def test_exchange_rates_of_foreign_holdings_are_told_apart() -> None:
    class Moving(type(digest_market())):  # type: ignore[misc]
        async def exchange_rate(self, base: str, quote: str, on: date | None) -> Any:
            found = await super().exchange_rate(base, quote, on)
            moved = Decimal("1.02") if (on or TODAY) >= TODAY else Decimal(1)
            return type(found)(found.base, found.quote, found.rate * moved, on or TODAY, found.source)

    plain = digest_market(history_of={"VOD.L": history("VOD.L", [100.0] * 300, currency="GBP", closes=[100.0] * 300)})
    market = Moving(**{name: getattr(plain, name) for name in plain.__dataclass_fields__})
    reply = await made("my_portfolio", market, holding(bought("VOD.L", "10", "90", "2026-03-02", "GBP")))
    assert "**Currency effect:** +$25.00 on your portfolio on the day" in reply.answer
    assert reply.withheld == ()


async def test_without_foreign_holdings_currencies_are_no_subject() -> None:
    assert "Currency effect" not in (await made("my_portfolio")).answer


@pytest.mark.parametrize(
    ("kind", "words"), [("my_portfolio", "portfolio is empty"), ("watchlist", "watchlist is empty")]
)
async def test_who_has_nothing_is_told_how_to_begin(kind: Kind, words: str) -> None:
    reply = await made(kind, reader=FakePortfolio())
    assert (reply.status, reply.personal) == ("answered", True)
    assert words in reply.answer


@pytest.mark.parametrize("kind", ["my_portfolio", "watchlist"])
async def test_a_digest_about_a_person_needs_one(kind: Kind) -> None:
    with pytest.raises(ValueError, match="about a person"):
        await made(kind, reader=None)


@pytest.mark.parametrize("kind", ["market_open", "market_close", "weekly_review", "team_channel"])
async def test_without_a_person_nothing_personal_is_in_it(kind: Kind) -> None:
    reply = await made(kind, reader=None, sections=SECTION_NAMES)
    assert not reply.personal
    assert not [result for result in reply.results if result.call.name in ("digest_portfolio", "digest_watchlist")]


async def test_access_that_ended_is_the_callers_to_handle() -> None:
    class Refusing(FakePortfolio):
        async def portfolio(self) -> Any:
            raise AccessRefused("Not any more.")

    with pytest.raises(AccessRefused):
        await made("my_portfolio", reader=Refusing())


async def test_two_people_of_one_run_share_the_market_and_nothing_else() -> None:
    market = digest_market({"AAPL": 0.05, "KO": 0.04})
    parts = digest_parts(market)
    readers = [holding(bought("AAPL", "10", "90", "2026-03-02")), holding(bought("KO", "7", "90", "2026-03-02"))]
    plan = DigestPlan("my_portfolio", CLOSED)
    first, second = await asyncio.gather(*(compose(plan, parts, reader) for reader in readers))
    assert "Apple" in first.answer
    assert "Coca-Cola" not in first.answer
    assert "Apple" not in second.answer


# --- one run of many ---


async def test_a_hundred_digests_ask_for_each_symbol_once() -> None:
    market = digest_market()
    parts = digest_parts(market)
    readers = [holding(bought("AAPL", str(n + 1), "90", "2026-03-02"), watched=("MSFT", "KO")) for n in range(20)]
    kinds: tuple[Kind, ...] = ("market_close", "my_portfolio", "watchlist", "weekly_review", "market_open")
    replies = await asyncio.gather(*(compose(DigestPlan(k, CLOSED), parts, r) for k in kinds for r in readers))
    assert len({reply.answer for reply in replies}) > 20
    asked = [key[0] for kind, key in market.asked if kind == "history" and isinstance(key, tuple)]
    assert len(asked) == len(set(asked)) == parts.data.requests["history"] <= len(NAMES)


# --- days without a session, and days cut short ---


async def test_a_holiday_is_said_with_when_trading_goes_on() -> None:
    thanksgiving = datetime(2026, 11, 26, 21, 30, tzinfo=UTC)
    market = digest_market(
        day=date(2026, 11, 26), history_of={s: listed(s, n, end=date(2026, 11, 25)) for n, s in enumerate(NAMES)}
    )
    reply = await made("market_close", market, at=thanksgiving, time_zone="Europe/Berlin")
    assert "Markets in New York are closed today (Thanksgiving)." in first_line(reply)
    assert "New York opens next on 27 Nov 2026, 15:30 CET, for a half day that ends at 19:00 CET." in first_line(reply)
    assert "last closed at" in reply.answer
    assert "|" not in reply.answer
    whole = await made("market_close", market, at=thanksgiving, when_closed="send")
    assert "Thanksgiving" in first_line(whole)
    assert "| S&P 500 |" in whole.answer
    assert "on 25 Nov 2026" in whole.answer
    assert "today" not in whole.answer.split("\n\n", 1)[1]


async def test_before_the_open_it_says_when_trading_begins() -> None:
    morning = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
    reply = await made("market_open", at=morning, time_zone="America/New_York")
    assert first_line(reply) == "**Market open, Friday 20 Nov 2026.** New York opens at 09:30 EST."
    assert "on 19 Nov 2026" in reply.answer


async def test_an_exchange_without_a_calendar_leaves_an_ordinary_digest() -> None:
    reply = await made("market_close", calendar="XXXX")
    assert first_line(reply) == "**Market close, Friday 20 Nov 2026**"


# --- old, late, running and missing data ---


async def test_a_running_session_is_said_to_run() -> None:
    morning = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
    reply = await made("market_open", at=morning, now=morning, time_zone="America/New_York")
    assert "The session is still running: prices are of 10:00 EST, some minutes late." in first_line(reply)
    assert "so far today" in reply.answer
    assert "| | price |" in reply.answer
    assert "signs of a trend" not in reply.answer.lower()


async def test_each_exchange_is_late_or_running_by_its_own_hours() -> None:
    """London has closed and New York trades: neither is late, and only New York's price is a running one."""
    afternoon = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    market = digest_market(history_of={"VOD.L": listed("VOD.L", 3, currency="GBP")})
    reply = await made("team_channel", market, None, at=afternoon, symbols=("VOD.L", "AAPL"), calendar="XLON")
    assert "Late data" not in reply.answer
    assert "Partial" not in reply.answer
    sources = {figure.subject: figure.source.as_of for _, figure, _ in reply.figures if figure.attribute == "price"}
    assert sources["VOD.L"] == TODAY
    assert sources["AAPL"] == afternoon
    past = await made(
        "team_channel",
        market,
        None,
        at=afternoon,
        now=CLOSED + timedelta(days=9),
        symbols=("VOD.L", "AAPL"),
        calendar="XLON",
    )
    assert "Late data" not in past.answer
    assert "Partial" not in past.answer


async def test_a_past_moment_within_a_session_shows_the_day_before() -> None:
    noon = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    reply = await made("market_close", digest_market({"AAPL": 0.5}), at=noon, now=noon + timedelta(days=30))
    assert "50.0%" not in reply.answer
    assert "As of 19 Nov 2026" in reply.answer


async def test_prices_that_are_not_in_yet_are_called_late() -> None:
    market = digest_market(history_of={s: listed(s, n, end=date(2026, 11, 19)) for n, s in enumerate(NAMES)})
    parts, plan = digest_parts(market), DigestPlan("market_close", CLOSED)
    assert not await is_data_in(plan, parts)
    reply = await compose(plan, parts)
    assert "Late data: the prices of 20 Nov 2026 are not in yet, so these are of 19 Nov 2026." in first_line(reply)
    assert "on 19 Nov 2026" in reply.answer
    assert await is_data_in(plan, digest_parts(digest_market()))


async def test_a_source_that_ended_is_called_old_with_the_way_to_a_live_one() -> None:
    now = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
    reply = await digest("market_close", now, bundled_parts())
    line = first_line(reply)
    assert (
        "Old data: the newest prices are of 28 Dec 2022; set TUPPENCE_MARKET_DATA=yahoo for live ones."
        in line.replace("\\", "")
    )
    assert "on 28 Dec 2022" in reply.answer


async def test_one_symbol_that_fails_is_named_first_and_the_rest_is_shown() -> None:
    market = digest_market(history_of={"AAPL": Unreachable("Away; ask again.")})
    reply = await made("my_portfolio", market)
    assert "Partial: there is no usable price of Apple." in first_line(reply)
    assert "| Coca-Cola (KO) | $" in reply.answer
    assert "Apple (AAPL)" not in reply.answer


async def test_one_symbol_that_is_a_day_behind_is_named_and_not_ranked() -> None:
    market = digest_market(history_of={"AAPL": listed("AAPL", 1, 0.4, end=date(2026, 11, 19))})
    reply = await made("team_channel", market, reader=None)
    assert "Partial: there is no usable price of Apple." in first_line(reply)
    assert "(19 Nov 2026)" in reply.answer
    assert "Up most:** Apple" not in reply.answer


async def test_without_any_price_it_fails_and_says_why() -> None:
    market = digest_market(history_of=dict.fromkeys(NAMES, Unreachable("The source is away; ask again later.")))
    market.rates = {}
    reply = await made("market_close", market)
    assert reply.status == "failed"
    assert "There are no usable prices for this digest right now." in reply.answer
    assert "The source is away" in reply.answer
    assert not re.search(r"\d+\.\d", reply.answer)


async def test_without_the_index_the_companies_are_told() -> None:
    reply = await made("market_close", digest_market(history_of={"^GSPC": NoData("Nothing.")}))
    assert "Partial: there is no usable price of S&P 500." in first_line(reply)
    assert "large companies followed" in reply.answer


BAD = st.sampled_from(["error", "nan", "short", "negative", "none", "jump", "old", "good"])


def bent(symbol: str, number: int, how: str) -> Any:
    good = listed(symbol, number)
    prices = list(good.adjusted)
    if how == "error":
        return Unreachable("Away.")
    if how == "none":
        return history(symbol, [])
    if how == "short":
        return history(symbol, prices[-3:])
    if how == "old":
        return listed(symbol, number, end=date(2026, 11, 2))
    if how == "nan":
        prices[-1] = float("nan")
    elif how == "negative":
        prices[-2] = -1.0
    elif how == "jump":
        prices[-1] = prices[-2] * 4000
    else:
        return good
    return history(symbol, prices, closes=prices, currency=good.currency)


@settings(max_examples=12)
@given(
    ways=st.lists(BAD, min_size=len(NAMES), max_size=len(NAMES)), kind=st.sampled_from(KINDS), hour=st.integers(0, 23)
)
def test_whatever_is_missing_nothing_is_made_up_or_withheld(ways: list[str], kind: Kind, hour: int) -> None:
    market = digest_market(history_of={s: bent(s, n, ways[n]) for n, s in enumerate(NAMES)})
    reader = holding(*(bought(symbol, "3", "90", "2026-03-02") for symbol in list(NAMES)[1:6]), watched=("AAPL", "KO"))
    at = CLOSED.replace(hour=hour)
    reply = asyncio.run(made(kind, market, reader, at=at, now=at + timedelta(days=20)))
    assert reply.withheld == ()
    assert not UNKNOWN_WORDS.search(reply.answer)
    for symbol, how in zip(NAMES, ways, strict=True):
        if how in ("error", "none") and NAMES[symbol] in reply.answer and symbol != "^GSPC":
            assert f"| {NAMES[symbol]} ({symbol}) | $" not in reply.answer


# --- plans that can't be ---


def test_a_plan_needs_an_aware_time_and_a_team_its_symbols() -> None:
    with pytest.raises(ValueError, match="aware"):
        DigestPlan("market_close", datetime(2026, 1, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="symbols"):
        DigestPlan("team_channel", CLOSED)


async def test_a_section_that_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="no section of a digest is called horoscope"):
        await made("market_close", sections=("headline", "horoscope"))
    assert all(set(names) <= set(SECTION_NAMES) for names in SECTIONS_OF.values())


async def test_only_the_sections_asked_for_are_told() -> None:
    reply = await made("market_close", sections=("indices",))
    assert [result.call.name for result in reply.results] == ["digest_indices"]
    assert reply.charts == ()
