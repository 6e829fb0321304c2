"""Conversions: the currency that a follow-up names, several sums in one question, and one beside another thing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.messages import ToolCall
from tools.arguments import CURRENCY, NUMBER

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading
    from tools.parsing.spans import Span

CONVERT = "convert_currency"
_FROM = re.compile(r"\b(?:from|of)(?: the)?\s*\Z", re.IGNORECASE)
_CONVERTED = re.compile(r"\b(?:convert|change|exchange|swap|turn) (?P<sum>.{1,40}?) (?:in|into|to|for) ", re.IGNORECASE)
_PAIR = 2


def settle_conversions(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The conversions that the question asks for, whole."""
    calls = _other_currency(calls, reading)
    calls = _several_sums(calls, reading)
    return _beside(calls, reading)


def _other_currency(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """After a conversion, the only currency that a question names is what is converted to: "same amount but JPY"."""
    if len(reading.earlier) != 1 or reading.earlier[0].name != CONVERT or len(calls) > 1 or reading.names:
        return calls
    if calls and calls[0].name != CONVERT:
        return calls
    spans = reading.differing(CURRENCY, CURRENCY.find(reading.text))
    before = reading.earlier[0].arguments
    old = {reading.means(CURRENCY, before.get(side, "")) for side in ("from_currency", "to_currency")}
    if len(spans) != 1 or reading.means(CURRENCY, spans[0].text) in old:
        return calls
    side = "from_currency" if _FROM.search(reading.text[: spans[0].start]) else "to_currency"
    said = {name: value for name, value in (calls[0].arguments if calls else {}).items() if _is_said(value, reading)}
    said = {name: value for name, value in said.items() if name in {"amount", "date"}}
    arguments = {**before, **said, side: spans[0].text}
    if not calls and len(reading.amounts) == 1:
        arguments["amount"] = reading.amounts[0].text
    return [ToolCall(CONVERT, arguments)]


def _is_said(value: Any, reading: Reading) -> bool:
    return reading.place(value) is not None


def _sums(reading: Reading) -> list[tuple[Span, Span]]:
    """Each amount with the currency written beside it."""
    found: list[tuple[Span, Span]] = []
    for currency in CURRENCY.find(reading.text):
        for amount in reading.amounts:
            gap = reading.text[min(amount.end, currency.end) : max(amount.start, currency.start)]
            if gap in {"", " "} and not any(amount in pair for pair in found):
                found.append((amount, currency))
                break
    return found


def _several_sums(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Two sums into one other currency: "100 quid and 100 euros in bucks"."""
    if not calls or calls[0].name != CONVERT or any(call != calls[0] for call in calls):
        return calls
    target = reading.means(CURRENCY, calls[0].arguments.get("to_currency", ""))
    sums = [pair for pair in _sums(reading) if reading.means(CURRENCY, pair[1].text) != target]
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
