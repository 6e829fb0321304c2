"""What is said of an alert: how it is called, and what is told when it goes off, from the figures that made it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from tools.formatting import show, show_day
from tools.portfolio.reading import SUBJECT
from tools.subject import Subject, price_unit
from tools.values import Figure, Findings, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.alerts.rules import Condition
    from tools.values import AsOf

YOURS = Source("your alert")
CALL = "check_alert"
"""What the look at an alert is called where it is shown how it was found; the argument `alert` is its id."""
_FINE = 6
"""Decimals of a price that would else read like the level that it has passed."""
_PERCENT = {"day_move_percent": "moves {} or more in a day", "drawdown_percent": "is {} or more below its peak"}
_PLAIN = {
    "new_high": "reaches a new 52-week high",
    "new_low": "reaches a new 52-week low",
    "earnings": "reports earnings the next day",
}
_EXTREMES = {"new_high": ("52-week high", "above"), "new_low": ("52-week low", "below")}


@dataclass(frozen=True, slots=True)
class Level:
    """What an alert waits for; `threshold` is a price in `currency`, a percentage, or None."""

    condition: Condition
    symbol: str | None = None
    threshold: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Crossing:
    """An alert that went off, with all the figures it went off by; `value` is a price, a drawdown or no number.

    `against` is the previous close, or the 52-week extreme of `on`; for a drawdown `on` is the day of the peak, for
    earnings that of the report.
    """

    level: Level
    source: str
    as_of: AsOf
    value: Decimal | None = None
    against: Decimal | None = None
    on: date | None = None
    is_sample: bool = False
    notes: tuple[str, ...] = ()

    def record(self) -> dict[str, Any]:
        """As JSON, numbers as text."""
        level = self.level
        return {
            "condition": level.condition,
            "symbol": level.symbol,
            "threshold": _text(level.threshold),
            "currency": level.currency,
            "source": self.source,
            "as_of": self.as_of.isoformat(),
            "value": _text(self.value),
            "against": _text(self.against),
            "on": self.on.isoformat() if self.on else None,
            "is_sample": self.is_sample,
            "notes": list(self.notes),
        }


@dataclass(frozen=True, slots=True)
class Split:
    """A split that moved the level of an alert; `ratio` is new shares for one old."""

    before: Level
    after: Level
    ratio: Decimal
    day: date
    source: str

    def record(self) -> dict[str, Any]:
        """As JSON, numbers as text."""
        return {
            "condition": self.after.condition,
            "symbol": self.after.symbol,
            "currency": self.after.currency,
            "before": _text(self.before.threshold),
            "after": _text(self.after.threshold),
            "ratio": _text(self.ratio),
            "day": self.day.isoformat(),
            "source": self.source,
        }


def split_of(record: dict[str, Any]) -> Split:
    """What `Split.record` wrote."""

    def level(name: str) -> Level:
        condition = cast("Condition", record["condition"])
        return Level(condition, record["symbol"], Decimal(record[name]), record["currency"])

    day = date.fromisoformat(record["day"])
    return Split(level("before"), level("after"), Decimal(record["ratio"]), day, record["source"])


def crossing_of(record: dict[str, Any]) -> Crossing:
    """What `Crossing.record` wrote."""

    def number(name: str) -> Decimal | None:
        return None if record[name] is None else Decimal(record[name])

    as_of = record["as_of"]
    return Crossing(
        Level(cast("Condition", record["condition"]), record["symbol"], number("threshold"), record["currency"]),
        record["source"],
        datetime.fromisoformat(as_of) if "T" in as_of else date.fromisoformat(as_of),
        number("value"),
        number("against"),
        date.fromisoformat(record["on"]) if record["on"] else None,
        record["is_sample"],
        tuple(record["notes"]),
    )


def named(level: Level, name: Callable[[str], str]) -> str:
    """An alert in words: "Apple above $150.00", "Tesla moves 5% or more in a day"."""
    who = name(level.symbol) if level.symbol else "your portfolio"
    if level.condition in _PLAIN:
        return f"{who} {_PLAIN[level.condition]}"
    if level.condition in _PERCENT:
        return f"{who} {_PERCENT[level.condition].format(show(_percent(SUBJECT, 'threshold', level.threshold, YOURS)))}"
    return f"{who} {level.condition} {show(price_level(level))}"


def price_level(level: Level) -> Figure:
    """The level of a price alert as a figure."""
    exponent = level.threshold.normalize().as_tuple().exponent if level.threshold is not None else 0
    symbol = level.symbol or SUBJECT
    decimals = max(2, -exponent) if isinstance(exponent, int) else 2
    return Figure(symbol, "alert price", level.threshold, price_unit(symbol), YOURS, level.currency, decimals)


def findings_of(crossing: Crossing, name: Callable[[str], str]) -> Findings:
    """What is told: figures with their source and time, a sentence of them, and which alert it is."""
    level = crossing.level
    if level.condition == "drawdown_percent":
        return _drawdown(crossing)
    symbol = level.symbol or ""
    source = Source(crossing.source, crossing.as_of)
    subject = Subject(symbol, name(symbol), price_unit(symbol), level.currency, source)
    told = {
        "above": _at_level,
        "below": _at_level,
        "day_move_percent": _day_move,
        "new_high": _extreme,
        "new_low": _extreme,
        "earnings": _earnings,
    }[level.condition]
    figures, sentence = told(crossing, subject)
    return Findings(
        title=f"Alert: {named(level, name)}",
        figures=figures,
        sentences=(f"{sentence[:1].upper()}{sentence[1:]}",),
        notes=(f"Your alert: {named(level, name)}.", *crossing.notes),
        names={symbol: subject.name},
    )


def split_findings(split: Split, name: Callable[[str], str]) -> Findings:
    """What is told of a split: that the level went with it."""
    symbol = split.after.symbol or ""
    subject = Subject(symbol, name(symbol), price_unit(symbol), split.after.currency, Source(split.source, split.day))
    ratio = subject.number("last split", split.ratio, "ratio", 0 if split.ratio == int(split.ratio) else 4)
    level = price_level(split.after)
    return Findings(
        title=f"Alert: {named(split.after, name)}",
        figures=(ratio, subject.day("last split date", split.day), level),
        sentences=(f"{subject.name} has an alert price of {show(level)} now, as its shares were split.",),
        notes=(f"Your alert was: {named(split.before, name)}. The split is in new shares for one old.",),
        names={symbol: subject.name},
    )


def _was_at(crossing: Crossing, subject: Subject, price: Figure) -> str:
    verb = "was" if isinstance(crossing.as_of, datetime) else "closed"
    return f"{subject.spoken} {verb} at {show(price)} on {show_day(crossing.as_of)}"


def _at_level(crossing: Crossing, subject: Subject) -> tuple[tuple[Figure, ...], str]:
    price, level = subject.price("price", crossing.value), price_level(crossing.level)
    if crossing.value != crossing.level.threshold and show(price) == show(level):
        price = replace(price, decimals=_FINE)
    beyond = "at" if crossing.value == crossing.level.threshold else crossing.level.condition
    return (price, level), f"{_was_at(crossing, subject, price)}, {beyond} your alert price of {show(level)}."


def _day_move(crossing: Crossing, subject: Subject) -> tuple[tuple[Figure, ...], str]:
    price, before = subject.price("price", crossing.value), subject.price("previous close", crossing.against)
    moved = None
    if crossing.value is not None and crossing.against:
        moved = crossing.value / crossing.against - 1
    change = subject.percent("day change", moved, decimals=2)
    way = "up" if moved is not None and moved > 0 else "down"
    sentence = (
        f"{_was_at(crossing, subject, price)}, {way} {show(change, absolute=True)} from its previous close of "
        f"{show(before)}."
    )
    return (price, change, before), sentence


def _extreme(crossing: Crossing, subject: Subject) -> tuple[tuple[Figure, ...], str]:
    attribute, way = _EXTREMES[crossing.level.condition]
    price, extreme = subject.price("price", crossing.value), subject.price(attribute, crossing.against)
    day = subject.day(f"{attribute} date", crossing.on)
    sentence = f"{_was_at(crossing, subject, price)}, {way} its {attribute} so far of {show(extreme)} on {show(day)}."
    return (price, extreme, day), sentence


def _earnings(crossing: Crossing, subject: Subject) -> tuple[tuple[Figure, ...], str]:
    day = subject.day("next earnings", crossing.on)
    return (day,), f"{subject.spoken} is expected to report earnings on {show(day)}."


def _drawdown(crossing: Crossing) -> Findings:
    level, source = crossing.level, Source(crossing.source, crossing.as_of)
    fall = _percent(SUBJECT, "drawdown", crossing.value, source)
    peak = Figure(SUBJECT, "peak date", crossing.on, "date", source)
    name = "The sample portfolio" if crossing.is_sample else "Your portfolio"
    described = named(level, str)
    return Findings(
        title=f"Alert: {described}",
        figures=(fall, peak),
        sentences=(f"{name} has a drawdown of {show(fall)} on {show_day(crossing.as_of)}.",),
        notes=(
            f"Your alert: {described}.",
            "The drawdown is how far it is below the peak of the last year, whatever was paid in or out.",
            *crossing.notes,
        ),
        names={SUBJECT: name},
    )


def _percent(subject: str, attribute: str, value: Decimal | None, source: Source) -> Figure:
    return Figure(subject, attribute, value, "percent", source, decimals=_decimals(value))


def _decimals(value: Decimal | None) -> int:
    """As many as a typed percentage has, one at most; a measured one has one."""
    return 0 if value is not None and value == value.to_integral_value() else 1


def _text(value: Decimal | None) -> str | None:
    """A number for JSON, exactly and without an exponent."""
    return None if value is None else f"{value:f}"
