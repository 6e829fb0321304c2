"""The headline in code's own words: what the market, or what is held, did, set against its past."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.jobs.digests.holdings import holdings_of, whole_figures, whole_sentence
from bot.jobs.digests.markets import movers, span_figures, watched
from bot.jobs.digests.moves import Move
from bot.jobs.digests.part import Line, Part, move_words
from bot.jobs.digests.trends import signals
from bot.turn.prompting import sections
from tools.formatting import show, show_day
from tools.market.wording import direction, sentence
from tools.portfolio.reading import SUBJECT, portfolio_name
from tools.values import Figure, Findings

if TYPE_CHECKING:
    from datetime import date

    from bot.jobs.digests.scene import Scene

NAME = "headline"
TELLING_FALL = 0.10
"""A distance from the year's high from which on it is told."""
TELLING_MOVE = 0.02
"""A move of the index on a day from which on it is set against the past."""
LITTLE = 0.001
"""A move of the index below this is called little."""
_YEAR = timedelta(days=364)


async def headline(scene: Scene) -> Part | None:
    """At most three sentences; None where nothing is known."""
    told: list[str] = []
    figures: list[Figure] = [*span_figures(scene)]
    names: dict[str, str] = {}
    title, unusual, personal = "Headline", False, False
    if scene.plan.kind == "my_portfolio":
        own, own_figures, name = await _of_portfolio(scene)
        told += own
        figures += own_figures
        if own:
            names[SUBJECT], personal = name, True
    if isinstance(scene.index, Move):
        names[scene.index.symbol] = scene.index.subject.name
        lines, own_figures, unusual = _of_index(scene, scene.index, brief=bool(told))
        told += lines
        figures += own_figures
    if scene.plan.kind != "my_portfolio" and not scene.is_closed and (part := await _counted(scene)):
        title, line = part
        told.append(line)
        personal = scene.plan.kind == "watchlist"
    if not told:
        return None
    findings = Findings(title, figures=tuple(dict.fromkeys(figures)), names=names)
    return Part(NAME, findings, tuple(map(Line, told)), is_unusual=unusual, personal=personal)


def _of_index(scene: Scene, index: Move, *, brief: bool) -> tuple[list[str], list[Figure], bool]:
    """The index's sentences, their figures, and whether its move is one to remember."""
    change = index.told(2)
    figures = [index.price(), change]
    since, years = (None, None) if brief or scene.plan.is_weekly else last_as_large(index)
    record, more = _record(index, since, years)
    told = [sentence(f"{_move_sentence(scene, index, change, brief=brief)}{record}.")]
    figures += more
    if not brief:
        place, more = _place_in_year(index)
        told += place
        figures += more
    return told, figures, since is not None or years is not None


def _move_sentence(scene: Scene, index: Move, change: Figure, *, brief: bool) -> str:
    name, price = index.subject.spoken, show(index.price())
    if change.value is None:
        return f"{name} stands at {price}; its move {scene.when} is unknown"
    if scene.is_closed and not brief:
        way = "up" if direction(change) > 0 else "down"
        moved = (
            f"{way} {show(change, absolute=True)} on that day" if direction(change) else "little changed on that day"
        )
        return f"{name} last closed at {price} {scene.when}, {moved}"
    at = "" if brief else price
    if abs(index.change or 0) < LITTLE:
        return f"{name} was little changed {scene.when} ({show(change, signed=True)}){f', at {at}' if at else ''}"
    return f"{name} {move_words(change)} {scene.when}{f' to {at}' if at else ''}"


def _record(index: Move, since: date | None, years: int | None) -> tuple[str, list[Figure]]:
    """Since when the index has not moved so far, as the end of a sentence."""
    way = "deepest fall" if (index.change or 0) < 0 else "strongest rise"
    if since is not None:
        return f", its {way} in a day since {show_day(since)}", [index.subject.day("last move as large", since)]
    if years is not None:
        figure = index.subject.number("length of the record", years, "years", 0)
        return f", its {way} in a day in the {years} years of prices here", [figure]
    return "", []


def _place_in_year(index: Move) -> tuple[list[str], list[Figure]]:
    """Where the index stands in the range of its past year, when that is worth a sentence."""
    subject = index.subject
    if index.dates[0] > index.last - _YEAR:
        return [], []
    year = [i for i, day in enumerate(index.dates) if day >= index.last - _YEAR]
    top = max(year, key=index.prices.__getitem__)
    below = 1 - index.prices[-1] / index.prices[top]
    if below <= 0:
        return ["That is a new 52-week high."], [subject.price("52-week high", index.prices[-1])]
    if below < TELLING_FALL:
        return [], []
    figure = subject.percent("below its 52-week high", below)
    day = subject.day("52-week high date", index.dates[top])
    return [f"It stands {show(figure)} below its 52-week high of {show(day)}."], [figure, day]


def last_as_large(index: Move) -> tuple[date | None, int | None]:
    """(the last day with a move as large in the same direction, None) or (None, the years without one).

    (None, None) for a move that is small, or that had its like within a year, or where the record is short.
    """
    change = index.change
    if change is None or abs(change) < TELLING_MOVE:
        return None, None
    prices, dates = index.prices, index.dates
    for place in range(len(prices) - 2, 0, -1):
        earlier = prices[place] / prices[place - 1] - 1
        if (earlier <= change) if change < 0 else (earlier >= change):
            return (None, None) if index.last - dates[place] < _YEAR else (dates[place], None)
    years = (index.last - dates[0]).days // 365
    return (None, years) if years >= 2 else (None, None)


async def _of_portfolio(scene: Scene) -> tuple[list[str], list[Figure], str]:
    """What the whole portfolio did."""
    held = await holdings_of(scene)
    if held is None:
        return [], [], ""
    figures = whole_figures(scene, held)
    return [whole_sentence(scene, held, *figures)], [*figures], portfolio_name(held.portfolio)


async def _counted(scene: Scene) -> tuple[str, str] | None:
    """(the title that holds the counts, how many rose and fell)."""
    if scene.plan.kind == "watchlist" and not await watched(scene):
        return None
    part = await movers(scene)
    if part is None:
        return None
    changes = [f.value for f in part.findings.figures if f.attribute in ("day change", "price change")]
    known = [value for value in changes if value is not None]
    up, down = sum(v > 0 for v in known), sum(v < 0 for v in known)  # type: ignore[operator]
    what = {"watchlist": "on your watchlist", "team_channel": "followed here"}.get(scene.plan.kind, "followed")
    noun = "symbols" if scene.plan.symbols or scene.plan.kind == "watchlist" else "large companies"
    if len(known) < 3:
        return None
    if up in (0, len(known)) or down in (0, len(known)):
        way = "rose" if up == len(known) else "fell" if down == len(known) else "were unchanged"
        line = f"All {len(known)} {noun} {what} {way}."
    else:
        line = f"Of the {len(known)} {noun} {what}, {up} rose and {down} fell."
    return f"Headline: {line}", line


async def is_quiet(scene: Scene) -> bool:
    """Whether the rules were looked at and none was met."""
    part = await signals(scene)
    return part is not None and not part.is_unusual


def nothing_unusual(scene: Scene) -> str:
    """The sentence of a quiet day."""
    when = (
        "this week"
        if scene.plan.is_weekly
        else "today"
        if scene.last == scene.day.day
        else f"on {show_day(scene.last)}"
    )
    return sections("digests")["nothing_unusual"].format(when=when)
