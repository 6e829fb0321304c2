"""Questions that go back to a turn before the last one: "back to the loan, 48 months", "and 450 pounds"."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.turn.completions.conversions import CONVERT, sums_in
from bot.turn.completions.plans import LOAN, SAVINGS
from bot.turn.completions.variations import DEFINE, GOES_ON, LONGEST, OF_OTHER_RATES, OVER_YEARS, SEARCH, varied
from tools.arguments import CURRENCY
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading

_PLANS = (LOAN, SAVINGS)
_INSTEAD = re.compile(r"\b(?:instead|make it|make that|same|change|only give|what if)\b", re.IGNORECASE)
_NAMED = {
    LOAN: re.compile(r"\b(?:loan|mortgage|financing|repayments?|installments?|instalments?)\b"),
    SAVINGS: re.compile(r"\b(?:savings?|saving|nest egg|pot|compound\w*|isa|invest\w*)\b"),
}
"""Words that say which plan a question goes back to."""
_STARTS = re.compile(r"\bif (?:i|we) (?:start\w*|put|begin|invest\w*|had|have|save\w*)\b")
MONTHLY = re.compile(r"\b(?:(?:a|an|each|every|per) (?:month|mth)|monthly|pm)\b|/ ?mo(?:nth)?\b")
_SOURCE = re.compile(r"\b(?:from|of)(?: the)? \Z", re.IGNORECASE)
_SAME_PAIR = re.compile(r"\b(?:same|that) (?:pair|rate|conversion|amount|one)\b")
_THAT_LIST = re.compile(r"\b(?:(?:that|the|this) (?:list|screen|search|selection)|those|them|narrow)\b")
_SAME = re.compile(r"\b(?:same|again|repeat)\b")
_OWN = re.compile(r"\b(?:my|mine|i|me|we|our|portfolio|holdings?)\b")
_CURRENCY_ASKS = frozenset({CONVERT, DEFINE, "get_quote", "find_symbol"})
_OVER_TIME = frozenset({"get_portfolio_performance", "get_price_history"})


def older_call(calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The call of an older turn with what this question changes of it; None where it goes back to none."""
    if not reading.older:
        return None
    ways = (_older_plan, _older_conversion, _older_day, _older_search, _older_time)
    return next((call for way in ways if (call := way(calls, reading))), None)


def _older_plan(calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The plan of a turn before the last one, which something else came between: "7% instead", "same but 15 years"."""
    if any(call.name in _PLANS for call in reading.earlier):
        return None
    before = next((turn[0] for turn in reading.older if len(turn) == 1 and turn[0].name in _PLANS), None)
    if before is None or len(reading.text) > LONGEST or reading.names or OF_OTHER_RATES.search(reading.text):
        return None
    words = mended_words(reading.text)
    goes_on = GOES_ON.match(reading.text) or _INSTEAD.search(reading.text)
    puts_in = goes_on and _STARTS.search(words) and len(reading.amounts) == 1 and before.name == SAVINGS
    is_open = all(call.name not in _PLANS for call in calls)
    if _NAMED[before.name].search(words) or (is_open and puts_in):
        return _with_changes(before, words, reading)
    if not is_open or not goes_on or len(reading.rates) + len(reading.lengths) != 1:
        return varied(before, calls, reading) if is_open and OVER_YEARS.fullmatch(words) else None
    name, said = ("annual_rate_percent", reading.rates) if reading.rates else ("years", reading.lengths)
    return replace(before, arguments={**before.arguments, name: said[0].text})


def _with_changes(before: ToolCall, words: str, reading: Reading) -> ToolCall | None:
    """The plan with the rate, the length and the amount that the question says, one of each at most."""
    said = {"annual_rate_percent": reading.rates, "years": reading.lengths}
    beside = [*reading.rates, *reading.lengths]
    amounts = [each for each in reading.amounts if not any(o.start <= each.start < o.end for o in beside)]
    is_monthly = before.name == SAVINGS and (MONTHLY.search(words) or "principal" not in before.arguments)
    said["monthly_contribution" if is_monthly else "principal"] = amounts
    if any(len(spans) > 1 for spans in said.values()) or not any(said.values()) or all(said.values()):
        return None
    changed = {name: spans[0].text for name, spans in said.items() if spans}
    return replace(before, arguments={**before.arguments, **changed})


def _older_conversion(calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The conversion of an older turn, of another amount or with another currency: "ok in aud then"."""
    before = next((turn[0] for turn in reading.older if len(turn) == 1 and turn[0].name == CONVERT), None)
    if before is None or any(call.name == CONVERT for call in reading.earlier) or len(reading.text) > LONGEST:
        return None
    pair = [reading.means(CURRENCY, before.arguments.get(side, "")) for side in ("from_currency", "to_currency")]
    spans = reading.differing(CURRENCY, CURRENCY.find(reading.text))
    if None in pair or len(spans) != 1 or len(calls) > 1 or any(call.name not in _CURRENCY_ASKS for call in calls):
        return None
    if any(not any(n.start <= each.start < n.end for each in spans) for n in reading.names):
        return None
    changed: dict[str, Any] = {}
    said, sums = reading.means(CURRENCY, spans[0].text), sums_in(reading)
    if sums:
        changed["amount"] = sums[0][0].text
        if said == pair[1]:
            changed |= {"from_currency": spans[0].text, "to_currency": before.arguments["from_currency"]}
        elif said != pair[0]:
            changed["from_currency"] = spans[0].text
    elif said in pair or reading.amounts:
        return None
    else:
        changed["from_currency" if _SOURCE.search(reading.text[: spans[0].start]) else "to_currency"] = spans[0].text
    return replace(before, arguments={**before.arguments, **changed})


def _older_day(_: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The conversion of an older turn on another day: "same pair but on 1 July 2014"."""
    before = next((turn[0] for turn in reading.older if len(turn) == 1 and turn[0].name == CONVERT), None)
    if before is None or len(reading.dates) != 1 or reading.names or CURRENCY.find(reading.text):
        return None
    if not _SAME_PAIR.search(mended_words(reading.text)) or any(call.name == CONVERT for call in reading.earlier):
        return None
    return replace(before, arguments={**before.arguments, "date": reading.dates[0].text})


def _older_search(calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The search of an older turn with the conditions that this question adds: "narrow that list to ..."."""
    before = next((turn[0] for turn in reading.older if len(turn) == 1 and turn[0].name == SEARCH), None)
    if (
        before is None
        or [call.name for call in calls] != [SEARCH]
        or any(call.name == SEARCH for call in reading.earlier)
    ):
        return None
    if not _THAT_LIST.search(mended_words(reading.text)):
        return None
    return replace(before, arguments={**before.arguments, **calls[0].arguments})


def _older_time(calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """What takes a time, over the one that this question names, where the turn between takes none: "same but ytd"."""
    if len(calls) != 1 or calls[0].name not in _OVER_TIME or len(reading.periods) != 1 or reading.names:
        return None
    words = mended_words(reading.text)
    if not _SAME.search(words) or _OWN.search(words) or any(_takes_time(call, reading) for call in reading.earlier):
        return None
    before = next((turn[0] for turn in reading.older if len(turn) == 1 and _takes_time(turn[0], reading)), None)
    return replace(before, arguments={**before.arguments, "period": reading.periods[0].text}) if before else None


def _takes_time(call: ToolCall, reading: Reading) -> bool:
    return reading.parameter(call, "period") is not None
