"""The sections about one person: what is held and watched, how it moved, and what is coming up for it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from bot.jobs.digests.markets import bars, held_symbols, parted, remarks_on, span_figures, universe, watched
from bot.jobs.digests.moves import Move
from bot.jobs.digests.part import Line, Part, beside
from bot.jobs.digests.run_data import REACH
from tools.errors import MarketDataError, NotOffered
from tools.formatting import join_words, show, show_day
from tools.portfolio.exchange import Exchange
from tools.portfolio.positions import trades
from tools.portfolio.reading import SUBJECT, portfolio_name, read_histories, sample_notes
from tools.portfolio.record import keep_record
from tools.subject import Subject, exact
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.jobs.digests.scene import Scene
    from tools.charts import Chart
    from tools.context import Portfolio, Transaction
    from tools.market_data.base import Events, PriceHistory
    from tools.portfolio.positions import Trade
    from tools.portfolio.record import Record

MOST_ROWS = 12
AHEAD = timedelta(days=14)
MOST_DATES = 4
_LONGEST_GAP = timedelta(days=10)
CASH_NOTE = "Cash is not counted."


@dataclass(frozen=True, slots=True)
class Holdings:
    """A person's holdings over the time of a digest. `record` is from the base to the last close.

    `currency_effects` are what exchange rates alone did to each foreign holding, in the portfolio's currency; `missing`
    names what has no usable prices, with why.
    """

    portfolio: Portfolio
    record: Record
    names: Mapping[str, str]
    currency_effects: Mapping[str, float]
    missing: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    base: date
    last: date

    @property
    def currency(self) -> str:
        """The portfolio's own."""
        return self.portfolio.base_currency

    @property
    def gain(self) -> float:
        """What all holdings gained, dividends included."""
        return self.record.gain

    @property
    def change(self) -> float | None:
        """The time-weighted return over the time, a fraction; None where nothing was held before."""
        return self.record.growth[-1] / 100 - 1 if self.record.opening else None


async def holdings_of(scene: Scene) -> Holdings | None:
    """The holdings of the person, made once a digest; None where nothing is held or nothing of it has prices."""
    return await scene.owned("holdings", lambda: _holdings(scene))  # type: ignore[no-any-return]


async def _holdings(scene: Scene) -> Holdings | None:
    if scene.access is None or not isinstance(scene.index, Move):
        return None
    portfolio: Portfolio = await scene.owned("portfolio", scene.access.portfolio)
    base, last = scene.index.base, scene.index.last
    due = [item for item in portfolio.transactions if item.traded_on <= last]
    still = await held_symbols(scene)
    due = [item for item in due if item.symbol in still or item.traded_on > base]
    if not due:
        return None
    histories, failed = await _histories(scene, dict.fromkeys(item.symbol for item in due), min(_first(due), base))
    name_of = scene.context.symbols.name
    missing = [(name_of(symbol), str(error)) for symbol, error in failed.items()]
    usable: dict[str, PriceHistory] = {}
    for symbol, history in histories.items():
        if history.currency is None:
            missing.append((name_of(symbol), "its prices have no currency"))
        elif not history.dates or last - history.dates[-1] > _LONGEST_GAP:
            missing.append((name_of(symbol), "it has no recent price"))
        else:
            usable[symbol] = history
    done = tuple(trade for trade in trades(due, histories) if trade.symbol in usable)
    exchange = Exchange(scene.context.market, portfolio.base_currency)
    done, usable, rates = await _converted(exchange, done, usable, (base, last), name_of, missing)
    if not done:
        return None
    recent = {symbol: _from(history, base) for symbol, history in usable.items()}
    record = keep_record(done, recent, base, last, lambda currency, day: _rate_on(rates, exchange.base, currency, day))
    if not record.dates:
        return None
    effects = _currency_effects(done, usable, rates, (base, last), exchange.base)
    names = {symbol: name_of(symbol) for symbol in usable}
    notes = (*sample_notes(portfolio), CASH_NOTE, *exchange.notes())
    return Holdings(portfolio, record, names, effects, tuple(missing), notes, base, record.dates[-1])


async def _histories(
    scene: Scene, symbols: Iterable[str], since: date
) -> tuple[dict[str, PriceHistory], dict[str, MarketDataError]]:
    """The usable closes of each symbol; those of the usual reach are cleaned once for all digests of a run."""
    reach = scene.data.began.date() - REACH
    if since < reach:
        return await read_histories(scene.context, symbols, since)
    found: dict[str, PriceHistory] = {}
    failed: dict[str, MarketDataError] = {}

    async def one(symbol: str) -> PriceHistory:
        kept, why = await read_histories(scene.context, [symbol], reach)
        if symbol in why:
            raise why[symbol]
        return kept[symbol]

    for symbol in symbols:
        try:
            found[symbol] = await scene.data.once(("usable", symbol, scene.plan.at), partial(one, symbol))
        except MarketDataError as error:
            failed[symbol] = error
    return found, failed


