"""Whole names of funds: a house, up to seven words, and what it is. "Schwab U.S. Dividend Equity ETF" is one name.

The house alone is often another listing (Schwab's own share), and the words between are of all kinds: no shorter piece
of such a name may be copied.
"""

from __future__ import annotations

import re

from tools.parsing.spans import FUNCTION_WORDS, Span

_HOUSES = (
    r"abrdn|aberdeen(?: standard)?|alerian|allianz(?:gi)?|american century|american funds|amundi|ark(?: invest)?"
    r"|avantis|baillie gifford|bitwise|blackrock|blackstone|calamos|capital group|cohen & steers|columbia|defiance"
    r"|dimensional|direxion|dodge & cox|doubleline|dws|eaton vance|fidelity|first trust|franklin(?: templeton)?"
    r"|fundsmith|global x|goldman sachs|graniteshares|grayscale|harbor|hartford|hsbc|invesco|ishares|jp ?morgan"
    r"|janus henderson|kraneshares|legal & general|l&g|lyxor|nuveen|pacer|pimco|principal|proshares|roundhill"
    r"|(?:charles )?schwab|simplify|spdr|sprott|state street|t\.? ?rowe price|teucrium|themes|tuttle|ubs|vaneck"
    r"|vanguard|virtus|volatility shares|wisdomtree|xtrackers|yieldmax|barclays|jpm"
)
_KINDS = (
    r"(?:ucits )?etf|etn|index fund|mutual fund|money market fund|fund|trust|closed-end fund"
    r"|(?:gold|silver|platinum|palladium|bitcoin|ether(?:eum)?) shares"
)
_INSIDE = frozenset({"us", "all", "near", "current"})
"""Function words that stand in the names of funds: "Schwab US Broad Market ETF"; any other one parts two things."""
_PARTING = "|".join(sorted(FUNCTION_WORDS - _INSIDE))
_WORD = rf"(?:&|(?!(?:{_PARTING}) )[\w$][\w.&'’+-]*)"
_FUND = re.compile(rf"(?<![\w&])(?:{_HOUSES})(?: {_WORD}){{0,7}}? (?:{_KINDS})(?![\w-])", re.IGNORECASE)


def find_fund_names(text: str) -> list[Span]:
    """Whole names of funds, in order of appearance."""
    return [Span(match.start(), match.end(), match[0]) for match in _FUND.finditer(text)]


def is_fund_name(text: str) -> bool:
    """Whether all of `text` is one fund's name."""
    return any(span.text == text for span in find_fund_names(text))
