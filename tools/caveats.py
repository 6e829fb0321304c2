"""What must be said beside prices: the source's own remarks, their adjustment and their age, each in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.formatting import join_words, show_day
from tools.freshness import as_of_day, has_ended, is_late, no_newer_price
from tools.market_data.base import ADJUSTED, REMARK_SEPARATOR

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tools.context import ToolContext
    from tools.market_data.base import PriceHistory, Quote
    from tools.values import AsOf

INDEX_RETURNS = "index returns leave dividends out"
FOR_LIVE_ONES = "set TUPPENCE_MARKET_DATA=yahoo for live ones"
# True of whatever they are said about, so that no names are needed.
_GENERAL = frozenset({ADJUSTED, INDEX_RETURNS})
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Remarks:
    """What there is to say about one subject's data. `as_of` is None where its age does not matter."""

    name: str
    remarks: tuple[str, ...]
    as_of: AsOf | None = None


def quote_remarks(name: str, quote: Quote) -> Remarks:
    """What a quote brings with it, and its age."""
    adjusted = (ADJUSTED,) if quote.adjusted else ()
    return Remarks(name, (*remarks_in(quote.note), *adjusted), quote.as_of)


def history_remarks(name: str, history: PriceHistory, *, is_latest: bool) -> Remarks:
    """What a history brings with it, and its age where it should reach up to now."""
    adjusted = (ADJUSTED,) if history.closes is None else ()
    as_of = history.dates[-1] if is_latest and history.dates else None
    return Remarks(name, (*remarks_in(history.note), *adjusted), as_of)


def remarks_in(note: str) -> tuple[str, ...]:
    """The remarks of a provider's `note`."""
    return tuple(remark for remark in note.split(REMARK_SEPARATOR) if remark)


async def price_caveats(context: ToolContext, about: Sequence[Remarks]) -> list[str]:
    """The remarks on all subjects and the age of old prices as sentences, each once; the general ones come last."""
    now = context.now().date()
    days = [as_of_day(each.as_of) for each in about if each.as_of is not None]
    old = [day for day in days if is_late(day, now)]
    ended = bool(old) and await has_ended(context)
    remarks = [(each.name, remark) for each in about for remark in each.remarks]
    if not ended:
        dated = [(each.name, as_of_day(each.as_of)) for each in about if each.as_of is not None]
        remarks += [(name, no_newer_price(day)) for name, day in dated if is_late(day, now)]
    told = in_sentences(remarks, {each.name for each in about})
    if ended:
        # One line for the whole bundle; only its exchange rates may reach further than its prices.
        end = max(min(days), await context.market.today())
        told.append(f"Prices end on {show_day(end)}; {FOR_LIVE_ONES}.")
    return told


def in_sentences(remarks: Iterable[tuple[str, str]], everyone: Collection[str]) -> list[str]:
    """(name, remark) pairs, each remark once: "Apple and Microsoft: x."; of everyone there is, just "X."."""
    names_of: dict[str, dict[str, None]] = {}
    for name, remark in remarks:
        names_of.setdefault(remark.rstrip("."), {})[name] = None
    specific, general = [], []
    for remark, names in names_of.items():
        if remark in _GENERAL:
            general.append(_sentence(remark))
        elif len(names) == len(everyone):
            specific.append(_sentence(remark))
        else:
            specific.append(f"{_some(list(names))}: {remark}.")
    return [*specific, *general]


def _sentence(remark: str) -> str:
    return f"{remark[:1].upper()}{remark[1:]}."


def _some(names: Sequence[str]) -> str:
    """The first names, and how many more."""
    if len(names) <= _MOST_NAMED + 1:
        return join_words(names)
    return join_words([*names[:_MOST_NAMED], f"{len(names) - _MOST_NAMED} others"])
