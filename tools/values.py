"""Values that cross a module border: every figure carries unit, currency, source and as-of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tools.charts import Chart

Unit = Literal["money", "percent", "ratio", "count", "shares", "points", "years", "date"]
AsOf = date | datetime


@dataclass(frozen=True, slots=True)
class Source:
    """Where data came from: `name` is shown to people, `as_of` is the time the data speaks of."""

    name: str
    as_of: AsOf | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One number or date, bound to its subject and attribute.

    `subject` is a symbol ("AAPL"), a pair ("USD/EUR"), or words like "portfolio"; `attribute` is the field's
    term ("price", "total return"). `value` None means unknown: it is shown as "unknown", never as 0.
    Percent values are in percent (26.4 means 26.4 %). `decimals` is how many are shown.
    """

    subject: str
    attribute: str
    value: Decimal | date | None
    unit: Unit
    source: Source
    currency: str | None = None
    decimals: int = 2
    note: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """Quoted text from a source (a headline, a definition): shown as text, never executed or linked."""

    subject: str
    attribute: str
    text: str
    source: Source


@dataclass(frozen=True, slots=True)
class Findings:
    """What one tool call found.

    `figures` and `passages` are the whole evidence. `sentences` say what matters first, composed by code from
    the figures. `notes` are caveats a person must see (stale, missing, substituted). `names` maps each subject
    to the name people use for it ("AAPL" → "Apple Inc."). `layout` says how the figures are drawn:
    "lines" (one a line) or "table" (a row for each subject, a column for each attribute).
    """

    title: str
    figures: tuple[Figure, ...] = ()
    passages: tuple[Passage, ...] = ()
    sentences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    layout: Literal["lines", "table"] = "lines"
    chart: Chart | None = None
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change the assistant suggests and only a person can make, by a button or a typed command."""

    kind: Literal["watchlist", "price_alert"]
    command: str
    details: dict[str, str]
