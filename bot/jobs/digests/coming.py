"""The section on what is coming up: earnings and ex-dividend dates of the next two weeks."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from bot.jobs.digests.markets import held_symbols, universe
from bot.jobs.digests.part import Line, Part
from tools.errors import MarketDataError, NotOffered
from tools.formatting import join_words, show_day
from tools.subject import Subject
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.jobs.digests.scene import Scene
    from tools.market_data.base import Events

AHEAD = timedelta(days=14)
MOST_DATES = 4


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
            return _no_dates(
                (f"Earnings and dividend dates are not in the {scene.context.market.name}.",), personal=personal
            )
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
