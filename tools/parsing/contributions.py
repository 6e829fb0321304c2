"""The amounts of a savings plan: what is there at the start, and what is added every month."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.parsing.finders import find_lengths, find_numbers, find_percents
from tools.parsing.numbers import parse_number
from tools.parsing.surroundings import surrounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.parsing.spans import Span
    from tools.parsing.surroundings import Surrounded

_MONTHS = r"(?:months?|mon|mo|mths?|mnths?|paydays?)\b"
_CURRENCY = r"(?:us )?(?:dollars?|bucks?|usd|quid|pounds?|euros?|eur|gbp|rupees?|yen|francs?|\$|€|£)"
_MONTHLY_AFTER = re.compile(
    rf" ?(?:{_CURRENCY} ?)?(?:(?:goes|going|put|paid|in|aside|away|more|extra|into \w+|to it) )*"
    rf"(?:(?:a|an|per|each|every|all|the|in a|/|once a) ?(?:single )?{_MONTHS}|p\.?m\.?(?!\w)|pcm\b|monthly\b"
    r"|month by month|by the month|month after month)"
)
_MONTHLY_BEFORE = re.compile(
    r"(?:\b(?:each|every|all|per|a) (?:single )?(?:months?|payday),? (?:(?:i|we|you|he|she|they|to|would|could|will|can"
    r"|'d|i'd|i'll|we'd|we'll|just|add|put|pay|save|invest|contribute|set|deposit|chuck|throw|stash|aside|away|in"
    r"|another) )*"
    r"|\bmonthly (?:(?:contributions?|deposits?|savings?|additions?|top-ups?|payments?|investments?|amounts?) )?"
    r"(?:(?:of|is|at|for|about|adding|saving|investing) )*)\Z"
)
_LIKE_MONTH = re.compile(r"\b\w?o?n?t+h(?:ly|s)?\b|\bmonthly\b")
"""A month, slips of every sort included, that no other pattern understood."""
_OTHER_RHYTHM = re.compile(
    rf" ?(?:{_CURRENCY} ?)?(?:\w+ )?(?:(?:a|per|each|every|/) ?(?:week|day|year|quarter|fortnight|yr|wk|annum|other)"
    r"|weekly|daily|yearly|annually|quarterly|biweekly|fortnightly|p\.?a\b|pw\b)"
)
_AT_START = re.compile(
    r"\b(?:start(?:s|ing|ed)?(?: (?:out|off))?(?: with| from| at| of)?|initial(?:ly)?|have|has|had|got|gives? \w+"
    r"|gave \w+|lump sum(?: of)?|principal(?: of| is)?|capital(?: of| is)?|put|invest(?:ed|ing)?|deposit(?:ed)?"
    r"|chuck(?: in)?|begin(?:ning)?(?: with)?|opening balance(?: of)?|already|from|with)"
    r"(?: (?:about|around|in|just|only|my|an|a))* ?\Z"
)
_NO_PLAN = re.compile(
    r"\b(?:earn(?:s|ing)?|salary|income|wages?|pension|rent|spend(?:s|ing)?|cost(?:s|ing)?|withdraw(?:ing)?|take out"
    r"|reach(?:es)?|goal|target|get to|grows? to|turn into|hit|up to|worth"
    r"|(?:need|want)(?! to (?:save|invest|put|set|add|pay)\b))(?: \w+){0,3} ?\Z"
)
"""Before what comes in, goes out or is hoped for, which is no part of a plan."""
_IS_MONEY = re.compile(rf" ?{_CURRENCY}(?!\w)")
_NEAR = 12
_PLAINLY_MONEY = Decimal(1000)


@dataclass(frozen=True, slots=True)
class Contributions:
    """The amounts of one plan; None where the question has none of the kind."""

    principal: Span | None
    monthly: Span | None


def parse_contributions(text: str, ignored: Sequence[Span] = ()) -> Contributions | None:
    """The start and the monthly addition that `text` names; None when it has no amount or leaves a doubt.

    "5000 at the start and 100 every month" has both. Numbers inside the `ignored` pieces are none.
    """
    amounts = [
        amount
        for amount in find_numbers()(text)
        if amount.text.lower() != "one"
        and parse_number(amount.text) != 0
        and not any(other.start <= amount.start and amount.end <= other.end for other in ignored)
    ]
    monthly: dict[Decimal | None, Span] = {}
    others: dict[Decimal | None, Surrounded] = {}
    for amount in surrounded(text, [*amounts, *_others(text)]):
        if amount.span not in amounts:
            continue
        if _OTHER_RHYTHM.match(amount.after) or _NO_PLAN.search(amount.clause_before):
            return None
        value = parse_number(amount.span.text)
        if _MONTHLY_AFTER.match(amount.after) or _MONTHLY_BEFORE.search(amount.before):
            monthly.setdefault(value, amount.span)
        elif _LIKE_MONTH.search(amount.clause_after) or _LIKE_MONTH.search(amount.clause_before[-_NEAR:]):
            return None
        else:
            others.setdefault(value, amount)
    if len(monthly) > 1 or len(others) > 1 or not (monthly or others):
        return None
    start = next(iter(others.values()), None)
    if start and not _is_start(start, alone=not monthly):
        return None
    return Contributions(start.span if start else None, next(iter(monthly.values()), None))


def _others(text: str) -> list[Span]:
    """The rates and lengths of time, "a month" aside: what stands beyond them is not beside an amount."""
    spans = [span for span in (*find_percents(text), *find_lengths(text)) if parse_number(span.text) is None]
    return [span for span in spans if not span.text.lower().startswith("a ")]


def _is_start(amount: Surrounded, *, alone: bool) -> bool:
    """Whether the words say that this is money: "our 2 kids" and "I am 64" are no amounts."""
    value = parse_number(amount.span.text) or Decimal(0)
    is_money = not amount.span.text[0].isalnum() or _IS_MONEY.match(amount.after) is not None
    return value >= _PLAINLY_MONEY or is_money or (not alone and _AT_START.search(amount.before) is not None)
