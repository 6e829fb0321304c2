"""A known name with the words beside it that make another's name of it: "Aker BP", "Black Rifle Coffee"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.errors import AmbiguousSymbol, UnknownSymbol
from tools.parsing.capital_names import NO_NAMES
from tools.parsing.currencies import CURRENCY_PLACES
from tools.parsing.finders import find_symbols
from tools.parsing.question_words import is_word
from tools.parsing.spans import FUNCTION_WORDS, Span
from tools.symbols.names import ABOUT_THE_SHARE

if TYPE_CHECKING:
    from tools.context import ToolContext

MEASURES = frozenset("P/E PE EPS RSI MACD SMA EMA ATR YTD ROE ROI ETF IPO CEO VAR NAV AUM EBITDA FX APR".split())
"""Abbreviations that name a measure beside a company's name, though some are tickers."""
_TIED_AFTER = re.compile(r" & [A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?")
"""After a name that is one by a slip only, it is another's: "Lindt & Sprüngli" is not Linde."""
_TRUST_AFTER = re.compile(
    rf"(?: (?!(?:{'|'.join(sorted(FUNCTION_WORDS))})\b)[\w&.'’-]+){{0,3}} (?:investment )?(?:trust|reit)(?![\w-])",
    re.IGNORECASE,
)
"""After the first word of a name: "capitaland integrated commercial trust" is not CapitaLand Investment."""
_OF_INDEX = re.compile(
    r"(?i: all[- ]shares?\b)| (?:next )?(?:20|30|40|50|60|100|200|225|250|300|350|400|500|600|1000|2000"
    r"|3000)(?![\w.,%])"
)
_CAPITALS_AFTER = re.compile(r"(?: [A-Z][\w'&-]+){1,2}(?!\w)")
_FIRST_OF_NAME = re.compile(r"(?<!my )(?<![\w'’&.-])(?P<word>[A-Z][^\W\d_]{2,}) \Z")
_FIRSTS_OF_NAME = re.compile(
    rf"(?<!\w)(?P<words>(?!(?i:{'|'.join(sorted(FUNCTION_WORDS))}|compare|chart|plot|add|remove|show|put)\b)"
    r"[A-Z][a-z]{2,} [A-Z][a-z]{2,}) \Z"
)
"""Two words with capitals before a common word with one: "Black Rifle Coffee"."""
_SHORTEST_PLACE = 4
"""Letters of a country that makes another company of a name before it: "PE" is no Peru."""


def with_rest(name: Span, text: str, context: ToolContext) -> Span:
    """A name with the capitals beside it that make another's of it: "Aker BP", "MGM China", "American Eagle"."""
    tied = _TIED_AFTER.match(text, name.end)
    if tied and name.text[0].isupper() and not _holds_name(tied[0], context):
        whole = text[name.start : tied.end()]
        if not context.symbols.knows(name.text) or context.symbols.means_one(whole):
            return Span(name.start, tied.end(), whole)
    trust = _TRUST_AFTER.match(text, name.end)
    if trust and " " in trust[0].strip() and not context.symbols.knows(name.text):
        return Span(name.start, trust.end(), text[name.start : trust.end()])
    if (of := _OF_INDEX.match(text, name.end)) and _is_other(name.text, text[name.start : of.end()], context):
        return Span(name.start, of.end(), text[name.start : of.end()])
    if not name.text[0].isupper() or text.istitle():
        return name
    return _with_first(name, text, context) or _with_last(name, text, context)


def _is_other(name: str, longer: str, context: ToolContext) -> bool:
    """Whether `longer` is another listing than `name`: "nasdq 100" is not the composite."""
    if not (context.symbols.means_one(name) and context.symbols.means_one(longer)):
        return False
    return context.symbols.resolve(name).symbol != context.symbols.resolve(longer).symbol


def _with_first(name: Span, text: str, context: ToolContext) -> Span | None:
    firsts = _FIRSTS_OF_NAME.search(text[: name.start])
    if firsts and name.text.istitle() and is_word(name.text.lower()) and not _holds_name(firsts["words"], context):
        return Span(firsts.start("words"), name.end, text[firsts.start("words") : name.end])
    first = _FIRST_OF_NAME.search(text[: name.start])
    if first and not context.symbols.knows(first["word"]) and _is_odd_capital(first["word"], context):
        return Span(first.start("word"), name.end, text[first.start("word") : name.end])
    return None


def _with_last(name: Span, text: str, context: ToolContext) -> Span:
    rest = _CAPITALS_AFTER.match(text, name.end)
    if rest and len(rest[0].split()[0]) >= _SHORTEST_PLACE and rest[0].split()[0].lower() in CURRENCY_PLACES:
        return Span(name.start, rest.end(), text[name.start : rest.end()])
    if rest is None:
        return name
    whole = text[name.start : rest.end()]
    if context.symbols.means_one(name.text):
        return Span(name.start, rest.end(), whole) if _is_longer_name(name, rest[0], context) else name
    try:
        context.symbols.resolve(whole)
    except UnknownSymbol:
        return name
    except AmbiguousSymbol:
        pass
    return Span(name.start, rest.end(), whole)


def _is_longer_name(name: Span, rest: str, context: ToolContext) -> bool:
    """Whether a first word that nobody is called by alone goes on to be another's name: "Greencoat Renewables"."""
    if context.symbols.knows(name.text) or name.text.isupper() or _holds_name(rest.strip(), context):
        return False
    words = rest.split()
    return not any(
        word.upper() in MEASURES or word.lower() in NO_NAMES or word.lower() in ABOUT_THE_SHARE or word.isupper()
        for word in words
    ) and not context.symbols.begins_one(f"{name.text}{rest}")


def _is_odd_capital(word: str, context: ToolContext) -> bool:
    return not (word.isupper() or is_word(word.lower()) or context.symbols.is_ordinary(word.lower()))


def _holds_name(text: str, context: ToolContext) -> bool:
    """Whether a piece of `text` is a known name by itself."""
    return any(context.symbols.knows(span.text) for span in find_symbols(text))
