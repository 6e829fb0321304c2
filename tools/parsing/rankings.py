"""What a search for stocks is ranked by, where the question says so."""

from __future__ import annotations

import re

from tools.parsing.surroundings import mended_words

_BY: dict[str, str] = {
    "dividend_yield": r"(?:dividend )?(?:yields?|payouts?)|dividends?|how much they (?:pay|yield)",
    "pe": r"p ?/ ?e(?: ratios?)?|pe|price[- ](?:to[- ])?earnings(?: ratios?)?|earnings multiples?",
    "market_cap": r"market[ -]?(?:caps?|values?|capitali[sz]ations?)|caps?|capitali[sz]ations?|size",
    "price": r"(?:share )?prices?(?![- ](?:to[- ])?earnings| ?/)",
    "change_percent": r"(?:today's |daily )?(?:change|gains?|moves?)",
}
_NAMED = "|".join(f"(?P<{name}>{words})" for name, words in _BY.items())
_SORTED = re.compile(
    r"\b(?:(?:sort|order|rank)(?:ed|ing)?(?: \w+)? (?:by|on|according to)|top (?:[\w-]+ ){1,4}by"
    r"|cheapest\b[^.?!;]{0,40}? by) (?:the |their )?"
    rf"(?:{_NAMED})\b"
)
_MOST = re.compile(
    rf"\b(?:highest|lowest|cheapest|best|biggest|largest|top|fattest|most) (?:{_NAMED})\b(?! (?:of|below|above"
    rf"|under|over))"
)
_SIZE = re.compile(
    r"\b(?:biggest|largest|most valuable|most big)\b"
    r"(?! (?:\w+ )?(?:losers?|gainers?|winners?|climbers?|movers?|moves?"
    r"|gains?|loss(?:es)?|drops?|falls?|jumps?|swings?"
    r"|dividends?))"
)
_CHEAP = re.compile(r"\b(?:cheapest|lowest[- ]priced|most affordable)\b")
_GAIN = re.compile(r"\b(?:gainers?|winners)\b|\bup the most\b")
SAYS_RANK = re.compile(
    r"\b(?:\w{3,}est|big|large|huge|cheap|least|most|top|best|worst|first|leading|gainers?|losers?|movers?|sort\w*|rank\w*|order\w*|by)\b"
)
"""Words without which nothing is ranked; "best" and "first" may mean other things, too."""


def parse_ranking(text: str) -> str | None:
    """What stocks are ranked by; None where nothing is said, or two things are.

    "sorted by yield", "lowest P/E" and "top gainers" say it; "cheap" does not.
    """
    words = mended_words(text)
    for pattern in (_SORTED, _MOST):
        said = {name for match in pattern.finditer(words) for name, value in match.groupdict().items() if value}
        if said:
            return said.pop() if len(said) == 1 else None
    plain = (("market_cap", _SIZE), ("change_percent", _GAIN), ("price", _CHEAP))
    said = {name for name, pattern in plain if pattern.search(words)}
    return said.pop() if len(said) == 1 else None