def _from(history: PriceHistory, base: date) -> PriceHistory:
    """The closes from the last one on or before `base`: a record of days before is not kept."""
    first = max(0, bisect_right(history.dates, base) - 1)
    return replace(
        history,
        dates=history.dates[first:],
        adjusted=history.adjusted[first:],
        closes=history.closes and history.closes[first:],
        volumes=None,
    )


def _first(due: Sequence[Transaction]) -> date:
    return min(item.traded_on for item in due)


Rates = dict[str, tuple[list[date], list[float]]]


async def _converted(
    exchange: Exchange,
    done: tuple[Trade, ...],
    usable: dict[str, PriceHistory],
    span: tuple[date, date],
    name_of: object,
    missing: list[tuple[str, str]],
) -> tuple[tuple[Trade, ...], dict[str, PriceHistory], Rates]:
    """The trades and histories whose currency has rates at both ends of the span, and those rates."""
    days = sorted({*span, *(trade.traded_on for trade in done if span[0] < trade.traded_on <= span[1])})
    rates: Rates = {}
    lost: dict[str, str] = {}
    of_trade = {trade.symbol: {trade.currency} for trade in done}
    for symbol, history in usable.items():
        for currency in sorted({history.currency or "", *of_trade.get(symbol, set())} - {exchange.base}):
            if currency in rates:
                continue
            try:
                rates[currency] = (days, [float(await exchange.rate(currency, day)) for day in days])
            except MarketDataError as error:
                lost[symbol] = f"it can't be converted to {exchange.base}: {error}"
    missing += [(str(name_of(symbol)), why) for symbol, why in lost.items()]  # type: ignore[operator]
    return (
        tuple(trade for trade in done if trade.symbol not in lost),
        {symbol: history for symbol, history in usable.items() if symbol not in lost},
        rates,
    )


def _rate_on(rates: Rates, base: str, currency: str, day: date) -> float:
    if currency == base:
        return 1.0
    days, values = rates[currency]
    return values[max(0, bisect_right(days, day) - 1)]


def _currency_effects(
    done: Sequence[Trade], usable: Mapping[str, PriceHistory], rates: Rates, span: tuple[date, date], base: str
) -> dict[str, float]:
    """What was held before the span, at its last price, times the change of the rate since."""
    effects: dict[str, float] = {}
    for symbol, history in usable.items():
        currency = history.currency or ""
        if currency == base:
            continue
        quantity = sum(float(trade.quantity) for trade in done if trade.symbol == symbol and trade.traded_on <= span[0])
        place = bisect_right(history.dates, span[1]) - 1
        closes = history.closes or history.adjusted
        first, last = (_rate_on(rates, base, currency, day) for day in span)
        if place >= 0 and quantity:
            effects[symbol] = quantity * closes[place] * (last - first)
    return effects


async def portfolio(scene: Scene) -> Part | None:
    """What the holdings did, in money and in percentage points of the whole, largest first."""
    held = await holdings_of(scene)
    if held is None:
        return None
    source = Source(scene.context.market.name, held.last)
    moves = await scene.moves(list(held.names))
    fresh, _, missing = parted(scene, moves)
    money, change = attributes_of(scene)
    gains = {symbol: held.record.gains.get(symbol, 0.0) for symbol in held.names}
    ranked = sorted(gains, key=lambda symbol: abs(gains[symbol]), reverse=True)
    figures: list[Figure] = [*whole_figures(scene, held)]
    by_symbol = {move.symbol: move for move in fresh}
    for symbol in ranked:
        figures += _row(held, symbol, by_symbol.get(symbol), (money, change), source)
    shown = ranked[:MOST_ROWS]
    rest = ["The smaller moves are left out of the table."] if len(ranked) > len(shown) else []
    largest = [(held.names[s], Subject(s, s, "money", held.currency, source).money(money, exact(gains[s]))) for s in ranked]
    return Part(
        "portfolio",
        Findings(
            title=portfolio_name(held.portfolio),
            figures=(*figures, *span_figures(scene, SUBJECT)),
            names={SUBJECT: portfolio_name(held.portfolio), **held.names},
            layout="table",
        ),
        lines=tuple(_portfolio_lines(scene, held, figures, ranked, money)),
        columns=("price", change, money, "contribution"),
        rows=tuple(shown),
        missing=tuple(dict.fromkeys((*held.missing, *missing))),
        notes=(*held.notes, *rest),
        remarks=remarks_on(fresh),
        personal=True,
        charts=(money_bars(f"Gains and losses {scene.when}", held.currency, largest),),
    )  # fmt: skip


