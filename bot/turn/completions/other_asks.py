"""What a follow-up asks beside what the model heard: "its P/E and the latest news" after a company's price."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.messages import ToolCall
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading

_PARTS = re.compile(r"[,;&+]|\b(?:and|an|n|plus|also|then|as well as)\b")
_SAYS = {
    "get_news": re.compile(r"\b(?:news|headlines?)\b"),
    "get_events": re.compile(
        r"\b(?:(?:next )?earnings date|ex.?dividend date|when (?:does|do|will|is|are) (?:it"
        r"|they) (?:next )?report\w*)\b"
    ),
    "get_technicals": re.compile(r"\b(?:rsi|macd|moving averages?)\b"),
    "get_fundamentals": re.compile(r"\b(?:p/?e|eps|market cap|dividend yield|(?:profit )?margins?)\b"),
}
"""Words by which a part of a question asks a tool about one company."""
_OF_COMPANY = frozenset({*_SAYS, "propose_price_alert", "propose_watchlist_change", "get_quote", "get_price_history"})
_PAIR = 2
_OF_MARKET = re.compile(r"\bmarkets?\b|\bin general\b")
_ABOUT_IT = re.compile(r"\b(?:about|on|for|of) (?:it|them|that one|the company)\b|\bits\b")
_NEWS = "get_news"


def add_other_asks(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The only call of a follow-up about the company of before, with what its other part asks of that company."""
    if len(calls) != 1 or len(reading.earlier_names) != 1:
        return calls
    words = mended_words(reading.text)
    call = _about_it(calls[0], words, reading)
    if call.name not in _OF_COMPANY or any(name.text not in reading.earlier_names for name in reading.names):
        return [call]
    asked = [tool for part in _PARTS.split(words) for tool, says in _SAYS.items() if says.search(part)]
    asked = list(dict.fromkeys(asked))
    is_heard = call.name in asked and len(asked) == _PAIR
    is_beside = call.name not in _SAYS and len(asked) == 1 and _stands_apart(call, asked[0], words)
    if not (is_heard or is_beside):
        return [call]
    added = next(tool for tool in asked if tool != call.name)
    other = ToolCall(added, {"symbol": reading.earlier_names[0]})
    return [other, call] if is_heard and asked[0] == added else [call, other]


def _stands_apart(call: ToolCall, tool: str, words: str) -> bool:
    """Whether what `call` says stands in another part of the question than the words for `tool`."""
    said = [str(value).lower() for key, value in call.arguments.items() if key in {"price", "period"}]
    parts = [part for part in _PARTS.split(words) if _SAYS[tool].search(part)]
    others = [part for part in _PARTS.split(words) if part not in parts]
    return any(value in part for value in said for part in others)


def _about_it(call: ToolCall, words: str, reading: Reading) -> ToolCall:
    """News about what was asked about before, and not of the market: "any news about it?"."""
    if call.name != _NEWS or call.arguments or not _ABOUT_IT.search(words) or _OF_MARKET.search(words):
        return call
    return replace(call, arguments={"symbol": reading.earlier_names[0]})
