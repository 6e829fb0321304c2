"""Conversions: the currency that a follow-up names, several sums in one question, and one beside another thing."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from bot.messages import ToolCall
from bot.turn.completions.reading import names_in
from tools.arguments import CURRENCY, DATE, NUMBER

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading
    from tools.parsing.spans import Span

CONVERT = "convert_currency"
_FROM = re.compile(r"\b(?:from|of)(?: the)?\s*\Z", re.IGNORECASE)
_IS_FROM = re.compile(r"\bfrom(?: the)?\s*\Z", re.IGNORECASE)
_PAIRED = re.compile(r"\s*(?:to|into|->|→)\s*(?:the )?", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|into)\b", re.IGNORECASE)
_CONVERTED = re.compile(r"\b(?:convert|change|exchange|swap|turn) (?P<sum>.{1,40}?) (?:in|into|to|for) ", re.IGNORECASE)
_HOW_MANY = re.compile(r"\bhow (?:many|much)(?: of)?(?: the)?\s*\Z", re.IGNORECASE)
"""Before what something else is converted to: "how many forint for a euro"."""
_NOW = re.compile(
    r"\W*(?:ok |and |so |what about |how about |what is it )*(?:now|today|right now|rn|currently|at (?:the moment"
    r"|present)|as of now)\W*",
    re.IGNORECASE,
)
_TURNED = re.compile(
    r"\b(?:other way|reversed?|vice versa|other direction|opposite (?:way|direction)|flip (?:it|that|them)|turn "
    r"(?:it|that) (?:round|around)|swap (?:it|them)(?: round| around)?)\b",
    re.IGNORECASE,
)
_PAIR = 2
_PER = re.compile(r"\W*(?:(?:and|what about|how about|how many) )*(?P<quote>[A-Za-z]+) per (?P<base>[A-Za-z]+)\W*")
_INTO_EACH = re.compile(
    r"(?:\W|\b(?:to|in|into|and|also|or|then|plus|both|what|how|about|the|it|that|same|show|me|please|pls|too"
    r"|as well)\b)*",
    re.IGNORECASE,
)
_WORD_BEFORE = 6
"""Letters before a currency in which "to" or "into" stands."""
_QUOTED = re.compile(r"(?<![\w/])(?P<base>[A-Za-z]{3}) ?/ ?(?P<quote>[A-Za-z]{3})(?![\w/])")
"""A pair as traders write it: "EUR/JPY" is what a euro is in yen."""
_OF_OTHER_THINGS = frozenset({"get_price_history", "project_growth", "loan_payment"})
"""What needs a name or a rate."""


def settle_conversions(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The conversions that the question asks for, whole."""
    calls = [_per(call, reading) for call in calls]
    calls = _today(_other_way(_quoted(calls, reading), reading), reading)
    calls = [_with_amount(_from_named(_between_both(call, reading), reading), calls, reading) for call in calls]
    calls = _other_currency(_alone(_without_empty(calls, reading), reading), reading)
    calls = _several_sums(_to_each(calls, reading), reading)
    calls = [_of_sum(call, calls, reading) for call in calls]
    return _beside(calls, reading)