def _row(
    held: Holdings, symbol: str, move: Move | None, attributes: tuple[str, str], source: Source
) -> tuple[Figure, ...]:
    money, change = attributes
    gain, opening = held.record.gains.get(symbol), held.record.opening
    own = Subject(symbol, held.names[symbol], "money", held.currency, source)
    price = move.price() if move else Figure(symbol, "price", None, "money", source, None)
    return (
        price,
        move.told() if move else own.percent(change, None),
        own.money(money, None if gain is None or move is None else exact(gain)),
        own.percent("contribution", gain / opening if gain is not None and move and opening > 0 else None, 2),
    )


def _portfolio_lines(
    scene: Scene, held: Holdings, figures: Sequence[Figure], ranked: Sequence[str], money: str
) -> list[Line]:
    """Which holdings brought and cost most; how the whole did where no headline says it."""
    by_symbol = {figure.subject: figure for figure in figures if figure.attribute == money and figure.subject != SUBJECT}
    is_told = scene.plan.kind == "my_portfolio" and "headline" in scene.plan.wanted
    lines = [] if is_told else [Line(whole_sentence(scene, held, *figures[:3]))]
    known = [s for s in ranked if by_symbol[s].value]
    ups = sorted((s for s in known if by_symbol[s].value > 0), key=lambda s: by_symbol[s].value, reverse=True)  # type: ignore[operator,arg-type,return-value]
    downs = sorted((s for s in known if by_symbol[s].value < 0), key=lambda s: by_symbol[s].value)  # type: ignore[operator,arg-type,return-value]
    for label, symbols in (("Gained", ups[:3]), ("Lost", downs[:3])):
        if symbols:
            told = [f"{held.names[s]} ({show(by_symbol[s], signed=True)})" for s in symbols]
            lines.append(Line(join_words(told), label))
    return lines


def whole_sentence(scene: Scene, held: Holdings, value: Figure, gain: Figure, change: Figure) -> str:
    """What the whole did, in money and percent."""
    name, shown = portfolio_name(held.portfolio), show(gain, absolute=True)
    stands = f"{'stood' if scene.is_closed else 'stands'} at {show(value)} without cash"
    if not any(digit in shown for digit in "123456789"):
        return f"{name} was little changed {scene.when} and {stands}."
    verb = "gained" if held.gain > 0 else "lost"
    percent = f" ({show(change, absolute=True)})" if change.value is not None else ""
    return f"{name} {verb} {shown}{percent} {scene.when} and {stands}."


def whole_figures(scene: Scene, held: Holdings) -> tuple[Figure, Figure, Figure]:
    """(value, gain, return) of all holdings."""
    source = Source(scene.context.market.name, held.last)
    whole = Subject(SUBJECT, portfolio_name(held.portfolio), "money", held.currency, source)
    money, change = attributes_of(scene)
    return (
        whole.money("market value", exact(held.record.values[-1])),
        whole.money(money, exact(held.gain)),
        whole.percent(change, held.change, 2),
    )


def attributes_of(scene: Scene) -> tuple[str, str]:
    """What the gain in money and the change in percent are called: of a week, or of a day."""
    return ("gain", "price change") if scene.plan.is_weekly else ("day change in money", "day change")


def money_bars(title: str, currency: str, rows: Sequence[tuple[str, Figure]]) -> Chart:
    """Amounts as bars, largest first."""
    return replace(bars(title, rows[:12]), unit=currency)


async def watchlist(scene: Scene) -> Part | None:
    """What the person watches, each with its moves."""
    symbols = await watched(scene)
    if not symbols:
        return None
    moves = await scene.moves(symbols)
    fresh, old, missing = parted(scene, moves)
    shown = [move for move in moves.values() if isinstance(move, Move)]
    if not shown:
        return None
    lagging = {move.symbol for move in old}
    figures = [f for move in shown for f in move.figures(note=show_day(move.last) if move.symbol in lagging else "")]
    ranked = sorted((m for m in fresh if m.change is not None), key=lambda move: move.change or 0.0, reverse=True)
    lines = []
    for label, some_moves in (
        ("Up most", [m for m in ranked if (m.change or 0) > 0][:3]),
        ("Down most", [m for m in reversed(ranked) if (m.change or 0) < 0][:3]),
    ):
        if some_moves:
            lines.append(Line(beside([(move.subject.name, move.told()) for move in some_moves]), label))
    return Part(
        "watchlist",
        Findings(
            title="Your watchlist",
            figures=(*figures, *span_figures(scene)),
            names={move.symbol: move.subject.name for move in shown},
            layout="table",
        ),
        lines=tuple(lines),
        columns=tuple(figure.attribute for figure in shown[0].figures()),
        rows=tuple(move.symbol for move in shown),
        missing=tuple(missing),
        remarks=remarks_on(shown),
        personal=True,
        charts=(bars(f"Your watchlist {scene.when}", [(m.subject.name, m.told()) for m in ranked]),) if ranked else (),
    )


