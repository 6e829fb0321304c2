"""Whole names of funds: a house, up to seven words, and what it is. "Schwab U.S. Dividend Equity ETF" is one name.

The house alone is often another listing (Schwab's own share), and the words between are of all kinds: no shorter piece
of such a name may be copied.
"""

from __future__ import annotations

import re

from tools.parsing.spans import FUNCTION_WORDS, Span

_HOUSES = (
    r"21shares|abrdn|aberdeen(?: standard)?|alerian|allianz(?:gi)?|american century|american funds|amundi|ark(?: "
    r"invest)?"
    r"|avantis|baillie gifford|bitwise|blackrock|blackstone|calamos|capital group|cohen & steers|columbia|defiance"
    r"|dimensional|direxion|dodge & cox|doubleline|dws|eaton vance|fidelity|first trust|franklin(?: templeton)?"
    r"|fundsmith|global x|goldman sachs|graniteshares|grayscale|harbor|hartford|hsbc|invesco|ishares|jp ?morgan"
    r"|janus henderson|kraneshares|legal & general|l&g|lyxor|nuveen|pacer|pimco|principal|proshares|roundhill"
    r"|(?:charles )?schwab|simplify|spdr|sprott|state street|t\.? ?rowe price|teucrium|themes|tuttle|ubs|vaneck"
    r"|vanguard|virtus|volatility shares|wisdomtree|xtrackers|yieldmax|barclays|jpm"
)
_KINDS = (
    r"(?:ucits )?etf|etn|etc|etp|index fund|mutual fund|money market fund|fund|trust|closed-end fund"
    r"|(?:gold|silver|platinum|palladium|bitcoin|ether(?:eum)?) shares"
)
_INSIDE = frozenset({"us", "all", "near", "current"})
"""Function words that stand in the names of funds: "Schwab US Broad Market ETF"; any other one parts two things."""
_PARTING = "|".join(sorted(FUNCTION_WORDS - _INSIDE))
_WORD = rf"(?:&|(?!(?:{_PARTING}) )[\w$][\w.&'’+-]*)"
_FUND = re.compile(rf"(?<![\w&])(?:{_HOUSES})(?: {_WORD}){{0,7}}? (?:{_KINDS})(?![\w-])", re.IGNORECASE)


_FOLLOWED = (
    r"msci|ftse|s&p|stoxx|nasdaq|russell|nifty|dax|core|prime|physical|all-world|all-country|acwi|world|global"
    r"|international|developed|emerging|markets?|europe(?:an)?|eurozone|euro|asia|pacific|japan|china|india|korea|brazil"
    r"|germany|usa?|uk|u\.s\.|total|stocks?|bonds?|treasur(?:y|ies)|gov(?:ernmen)?t|corporate|corp|aggregate|high|yield"
    r"|dividends?|aristocrats|growth|value|quality|momentum|minimum|min|volatility|vol|small|mid|large|cap|esg|screened|sri"
    r"|clean|energy|solar|water|semiconductors?|cyber ?security|robotics|automation|innovation|healthcare"
    r"|technology|tech"
    r"|financials|gold|silver|platinum|palladium|bitcoin|ethereum|miners|income|equity|premium|real|estate|reit"
    r"|commodit(?:y|ies)|inflation|linked|short|ultra|duration|select|sector|index|equal|weight|enhanced|active"
    r"|multi-?factor|target|retirement|lifestrategy|[1-9]\d?\+ year|[1-9]\d?00|[2-8]0%?|acc|dist|ucits"
)
_HEAD = r"msci|ftse|s&p|stoxx|core|prime|physical|all-world|lifestrategy|total"
_OF_INDEX = re.compile(
    rf"(?<![\w&])(?:{_HOUSES})(?= (?:[\w&+-]+ ){{0,2}}?(?:{_HEAD})\b)(?: (?:{_FOLLOWED})(?![\w-])){{2,}}(?: etf"
    rf"| etc)?(?![\w-])",
    re.IGNORECASE,
)
"""A house and what the fund follows, without a word for fund: "Amundi MSCI Emerging Markets"."""
_IN_CAPITALS = re.compile(r"\w*[A-Z]\S*(?: [A-Z&\d]\S*){2,}")
_PLAIN_FUND = re.compile(r"(?<=[\w+]) fund\Z")
"""After a name in capitals it only says what that is."""


def find_fund_names(text: str) -> list[Span]:
    """Whole names of funds, in order of appearance."""
    found = [match.span() for match in _FUND.finditer(text)]
    for match in _OF_INDEX.finditer(text):
        if not any(start < match.end() and match.start() < end for start, end in found):
            found.append(match.span())
    return [_span(text, start, end) for start, end in sorted(found)]


def _span(text: str, start: int, end: int) -> Span:
    name = text[start:end]
    if name.partition(" ")[0] != name.partition(" ")[0].lower() and name.count(" ") > 1:
        name = _PLAIN_FUND.sub("", name)
    return Span(start, start + len(name), name)


def is_fund_name(text: str) -> bool:
    """Whether all of `text` is one fund's name."""
    wholes = [text, f"{text} fund"] if _IN_CAPITALS.fullmatch(text) else [text]
    return any(span.text == text for whole in wholes for span in find_fund_names(whole))
