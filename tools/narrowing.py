"""Which pieces of a question could be a name or a term, by what the directory and the glossary know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.parsing.finders import find_symbols, inside_longer
from tools.parsing.question_words import is_word, mended

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.context import ToolContext
    from tools.parsing.spans import Span

MEASURES = frozenset("P/E PE EPS RSI MACD SMA EMA ATR YTD ROE ROI ETF IPO CEO VAR NAV AUM EBITDA FX APR".split())
"""Abbreviations that name a measure beside a company's name, though some are tickers."""

_LETTERS = re.compile(r"[^\W\d_]+")
_SHORTEST_NAME = 3
_NAME_RATHER = 6
"""Letters from which a slip that fits both a well-known name and a common word is left as a name: "goldmn"."""


def narrow_names(spans: list[Span], context: ToolContext) -> list[Span]:
    """Candidates for a name, fewer where names are known.

    "shell returned" goes, as "shell" is a name; so does "depot" in "home depot"; ordinary words ("stock", "best
    morning") go when nobody is called so. What no known name is in or around stays: unknown names are copied too.
    """
    longest, sure = _known(spans, context)
    if sure:
        spans = [span for span in spans if span.text.upper() not in MEASURES]
    return [
        span for span in spans if span in longest or not (_overlaps(span, longest) or _is_ordinary(span.text, context))
    ]


def _is_ordinary(text: str, context: ToolContext) -> bool:
    """Whether `text` is nothing but words of questions in small letters, and nobody's name."""
    if context.symbols.is_ordinary(text):
        return True
    return text.islower() and all(map(is_word, _LETTERS.findall(text))) and not context.symbols.means_one(text)


def _known(spans: list[Span], context: ToolContext) -> tuple[list[Span], bool]:
    """(the known names without those inside a longer one, whether any is no measure)."""
    names = [span for span in spans if context.symbols.knows(span.text) or _is_odd_name(span.text, context)]
    sure = any(span.text.upper() not in MEASURES for span in names)
    if sure:  # "AMD RSI": RSI is a ticker too, but not here
        names = [span for span in names if span.text.upper() not in MEASURES]
    return [name for name in names if not inside_longer(name, names)], sure


def _is_odd_name(text: str, context: ToolContext) -> bool:
    """A word that no question holds and that means one listing: "smci", "spotfy", but not "protfolio".

    So do several words that begin one company's name with such a word: "Tootsie Roll".
    """
    first, _, rest = text.partition(" ")
    word = first.lower()
    if len(first) < _SHORTEST_NAME or not first.isalpha() or is_word(word):
        return False
    if rest:
        return context.symbols.begins_one(text)
    if context.symbols.is_ordinary(word):
        return False
    return (len(text) >= _NAME_RATHER or mended(text) is None) and context.symbols.means_one(text)


def known_names(text: str, context: ToolContext) -> list[Span]:
    """The pieces of `text` that the symbol directory knows as names, small letters and slips of odd words allowed."""
    return _known(find_symbols(text), context)[0]


def narrow_terms(spans: list[Span], context: ToolContext) -> list[Span]:
    """Candidates for a term: those of the glossary where there are any, without those inside a longer one."""
    terms = [span for span in spans if context.knows_term(span.text)]
    return [span for span in terms or spans if not inside_longer(span, terms)]


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(other.start < span.end and span.start < other.end for other in others)