def _quoted(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The conversions, of which there is one for each pair that the question writes."""
    pairs = [
        (pair["base"], pair["quote"])
        for pair in _QUOTED.finditer(reading.text)
        if all(reading.means(CURRENCY, code) for code in pair.groups())
    ]
    made = [call for call in calls if call.name == CONVERT]
    if not pairs or not made:
        return calls
    said = {name: value for name, value in made[0].arguments.items() if name in {"amount", "date"}}
    whole = [ToolCall(CONVERT, {**said, "from_currency": base, "to_currency": quote}) for base, quote in pairs]
    first = calls.index(made[0])
    return [*calls[:first], *whole, *(call for call in calls[first:] if call.name != CONVERT)]


def _to_each(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The conversion of before into each of several currencies that are all that is said: "to DKK, to PLN"."""
    if [call.name for call in reading.earlier] != [CONVERT] or any(call.name != CONVERT for call in calls):
        return calls
    before, spans = reading.earlier[0], reading.differing(CURRENCY, CURRENCY.find(reading.text))
    gaps = [reading.text[one.end : other.start] for one, other in pairwise(spans)]
    if len(spans) < _PAIR or _QUOTED.search(reading.text) or any(map(_PAIRED.fullmatch, gaps)):
        return calls
    rest = reading.text
    for span in spans:
        rest = rest.replace(span.text, " ", 1)
    source = reading.means(CURRENCY, before.arguments.get("from_currency", ""))
    if not _INTO_EACH.fullmatch(rest) or source in {reading.means(CURRENCY, span.text) for span in spans}:
        return calls
    return [replace(before, arguments={**before.arguments, "to_currency": span.text}) for span in spans]


def _per(call: ToolCall, reading: Reading) -> ToolCall:
    """A rate that is written as so much of one for another: "AED per USD" is what a dollar is in dirhams."""
    pair = _PER.fullmatch(reading.text)
    if call.name != CONVERT or pair is None or not all(reading.means(CURRENCY, said) for said in pair.groups()):
        return call
    return replace(call, arguments={**call.arguments, "from_currency": pair["base"], "to_currency": pair["quote"]})


def _between_both(call: ToolCall, reading: Reading) -> ToolCall:
    """A conversion of a currency into itself, or after two that are paired, is between the only two of the question."""
    spans = reading.differing(CURRENCY, CURRENCY.find(reading.text)) if call.name == CONVERT else []
    if len(spans) > _PAIR:  # "Genting Singapore" is no money
        spans = [each for each in spans if not any(n.start <= each.start and each.end <= n.end for n in reading.names)]
    if len(spans) != _PAIR:
        return call
    lacks_one = len({"from_currency", "to_currency"} & call.arguments.keys()) == 1
    if not (
        lacks_one or is_into_itself(call, reading) or _PAIRED.fullmatch(reading.text[spans[0].end : spans[1].start])
    ):
        return call
    first, second = spans[::-1] if _HOW_MANY.search(reading.text[: spans[0].start]) else spans
    return replace(call, arguments={**call.arguments, "from_currency": first.text, "to_currency": second.text})


def _from_named(call: ToolCall, reading: Reading) -> ToolCall:
    """A conversion into what the question says it is from goes the other way: "20 in krone from pounds"."""
    pair = [call.arguments.get(side) for side in ("from_currency", "to_currency")]
    place = reading.place(pair[1]) if call.name == CONVERT and None not in pair else None
    if place is None or not _IS_FROM.search(reading.text[:place]):
        return call
    start = reading.place(pair[0])
    if start is None or start > place or _TO.search(reading.text[max(start - _WORD_BEFORE, 0) : place]):
        return call
    return replace(call, arguments={**call.arguments, "from_currency": pair[1], "to_currency": pair[0]})


def _other_way(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """After a conversion, "and the other way round" turns it."""
    if len(reading.earlier) != 1 or reading.earlier[0].name != CONVERT or not _TURNED.search(reading.text):
        return calls
    before = reading.earlier[0].arguments
    if CURRENCY.find(reading.text) or not before.keys() >= {"from_currency", "to_currency"}:
        return calls
    turned = {**before, "from_currency": before["to_currency"], "to_currency": before["from_currency"]}
    if len(reading.amounts) == 1:
        turned["amount"] = reading.amounts[0].text
    return [ToolCall(CONVERT, turned)]


def _today(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """After a conversion of a day, "and today?" is the same without a day."""
    if len(reading.earlier) != 1 or reading.earlier[0].name != CONVERT or not _NOW.fullmatch(reading.text):
        return calls
    return [ToolCall(CONVERT, {name: said for name, said in reading.earlier[0].arguments.items() if name != "date"})]


def _with_amount(call: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall:
    """An only conversion is of the only amount that the question names."""
    if call.name != CONVERT or len(calls) > 1 or "amount" in call.arguments or reading.earlier:
        return call
    if len(reading.amounts) != 1 or reading.rates:
        return call
    return replace(call, arguments={**call.arguments, "amount": reading.amounts[0].text})


def _without_empty(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Beside other calls, a conversion of a currency into itself asks nothing: "by how many dollars"."""
    whole = [call for call in calls if not is_into_itself(call, reading)]
    return whole or calls


def is_into_itself(call: ToolCall, reading: Reading) -> bool:
    """Whether the only currency of a question stands on both sides."""
    pair = [call.arguments.get(name) for name in ("from_currency", "to_currency")]
    if call.name != CONVERT or None in pair:
        return False
    meant = [reading.means(CURRENCY, said) or said for said in pair]
    return meant[0] == meant[1]


def _alone(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """A conversion beside which nothing else has what it needs: "usd to inr today and what was it on 2020-01-15"."""
    conversions = [call for call in calls if call.name == CONVERT]
    named = any(reading.means(CURRENCY, name.text) is None for name in reading.names)
    if reading.draft.is_agreed or len(conversions) != 1 or named or reading.rates or reading.earlier:
        return calls
    return [call for call in calls if call.name not in _OF_OTHER_THINGS and not _is_about_day(call, reading)]


def _is_about_day(call: ToolCall, reading: Reading) -> bool:
    """Whether its only names are days: a model has to write some name where it asks for a price."""
    said = names_in([call.arguments])
    return bool(said) and all(reading.means(DATE, piece) for piece in said)


def _other_currency(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """After a conversion, the only currency that a question names is what is converted to: "same amount but JPY"."""
    if len(reading.earlier) != 1 or reading.earlier[0].name != CONVERT or len(calls) > 1 or reading.names:
        return calls
    if calls and calls[0].name != CONVERT:
        return calls
    spans = reading.differing(CURRENCY, CURRENCY.find(reading.text))
    before = reading.earlier[0].arguments
    old = {reading.means(CURRENCY, before.get(side, "")) for side in ("from_currency", "to_currency")}
    if len(spans) == 1 and spans[0].text.lower() in str(before.get("to_currency", "")).lower().split():
        # "those pesos" are the ones of before
        return [replace(call, arguments={**call.arguments, "to_currency": before["to_currency"]}) for call in calls]
    if len(spans) != 1 or reading.means(CURRENCY, spans[0].text) in old:
        return calls
    is_source = _FROM.search(reading.text[: spans[0].start]) or any(own == spans[0] for _, own in sums_in(reading))
    side = "from_currency" if is_source else "to_currency"
    said = {name: value for name, value in (calls[0].arguments if calls else {}).items() if _is_said(value, reading)}
    said = {name: value for name, value in said.items() if name in {"amount", "date"}}
    arguments = {**before, **said, side: spans[0].text}
    own = [amount.text for amount, currency in sums_in(reading) if currency == spans[0]]
    if own or (not calls and len(reading.amounts) == 1):
        arguments["amount"] = [*own, *(span.text for span in reading.amounts)][0]
    return [ToolCall(CONVERT, arguments)]


def _is_said(value: Any, reading: Reading) -> bool:
    return reading.place(value) is not None


def sums_in(reading: Reading) -> list[tuple[Span, Span]]:
    """Each amount with the currency written beside it."""
    found: list[tuple[Span, Span]] = []
    for currency in CURRENCY.find(reading.text):
        for amount in reading.amounts:
            gap = reading.text[min(amount.end, currency.end) : max(amount.start, currency.start)]
            if gap in {"", " "} and not any(amount in pair for pair in found):
                found.append((amount, currency))
                break
    return found


def _of_sum(call: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall:
    """A conversion beside other calls is of the amount that stands beside its currency, and of none that is another's.

    "How much is 15,000 yen in dollars? And what would 8,000 be worth in 6 years?"
    """
    others = [other for other in calls if other is not call]
    if call.name != CONVERT or not others or any(other.name == CONVERT for other in others) or reading.earlier:
        return call
    taken = {reading.means(NUMBER, value) for value in _values(others)}
    sums = sums_in(reading)
    amount = reading.means(NUMBER, call.arguments.get("amount", ""))
    source = reading.means(CURRENCY, call.arguments.get("from_currency", ""))
    own = [said.text for said, currency in sums if reading.means(CURRENCY, currency.text) == source]
    own = [said for said in own if reading.means(NUMBER, said) not in taken] or own
    if any(reading.means(NUMBER, said.text) == amount for said, _ in sums):
        return call
    if len(own) == 1 and (amount is not None or reading.means(NUMBER, own[0]) not in taken):
        return replace(call, arguments={**call.arguments, "amount": own[0]})
    if (
        amount is None
        or amount not in taken
        or len(re.findall(re.escape(str(call.arguments["amount"])), reading.text)) > 1
    ):
        return call
    return replace(call, arguments={name: value for name, value in call.arguments.items() if name != "amount"})


def _several_sums(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Two sums into one other currency: "100 quid and 100 euros in bucks"."""
    if not calls or calls[0].name != CONVERT or any(call != calls[0] for call in calls):
        return calls
    target = reading.means(CURRENCY, calls[0].arguments.get("to_currency", ""))
    sums = [pair for pair in sums_in(reading) if reading.means(CURRENCY, pair[1].text) != target]
    sources = {reading.means(CURRENCY, currency.text) for _, currency in sums}
    if target is None or len(sums) < _PAIR or len(sources) != len(sums):
        return calls
    return [
        replace(calls[0], arguments={**calls[0].arguments, "amount": amount.text, "from_currency": currency.text})
        for amount, currency in sums
    ]


def _beside(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """A whole conversion ("convert 100 euros to dollars") beside calls for other things."""
    asked = _CONVERTED.search(reading.text)
    if not calls or asked is None or any(call.name == CONVERT for call in calls):
        return calls
    spans = [span for span in CURRENCY.find(reading.text) if span.start >= asked.start("sum")]
    amounts = [span for span in reading.amounts if asked.start("sum") <= span.start < asked.end("sum")]
    first = [span for span in spans if span.end <= asked.end("sum")]
    second = [span for span in spans if span.start == asked.end()]
    if len(amounts) != 1 or len(first) != 1 or len(second) != 1:
        return calls
    if any(reading.means(NUMBER, value) == reading.means(NUMBER, amounts[0].text) for value in _values(calls)):
        return calls  # a loan or an alert took the amount
    arguments = {"amount": amounts[0].text, "from_currency": first[0].text, "to_currency": second[0].text}
    return [*calls, ToolCall(CONVERT, arguments)]


def _values(calls: list[ToolCall]) -> list[str]:
    return [str(value) for call in calls for value in call.arguments.values() if not isinstance(value, list)]
