"""What else than a figure may support a number: counts, differences, quoted texts, limits, the person's words."""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.turn.attributes import CHANGES
from bot.turn.basis import Basis, Quote, content_words, speaks_alike
from bot.turn.subjects import PLANNING, PORTFOLIO, Subjects

if TYPE_CHECKING:
    from bot.turn.claims import Claim
    from bot.turn.parsed import Parsed

_COUNTED = re.compile(
    r" (?:\w+ ){0,2}?(?:companies|stocks|shares|funds|names|holdings|positions|sectors|assets|tickers|symbols|listings|headlines|indices|indexes|securities|etfs|investments|of them)\b",
    re.IGNORECASE,
)
_ALL_OF = re.compile(r"\b(?:all|these|those|of the|the other) $", re.IGNORECASE)
_ABOUT_YOU = re.compile(r"\byou(?:r|['’]\w+)?\b", re.IGNORECASE)
_YOU_SAID = re.compile(r"\byou(?:['’]ve)? (?:asked|said|mentioned|gave|typed|wrote|named|told)\b", re.IGNORECASE)
_ECHO = re.compile(r"^\W*(?:yes|no|yeah|nope|true)\b|\b(?:right|correct|indeed|exactly|confirm\w*)\b", re.IGNORECASE)
_LIMIT = re.compile(
    r"\b(?:under|below|above|over|at least|at most|up to|more than|less than|maximum|minimum|max|min|than|exceeding|cheaper|top|first|only)(?: of)? (?:about )?$",
    re.IGNORECASE,
)


class Support:
    """The rules for numbers that are no figure."""

    def __init__(self, basis: Basis, subjects: Subjects) -> None:
        self._basis = basis
        self._subjects = subjects

    def supports(self, parts: Parsed, claim: Claim, wanted: list[str]) -> bool:  # noqa: PLR0911
        """Whether the number is a count of the subjects, quoted text, a limit that was asked for, or the person's own."""
        basis, text = self._basis, parts.text
        if claim.value is None:
            return False
        counted = (
            _COUNTED.match(text, claim.end)
            or (claim.in_words and _ALL_OF.search(text[: claim.start]))
            or (claim.kind == "shares" and claim.in_words)
        )
        if claim.kind in ("number", "shares") and counted and claim.value in self._counts():
            return True
        if claim.kind == "percentage points" and self._is_difference(parts, claim):
            return True
        if any(self._is_quoted(parts, claim, quote, wanted) for quote in basis.quotes):
            return True
        market = self._speaks_of_market(parts)
        if not market and claim.value in basis.limits and _LIMIT.search(text[: claim.start]):
            return True
        asked = any(
            said.value == claim.value and said.kind == claim.kind and said.currencies == claim.currencies
            for said in basis.asked_claims
        )
        if not asked or market or _ECHO.search(text):
            return False
        speaks = any(cue.attributes & CHANGES or not cue.attributes for cue in parts.cues)
        if claim.sign or speaks:
            return False
        if any(subject not in PLANNING for subject in basis.facts):
            return _YOU_SAID.search(text) is not None
        return basis.has_planning or _ABOUT_YOU.search(text) is not None

    def _is_difference(self, parts: Parsed, claim: Claim) -> bool:
        """Whether it is the distance between the returns of the two that the sentence compares."""
        named = [mention for mention in parts.mentions if mention.role in ("subject", "oblique", "pronoun")]
        pair = [symbol for mention in named for symbol in mention.symbols]
        if len(pair) != 2 or None in pair or any(cue.attributes and not cue.attributes & CHANGES for cue in parts.cues):
            return False
        returns = [
            fact.figure.value
            for symbol in pair
            for fact in self._basis.facts.get(str(symbol), ())
            if fact.figure.attribute == "total return" and isinstance(fact.figure.value, Decimal)
        ]
        if len(returns) != 2:
            return False
        # The reader subtracts what is shown, so both the exact and the shown difference will do.
        exact, shown = returns[0] - returns[1], round(returns[0], 1) - round(returns[1], 1)
        return claim.sign >= 0 and (claim.fits(exact) or claim.fits(shown))

    def _counts(self) -> set[Decimal]:
        """How many subjects there are, in all and of those with prices or weights."""
        names = self._subjects.names
        listed = [name for name in names if name != PORTFOLIO and name not in PLANNING and not name.endswith(" cash")]
        counts = {Decimal(len(listed))}
        for attribute in ("weight", "price", "total return", "quantity", "market value"):
            counts.add(
                Decimal(
                    sum(
                        any(fact.figure.attribute == attribute for fact in facts)
                        for subject, facts in self._basis.facts.items()
                        if subject in listed
                    )
                )
            )
        return counts - {Decimal(0)}

    def _is_quoted(self, parts: Parsed, claim: Claim, quote: Quote, wanted: list[str]) -> bool:
        """Whether a text of the evidence says the same number, of the same subject, in like words."""
        other = quote.claim
        same = other.value == claim.value and other.kind == claim.kind and other.currencies == claim.currencies
        if not same or (quote.subject is not None and wanted and quote.subject not in wanted):
            return False
        if quote.subject is None and self._speaks_of_market(parts) and not wanted:
            return False
        near = parts.text[max(0, claim.start - 60) : claim.start] + " " + parts.text[claim.end : claim.end + 60]
        return bool(quote.words & content_words(near)) and speaks_alike(near, " ".join(quote.words))

    def _speaks_of_market(self, parts: Parsed) -> bool:
        return any(
            symbol is None or symbol not in PLANNING
            for mention in parts.mentions
            if mention.role != "weak"
            for symbol in mention.symbols
        )
