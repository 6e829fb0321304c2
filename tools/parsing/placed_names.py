"""Common words that stand where only a company can: "ping me if hood drops under 20", "kick wish off my list"."""

from __future__ import annotations

import re
from functools import lru_cache

from tools.parsing.spans import FUNCTION_WORDS, Span

_MOVES = (
    r"(?:hits?|tops?|dips?|drops?|falls?|sinks?|slides?|tanks?|crashes|plunges|craters|climbs?|rises?|jumps?|rips?"
    r"|rallies|soars?|breaks?|crosses|clears|reaches|touches|slips?|moons?|pops?|dumps?|nukes|tumbles|plummets|loses|gains)"
)
_BEATS = r"(?:smoking|beating|crushing|outperforming|outrunning|trailing|lagging)"
_JOINS = r"(?:,| and| or| n| &| plus|, and)"
_WORDS = rf"(?P<words>[a-z]{{3,9}}(?:{_JOINS} [a-z]{{3,9}}){{0,3}})"
_LIST = r"(?:(?:my|the|our) )?(?:watch ?)?list"
_ONTO = r"(?:rm|kick|yeet|drop|take|remove|throw|boot|ditch|delete|cut|add|put|chuck|slap|stick|pop)"
_MEASURES = r"(?:rsi|macd|eps|ticker|share price|stock price|market cap|p/e|pe ratio|earnings date)"
_ENDS = r"(?= *(?:[,?!.;]|\Z|\b(?:who|which|over|since|this|last|ytd|now|today|rn|pls|please)\b))"
_PLACES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:if|when|once|as soon as|the second|the moment) {_WORDS} {_MOVES} (?:\w+ ){{0,2}}[$€£]?\d",
        rf"\b(?:when's|whens|when is|when does|when do|when will) {_WORDS} (?:report|reporting|reports)\b",
        rf"\b{_ONTO} {_WORDS} (?:off|from|on|onto|to|out of) {_LIST}\b",
        rf"\b{_WORDS} (?:vs\.?|versus) [a-z]",
        rf"(?<=[a-z] )(?:vs\.?|versus) {_WORDS}{_ENDS}",
        rf"\bwhich (?:one )?(?:\w+ ){{1,4}}(?:better|harder|worse|more|best|worst)\b[^,?]*, {_WORDS}{_ENDS}",
        rf"\A\W*(?:(?:and|n|also|plus|ok|same for) )+{_WORDS} (?:above|below|under|over) [$€£]?\d",
        rf"\bor {_WORDS},? (?:who|which)\b",
        rf"\b(?:is|are) {_WORDS} {_BEATS} ",
        rf"\A{_WORDS}(?:'s)? (?:{_MEASURES}|revenue|dividend yield|earnings|results|margins)\b",
        r"\bthe (?:ticker|symbol) (?P<words>[a-z]{3,5})\b(?! (?:of|for|is|symbol))",
        rf"\b{_MEASURES} (?:of|on|for) {_WORDS}{_ENDS}",
    )
)
_WORD = re.compile(r"[a-z]{3,}", re.IGNORECASE)
_NEVER = FUNCTION_WORDS | frozenset(
    "stock stocks share shares market markets price prices portfolio company companies everything anything something"
    " someone rate rates inflation earnings dividend dividends dollar euro pound yen money cash gold silver oil bitcoin"
    " item items name names thing things bond bonds fund funds index sector sectors holding holdings position positions"
    " growth value profit profits loss losses futures options crypto coins peers rivals another others next new first"
    " second best worst whole same few couple half plus".split()
)


@lru_cache(maxsize=64)
def find_placed_names(text: str) -> tuple[Span, ...]:
    """The words that stand in such a place; whether anybody is called so is not asked."""
    found: dict[Span, None] = {}
    for where in _PLACES:
        for match in where.finditer(text):
            start = match.start("words")
            for word in _WORD.finditer(match["words"]):
                if word[0].lower() not in _NEVER:
                    found[Span(start + word.start(), start + word.end(), word[0], is_placed=True)] = None
    return tuple(found)
