"""The conditions of a search for stocks: which limit each number of the question sets."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from tools.parsing.finders import find_numbers, find_percents
from tools.parsing.numbers import parse_number, parse_percent
from tools.parsing.surroundings import surrounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.parsing.spans import Span
    from tools.parsing.surroundings import Surrounded

Quantity = Literal["price", "pe", "yield", "cap"]
Bound = Literal["min", "max"]

_NAMES: dict[tuple[Quantity, Bound], str] = {
    ("price", "max"): "max_price",
    ("price", "min"): "min_price",
    ("pe", "max"): "max_pe",
    ("yield", "min"): "min_dividend_yield_percent",
    ("cap", "min"): "min_market_cap",
}
LIMIT = "limit"
CONDITIONS = frozenset({*_NAMES.values(), LIMIT})
"""Every argument that a number of the question can be."""

_WORDS: dict[Quantity, str] = {
    "pe": r"p ?/ ?e|p e|pes?|pers?|price[- ](?:to[- ])?earnings?|earnings|multiples?|times (?:the )?profits?",
    "yield": r"yield(?:s|ing)?|dividends?|divs?|pay(?:s|ing)?|payouts?",
    "cap": r"market[ -]?(?:cap\w*|values?)|mcap|caps?|capitali[sz]ations?|worth|valued|valuations?|value",
    "price": r"prices?|priced|costs?|costing|trades?|trading",
}
_QUANTITY = re.compile(rf"\b(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _WORDS.items())})(?![\w/])")
_UNIT: dict[Quantity, str] = {
    "pe": r"(?:times|x) (?:the |their |its )?(?:earnings|profits?)|(?:on |in |for )?(?:the |their )?(?:p ?/ ?e|pe)\b",
    "yield": r"(?:of |in )?(?:dividend )?yields?\b|(?:in |of )?dividends?\b",
    "cap": r"(?:in |of |by )?(?:market[ -]?(?:cap|value)|capitali[sz]ation)\b",
    "price": r"(?:a|per|each|the) (?:share|pop|piece|stock)\b|(?:each|apiece)\b",
}
_CURRENCY = r"(?:us )?(?:dollars?|bucks?|usd|quid|pounds?|euros?|eur|gbp|cents?)\b"
_AFTER = re.compile(
    rf" ?(?P<money>{_CURRENCY})? ?(?:{'|'.join(f'(?P<{name}>{words})' for name, words in _UNIT.items())})?"
)

_COMPARED = re.compile(
    r"(?P<no>\b(?:no|not|nothing|none|never|isn't|aren't|don't|dont|doesn't) (?:\w+ )?)?(?:"
    r"(?P<max>\b(?:under|below|blow|beneath|(?:less|lower|fewer|smaller|cheaper) than|at (?:the )?most|max(?:imum)?"
    r"|up to)\b|<)"
    r"|(?P<min>\b(?:over|above|(?:more|higher|greater|bigger|larger|pricier) than|at (?:the )?least|min(?:imum)?"
    r"|north of|exceed(?:s|ing)?)\b|>))"
)
_BOUND_AFTER = re.compile(
    rf" ?(?:{_CURRENCY} ?)?(?:(?:a|per) share )?(?:"
    r"(?P<min>or (?:more|higher|above|over|better|up)\b|and (?:up|upwards)\b|plus\b|\+|min(?:imum)?\b)"
    r"|(?P<max>or (?:less|lower|below|under|cheaper)\b|max(?:imum)?\b|at most\b|tops\b))"
)
_JOINS_PAIR = re.compile(rf" ?(?:{_CURRENCY})? ?(?:and|to|-|up to) ?\Z")
_OPENS_PAIR = re.compile(r"\b(?:between|from|range(?: of)?)(?: about)? ?\Z")
_ASKS_FOR = re.compile(
    r"\b(?:(?P<rank>top|first|best|biggest|largest|limit(?: it| them)?(?: to)?)"
    r"|list(?: me)?(?: of)?|show(?: me| just)*|(?:let me|lemme) see|gimme|give me"
    r"|find(?: me| us)?|name(?: me)?|which|what|the|only|just|me|want|need|get)(?: the)? ?\Z"
)
_LISTED = re.compile(
    r" (?:[\w-]+ ){0,3}?(?:stocks?|compan(?:y|ies)|names|shares|firms|business(?:es)?|gainers|losers|movers|banks"
    r"|utilities|industrials|\w+est|most)\b"
)
_ENOUGH = re.compile(r" (?:names|of them|results|rows|stocks|companies) (?:will do|is|are|would)\b")
_BUDGET = re.compile(r"\b(?:budget|spend|afford|pay)\b")
_ENDS = re.compile(r" ?(?:\Z|[,.;?!)]|(?:and|with|in|please|that|which|list|for|also|but|now|or|pls|thanks|only)\b)")
_NO_YIELD = re.compile(
    r"\b(?:up|down|gain(?:s|ed)?|rose|risen|fell|fallen|growth|grew|returns?|moved?|change[ds]?|off)\b"
)
_OTHER_MEASURE = re.compile(
    r"\b(?:rsi|macd|beta|eps|peg|ebitda|ro[eia]|sales|revenues?|volume|employees|staff|debt|cash|growth|margins?"
    r"|volatility|rating|ratings|profit|analysts?|age|years?|days?|months?)\b"
)
"""What no search here can ask for; with it a bare number is no price."""
_BIG = Decimal(10) ** 5
_MOST_LISTED = 100


def parse_conditions(text: str, ignored: Sequence[Span] = ()) -> dict[str, Span] | None:
    """Which argument of a search each number of `text` is; None when one of them leaves a doubt.

    "banks with a P/E under 8 and over 3%" is max_pe 8 and min_dividend_yield_percent 3%. Numbers inside the `ignored`
    pieces ("S&P 500") are none.
    """
    numbers = surrounded(text, _numbers(text, ignored))
    found: dict[str, Span] = {}
    doubtful: list[Span] = []
    place = 0
    while place < len(numbers):
        pair = _pair(numbers[place : place + 2])
        said = pair or _one(numbers[place])
        if not said:
            doubtful.append(numbers[place].span)
        for name, span in said.items():
            if name in found and _value(found[name]) != _value(span):
                return None
            found.setdefault(name, span)
        place += 2 if pair else 1
    values = {_value(span) for span in found.values()}
    # "I have $25 left: which cost no more than $25?" says one number twice.
    return found if all(_value(span) in values for span in doubtful) else None


def _numbers(text: str, ignored: Sequence[Span]) -> list[Span]:
    percents = [span for span in find_percents(text) if parse_number(span.text) is None]
    amounts = [span for span in find_numbers()(text) if span.text.lower() != "one"]
    return [
        span
        for span in (*percents, *amounts)
        if not any(other.start <= span.start and span.end <= other.end for other in ignored)
    ]


def _value(span: Span) -> tuple[bool, Decimal | None]:
    number = parse_number(span.text)
    return (False, number) if number is not None else (True, parse_percent(span.text))


def _pair(numbers: Sequence[Surrounded]) -> dict[str, Span]:
    """Both limits of "between 20 and 60 dollars"; nothing when these are no such two."""
    if len(numbers) < 2 or not _JOINS_PAIR.fullmatch(numbers[0].after):
        return {}
    low, high = sorted(numbers, key=lambda number: _value(number.span)[1] or 0)
    opened = _OPENS_PAIR.search(numbers[0].before)
    if not opened and " to" not in numbers[0].after and "-" not in numbers[0].after:
        return {}
    quantity = _unit(numbers[1]) or _unit(numbers[0]) or _said_before(numbers[0].clause_before) or "price"
    named = [_NAMES.get((quantity, "min")), _NAMES.get((quantity, "max"))]
    return {} if None in named else {str(named[0]): low.span, str(named[1]): high.span}


def _one(number: Surrounded) -> dict[str, Span]:
    bound = _bound(number)
    if bound is None and _is_limit(number):
        return {LIMIT: number.span}
    quantity = _quantity(number, bound)
    if quantity == "price" and bound is None and _BUDGET.search(number.clause_before):
        bound = "max"
    if quantity == "yield" and bound is None and parse_number(number.span.text) is None:
        bound = "min"  # "that also pay 2%"
    name = _NAMES.get((quantity, bound)) if quantity and bound else None
    return {name: number.span} if name else {}


def _bound(number: Surrounded) -> Bound | None:
    before = number.clause_before
    if before == number.before and (of_last := _BOUND_AFTER.match(before)):
        before = before[of_last.end() :]  # "2% minimum" says it of the number before
    compared = list(_COMPARED.finditer(before))
    if compared:
        last = compared[-1]
        is_max = (last["max"] is not None) != (last["no"] is not None)
        return "max" if is_max else "min"
    after = _BOUND_AFTER.match(number.after)
    return None if after is None else "min" if after["min"] else "max"


def _is_limit(number: Surrounded) -> bool:
    value = parse_number(number.span.text)
    if value is None or not 1 <= value <= _MOST_LISTED or value != value.to_integral_value() or _unit(number):
        return False
    if not number.span.text.isalnum():
        return False
    if _ENOUGH.match(number.after):
        return True
    asks = _ASKS_FOR.search(number.before) if number.before else None
    if asks is None:
        return not number.before and _LISTED.match(number.after) is not None
    return asks["rank"] is not None or bool(_LISTED.match(number.after) or _ENDS.match(number.after))


def _unit(number: Surrounded) -> Quantity | None:
    """What the number and the words right after it say."""
    value = parse_number(number.span.text)
    match = _AFTER.match(number.after)
    said: list[Quantity] = [name for name in _WORDS if match and match[name]]
    if value is None:
        around = number.clause_before + number.clause_after
        return None if _NO_YIELD.search(around) or said not in ([], ["yield"]) else "yield"
    if value >= _BIG:
        return "cap"
    if said:
        return said[0]
    is_money = not number.span.text[0].isalnum() or (match is not None and match["money"])
    return "price" if is_money and _said_before(number.clause_before) in (None, "price") else None


def _quantity(number: Surrounded, bound: Bound | None) -> Quantity | None:
    before = _said_before(number.clause_before)
    unit = _unit(number)
    if parse_number(number.span.text) is None:
        return unit if before in (None, "yield", "price") else None
    if unit:
        return unit
    if before:
        return before
    is_other = _OTHER_MEASURE.search(number.clause_before + number.clause_after)
    is_vague = not re.search(r"\w", _COMPARED.sub("", number.clause_before))  # "maximum 10" of what?
    return "price" if bound and not (is_other or is_vague) and _ENDS.match(number.after) else None


def _said_before(clause: str) -> Quantity | None:
    matches = list(_QUANTITY.finditer(clause))
    return next((name for name in _WORDS if matches[-1][name]), None) if matches else None