async def calendar(scene: Scene) -> Part | None:
    """Earnings and ex-dividend dates of the next two weeks, of what is held or watched; unknown ones are called so."""
    symbols = await _events_of(scene)
    if not symbols:
        return None
    personal = scene.access is not None and scene.plan.kind != "team_channel"
    if not scene.is_live:
        return _no_dates(("Dates to come are not known of a past day.",), personal=personal)
    coming: list[tuple[date, str, Figure]] = []
    unknown: list[str] = []
    for symbol in symbols:
        try:
            events = await scene.context.market.events(symbol)
        except NotOffered:
            return _no_dates((f"Earnings and dividend dates are not in the {scene.context.market.name}.",), personal=personal)
        except MarketDataError:
            unknown.append(scene.context.symbols.name(symbol))
            continue
        coming += _coming(scene, symbol, events)
    coming.sort(key=lambda each: each[0])
    notes = [f"Dates to come of {join_words(unknown)} are unknown."] if unknown else []
    if not coming:
        return _no_dates(tuple(notes), personal=personal) if notes else None
    notes.append("Dates to come are the source's estimates until the company confirms them.")
    return Part(
        "calendar",
        Findings(
            "Coming up",
            figures=tuple(figure for *_, figure in coming),
            names={figure.subject: scene.context.symbols.name(figure.subject) for *_, figure in coming},
        ),
        lines=(Line("; ".join(text for _, text, _ in coming[:MOST_DATES]), "Coming up"),),
        notes=tuple(notes),
        personal=personal,
    )  # fmt: skip


def _no_dates(notes: tuple[str, ...], *, personal: bool) -> Part:
    return Part("calendar", Findings("Coming up"), notes=notes, personal=personal)


def _coming(scene: Scene, symbol: str, events: Events) -> Iterator[tuple[date, str, Figure]]:
    """(day, what happens, the day as a figure) for each date of the next two weeks."""
    day, name = scene.day.day, scene.context.symbols.name(symbol)
    subject = Subject(symbol, name, "money", events.currency, Source(scene.context.market.name, day))
    dated = (
        ("next earnings", events.next_earnings, "reports earnings"),
        ("next ex-dividend date", events.ex_dividend, "trades without its dividend"),
    )
    for attribute, when, does in dated:
        if when is not None and day <= when <= day + AHEAD:
            yield when, f"{name} {does} on {show_day(when)}", subject.day(attribute, when)


async def _events_of(scene: Scene) -> tuple[str, ...]:
    """Whose dates: of what is held, what is watched, or what a team follows; never of a whole market."""
    if scene.plan.kind == "team_channel":
        return scene.plan.symbols
    if scene.plan.kind == "watchlist":
        return await universe(scene)
    return await held_symbols(scene)


async def currency(scene: Scene) -> Part | None:
    """What exchange rates alone did to foreign holdings; None where there are none."""
    held = await holdings_of(scene)
    if held is None or not held.currency_effects:
        return None
    source = Source(scene.context.market.name, held.last)
    name = portfolio_name(held.portfolio)
    total = sum(held.currency_effects.values())
    whole = Subject(SUBJECT, name, "money", held.currency, source)
    effect = whole.money("effect of exchange rates", exact(total))
    rows = [
        Subject(symbol, held.names[symbol], "money", held.currency, source).money(
            "effect of exchange rates", exact(value)
        )
        for symbol, value in sorted(held.currency_effects.items(), key=lambda pair: -abs(pair[1]))
    ]
    text = f"the effect of exchange rates on {name[:1].lower()}{name[1:]} was {show(effect, signed=True)} {scene.when}"
    return Part(
        "currency",
        Findings(
            "Exchange rates",
            figures=(effect, *rows, *span_figures(scene, SUBJECT)),
            names={SUBJECT: name, **{symbol: held.names[symbol] for symbol in held.currency_effects}},
        ),
        lines=(Line(text, "Currencies"),),
        personal=True,
    )
