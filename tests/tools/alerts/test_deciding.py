"""What a look at the market means for an alert: splits, other currencies, missing closes, and what is then told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import TODAY, FakeMarketData, FakePortfolio, history, quote, tool_context
from tests.fakes.portfolios import bought, holding
from tools.alerts.deciding import NOT_COMPARABLE, OTHER_CURRENCY, Decision, on_earnings, on_fall, on_price
from tools.alerts.readings import Symbols, extreme_before, last_settled, needs_closes
from tools.alerts.rules import Watch, moment_of
from tools.alerts.telling import Crossing, Level, Split, crossing_of, findings_of, named, split_findings, split_of
from tools.errors import MarketDataError, NoData, Unreachable
from tools.market_data.base import PriceHistory, Quote
from tools.portfolio.drawdown import Fall, fall_from_peak

if TYPE_CHECKING:
    from collections.abc import Sequence

BEFORE = date(2026, 11, 19)
APPLE = Level("above", "AAPL", Decimal(150), "USD")
NAMES = {"AAPL": "Apple", "^GSPC": "S&P 500"}


def watch(level: Level = APPLE, last: str = "149", on: date = BEFORE, **more: object) -> Watch:
    return Watch(level.condition, level.threshold, last_value=Decimal(last), last_as_of=moment_of(on), **more)  # type: ignore[arg-type]


def name(symbol: str) -> str:
    return NAMES.get(symbol, symbol)


def look(level: Level, state: Watch, now: Quote, past: PriceHistory | None = None) -> Decision:
    return on_price(level, state, now, past, "fake market")


def test_a_crossing_carries_all_that_is_told() -> None:
    decision = look(APPLE, watch(), replace(quote("AAPL", "151", "149"), note="delayed by 15 minutes"))
    crossing = decision.crossing
    assert crossing == Crossing(APPLE, "fake market", TODAY, Decimal(151), notes=("Delayed by 15 minutes.",))
    assert not decision.watch.armed
    assert crossing_of(crossing.record()) == crossing
    found = findings_of(crossing, name)
    assert found.sentences == ("Apple closed at $151.00 on 20 Nov 2026, above your alert price of $150.00.",)
    assert [(f.attribute, f.source.name, f.source.as_of) for f in found.figures] == [
        ("price", "fake market", TODAY),
        ("alert price", "your alert", None),
    ]


def test_a_price_just_past_the_level_does_not_read_like_the_level() -> None:
    crossing = Crossing(replace(APPLE, condition="below"), "x", TODAY, Decimal("149.999"))
    assert "$149.999000" in findings_of(crossing, name).sentences[0]


def test_a_split_moves_the_level_instead_of_crossing_it() -> None:
    level = Level("below", "AAPL", Decimal(200), "USD")
    past = history("AAPL", [125.0, 125.0], splits=((TODAY, Decimal(4)),))
    decision = look(level, watch(level, "500"), quote("AAPL", "126", "125"), past)
    assert decision.crossing is None
    assert decision.level.threshold == decision.watch.threshold == 50
    assert decision.split == Split(level, replace(level, threshold=Decimal(50)), Decimal(4), TODAY, "fake market")
    assert split_of(decision.split.record()) == decision.split
    assert "$50.00" in split_findings(decision.split, name).sentences[0]
    crossed = look(level, watch(level, "500"), quote("AAPL", "49", "125"), past)
    assert crossed.crossing is not None
    assert crossed.crossing.level.threshold == 50


def test_a_split_is_not_applied_twice() -> None:
    level = Level("below", "AAPL", Decimal(200), "USD")
    past = history("AAPL", [125.0, 125.0], splits=((TODAY, Decimal(4)),))
    first = look(level, watch(level, "500"), quote("AAPL", "126", "125"), past)
    monday = TODAY + timedelta(days=3)
    since = history("AAPL", [125.0, 126.0, 127.0], end=monday, splits=((TODAY, Decimal(4)),))
    again = look(first.level, first.watch, quote("AAPL", "127", "126", as_of=monday), since)
    assert (again.level.threshold, again.split, again.watch.last_value) == (50, None, 127)


def test_a_split_is_kept_only_with_a_price_that_is_believed() -> None:
    level = Level("below", "AAPL", Decimal(200), "USD")
    past = history("AAPL", [125.0, 125.0], splits=((TODAY, Decimal(4)),))
    decision = look(level, watch(level, "500"), quote("AAPL", "12600", "125"), past)
    assert decision.doubt
    assert (decision.level, decision.watch, decision.split) == (level, watch(level, "500"), None)


def test_a_jump_waits_until_a_split_on_that_day_can_be_ruled_out() -> None:
    level = Level("below", "AAPL", Decimal(200), "USD")
    late = history("AAPL", [500.0, 500.0], end=BEFORE)
    for past in (None, late):
        decision = look(level, watch(level, "500"), quote("AAPL", "126", "500"), past)
        assert (decision.crossing, decision.watch) == (None, watch(level, "500"))
        assert "split" in decision.doubt
    fell = look(level, watch(level, "500"), quote("AAPL", "126", "500"), history("AAPL", [500.0, 126.0]))
    assert fell.crossing is not None


def test_a_small_move_needs_no_history() -> None:
    assert look(APPLE, watch(), quote("AAPL", "151", "149"), None).crossing is not None


def test_prices_in_another_currency_are_never_compared() -> None:
    decision = look(APPLE, watch(), quote("AAPL", "151", currency="EUR"))
    assert (decision.crossing, decision.watch, decision.end) == (None, watch(), "")
    weeks_later = look(APPLE, watch(on=date(2026, 11, 2)), quote("AAPL", "151", currency="EUR"))
    assert weeks_later.end == OTHER_CURRENCY


def test_pence_taken_for_pounds_are_flagged_and_end_the_alert_when_they_stay() -> None:
    level = Level("above", "VOD.L", Decimal("0.80"), "GBP")
    seen = quote("VOD.L", "70", "70", currency="GBP")
    past = history("VOD.L", [0.7, 70.0])
    decision = look(level, watch(level, "0.70"), seen, past)
    assert (decision.crossing, decision.watch, decision.end) == (None, watch(level, "0.70"), "")
    assert "100 times" in decision.doubt
    assert look(level, watch(level, "0.70", date(2026, 11, 13)), seen, past).end == NOT_COMPARABLE


def year(*closes: float, end: date = TODAY) -> PriceHistory:
    return history("AAPL", [*([100.0] * 260), *closes], end=end)


def test_a_52_week_high_is_the_highest_close_before_today() -> None:
    level = Level("new_high", "AAPL", None, "USD")
    decision = look(level, watch(level), quote("AAPL", "121", "110"), year(120.0, 121.0))
    assert decision.crossing is not None
    assert (decision.crossing.against, decision.crossing.on) == (Decimal(120), BEFORE)
    assert (
        "above its 52-week high so far of $120.00 on 19 Nov 2026" in findings_of(decision.crossing, name).sentences[0]
    )
    assert look(level, watch(level), quote("AAPL", "119", "110"), year(120.0, 119.0)).crossing is None


@pytest.mark.parametrize("past", [None, history("AAPL", [1.0] * 200), PriceHistory("AAPL", "USD", (), ())])
def test_without_a_whole_year_there_is_no_52_week_high(past: PriceHistory | None) -> None:
    assert extreme_before(past, "new_high", TODAY) is None
    level = Level("new_high", "AAPL", None, "USD")
    assert look(level, watch(level), quote("AAPL", "121", "110"), past).crossing is None


def test_closes_that_are_no_prices_make_no_extreme() -> None:
    past = year(float("nan"), float("inf"), 0.0, 101.0)
    found = extreme_before(past, "new_high", TODAY)
    assert found is not None
    assert found.price == 100


def test_a_drawdown_is_told_with_its_peak() -> None:
    level = Level("drawdown_percent", None, Decimal(10))
    fall = Fall(Decimal("10.34"), date(2026, 9, 3), TODAY, ("Cash is not counted: its history is not known.",))
    decision = on_fall(level, Watch("drawdown_percent", Decimal(10)), fall, "fake market", is_sample=True)
    assert decision.crossing is not None
    told = findings_of(decision.crossing, name)
    assert told.sentences == ("The sample portfolio has a drawdown of 10.3% on 20 Nov 2026.",)
    assert on_fall(level, decision.watch, fall, "fake market").crossing is None


def test_earnings_tomorrow_are_told_in_the_owners_day() -> None:
    level, state = Level("earnings", "AAPL"), Watch("earnings")
    now = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    day = date(2026, 11, 22)
    assert on_earnings(level, state, day, now, date(2026, 11, 20), "x").crossing is None
    decision = on_earnings(level, state, day, now, date(2026, 11, 21), "x")
    assert decision.crossing is not None
    assert findings_of(decision.crossing, name).sentences == ("Apple is expected to report earnings on 22 Nov 2026.",)
    assert on_earnings(level, decision.watch, day, now, day, "x").crossing is None
    assert on_earnings(level, state, None, now, day, "x").crossing is None


@pytest.mark.parametrize(
    ("level", "called"),
    [
        (APPLE, "Apple above $150.00"),
        (Level("below", "^GSPC", Decimal("4900.5")), "S&P 500 below 4,900.50"),
        (Level("above", "AAPL", Decimal("0.705"), "GBP"), "Apple above £0.705"),
        (Level("day_move_percent", "AAPL", Decimal("2.5")), "Apple moves 2.5% or more in a day"),
        (Level("new_low", "AAPL"), "Apple reaches a new 52-week low"),
        (Level("earnings", "AAPL"), "Apple reports earnings the next day"),
        (Level("drawdown_percent", None, Decimal(10)), "your portfolio is 10% or more below its peak"),
    ],
)
def test_an_alert_is_called_by_what_it_waits_for(level: Level, called: str) -> None:
    assert named(level, name) == called


async def test_closes_are_asked_for_once_a_session_and_again_while_that_session_is_missing() -> None:
    market = FakeMarketData(
        history_of={"AAPL": history("AAPL", [1.0, 2.0]), "MSFT": history("MSFT", [1.0], end=BEFORE)}
    )
    context, symbols = tool_context(market), Symbols()
    for _ in range(3):
        found = await symbols.read_closes(context, {"AAPL": TODAY, "MSFT": TODAY, "NONE": TODAY})
        assert set(found) == {"AAPL", "MSFT"}
    asked = [what[0] for kind, what in market.asked if kind == "history"]  # type: ignore[index]
    assert asked.count("AAPL") == 1
    assert asked.count("MSFT") == asked.count("NONE") == 3


async def test_a_quote_that_can_not_be_of_now_is_left_out() -> None:
    market = FakeMarketData(
        quote_of={
            "GOOD": quote("GOOD", "1"),
            "ZERO": quote("ZERO", "0"),
            "NAN": quote("NAN", "NaN"),
            "LATER": quote("LATER", "1", as_of=TODAY + timedelta(days=3)),
            "GONE": NoData("no."),
        }
    )
    assert set(await Symbols().quotes(tool_context(market), list(market.quote_of))) == {"GOOD"}


async def test_a_source_that_is_away_as_a_whole_has_no_quotes() -> None:
    class Away(FakeMarketData):
        async def quotes(self, symbols: Sequence[str]) -> dict[str, Quote | MarketDataError]:
            raise Unreachable("Away; ask again.")

    assert await Symbols().quotes(tool_context(Away()), ["AAPL"]) == {}


def test_closes_are_needed_on_the_first_look_of_a_session_alone() -> None:
    assert needs_closes(watch(), quote("AAPL", "1"))
    assert not needs_closes(watch(on=TODAY), quote("AAPL", "1"))
    assert needs_closes(Watch("new_high", last_as_of=moment_of(TODAY)), quote("AAPL", "1"))


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 20, 21, 59, tzinfo=UTC), date(2026, 11, 19)),
        (datetime(2026, 11, 20, 22, 0, tzinfo=UTC), date(2026, 11, 20)),
    ],
)
def test_a_day_is_settled_an_hour_after_its_last_session(now: datetime, day: date) -> None:
    assert last_settled(now) == day


async def test_the_fall_from_the_peak_ignores_what_was_paid_in() -> None:
    market = FakeMarketData(
        history_of={"X": history("X", [100.0, 120.0, 90.0, 96.0], closes=[100.0, 120.0, 90.0, 96.0])}
    )
    days = market.history_of["X"].dates  # type: ignore[union-attr]
    mine: FakePortfolio = holding(
        bought("X", "1", "100", days[0].isoformat()), bought("X", "9", "96", days[3].isoformat())
    )
    fall = await fall_from_peak(tool_context(market, {"X": "Xylo"}, portfolio=mine), TODAY)
    assert (fall.percent, fall.peak_on, fall.as_of) == (Decimal("20.0"), days[1], days[3])
    earlier = await fall_from_peak(tool_context(market, {"X": "Xylo"}, portfolio=mine), days[2])
    assert (earlier.percent, earlier.as_of) == (Decimal("25.0"), days[2])


async def test_a_part_of_a_portfolio_has_no_drawdown() -> None:
    market = FakeMarketData(history_of={"X": history("X", [100.0, 90.0])})
    day = history("X", [1.0, 1.0]).dates[0].isoformat()
    mine = holding(bought("X", "1", "100", day), bought("Y", "1", "100", day))
    with pytest.raises(NoData, match="Y is left out"):
        await fall_from_peak(tool_context(market, portfolio=mine), TODAY)
