"""Questions that change one thing of the call before, where the model took them for another tool's."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.messages import ToolCall
from bot.turn.completions.comparisons import COMPARE
from bot.turn.completions.odd_names import odd_words
from bot.turn.completions.plans import LOAN, SAVINGS
from bot.turn.completions.search_changes import changed_search
from bot.turn.completions.swaps import swapped
from tools.arguments import SYMBOL
from tools.parsing.spans import find_names
from tools.parsing.surroundings import mended_words
from tools.terms import narrow_terms

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading

ALERT, SEARCH = "propose_price_alert", "screen_stocks"
DEFINE = "define_term"
GOES_ON = re.compile(
    r"\A\W*(?:(?:ok|okay|k|thanks|thank you|thx|ty|cool|great|kindly|lol|hm+|nah|no|yes)\W+)*"
    r"(?:and|what about|how about|what if|same|now|or|but)\b",
    re.IGNORECASE,
)
"""Begins a question that goes on with the one before."""
LONGEST = 60
"""Characters of a question that can be nothing but a change of the one before."""
ADDS = re.compile(r"\A\s*\+|\b(?:add|plus|throw|put|include|toss|chuck|stick|also|too|as well)\b", re.IGNORECASE)
LEAVES_OUT = re.compile(
    r"\A\W*(?:(?:and|ok|okay|now|then|actually|but|please|can you|could you)\W+)*(?:drop|remove|without|lose|minus"
    r"|take out|leave out|(?:take|leave) (?=[^?,.]{1,40} (?:out|off|away)\b)|ditch|scrap|skip|forget|get rid of)\b"
    r"(?!.*\blist\b)",
    re.IGNORECASE,
)
"""Takes one of those that were compared away again."""
_LEAST_LEFT = 2
_SHORT = 24
_OWN = re.compile(r"\b(?:my|mine|our|i|me)\b", re.IGNORECASE)
_FIGURE = re.compile(
    r"(?:and |ok |so )*(?:what(?:'?s| is) the|(?:what(?:'?s| is|about) )?(?:its|their)) (?:(?P<gauge>rsi|macd"
    r"|moving average)|(?:dividend )?yield|p/?e(?: ratio)?|eps|market cap|(?:profit )?margins?|revenue|debt"
    r"|payout ratio|book value)[?.! ]*"
)
"""The figure of a company, by its name alone."""
_VERSUS = re.compile(
    r"\W*(?:(?:and|ok|so|now) )*(?:vs\.?|versus|against|compared? (?:it )?(?:to|with))\b", re.IGNORECASE
)
_ABOVE, _BELOW = frozenset({"above", "over", "past"}), frozenset({"below", "under", "beneath"})
_AT_PRICE = re.compile(
    r"(?:\A\W*(?:\w+ )?|\b(?:at|to|(?P<way>above|over|past|below|under|beneath)) )[$€£]?(?P<price>\d(?:[\d.,]*\d)?k?)"
    r"\W*(?:(?:please|pls|plz|instead|then|now|too|as well)\W*)*\Z",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:how(?! about)|what(?! about)|when|why|who|did|do|does|was|were|has|have|since|from|until)\b", re.IGNORECASE
)
"""Asks for something of its own, which no alert and no search before it answers."""
_OTHER_WAY = re.compile(r"\b(?:other (?:direction|way)|opposite (?:direction|way))\b")
_THROUGH_IT = re.compile(r"\b(?:falls?|falling|drops?|dropping) (?:below|under|through) (?:it|that)\b")
_NO_MORE_MONTHLY = re.compile(
    r"\b(?:without|minus|no|forget|drop|leave out|not) (?:the |any |those |adding |my )*(?:monthly|contributions?"
    r"|extra|top.?ups?"
    r"|adding|deposits)\b(?!.*\d)",
    re.IGNORECASE,
)
OVER_YEARS = re.compile(
    r"\W*(?:(?:and|ok|hmm?|uh|um|what about|how about|what if|or|now|it is|same) )*(?:over|for|in) "
    r"(?P<years>[1-4]?\d|five|ten|fifteen|twenty|twenty[ -]five|thirty|forty)\W*(?:instead|then|please|pls)?\W*"
)
"""The years of a plan without their unit: "hmm and over twenty"."""
OF_OTHER_RATES = re.compile(
    r"\b(?:stocks?|shares?|compan\w+|firms?|yield\w*|dividends?|inflation|sectors?|funds?|etfs?|bonds?|portfolio|tax\w*"
    r"|fees?)\b",
    re.IGNORECASE,
)
"""What else has a rate: a search for shares that yield 5 % is no loan at 5 %."""


def varied(before: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The call of before with the one thing changed that the question names; None where it asks for something else."""
    if before.name in _VARIATIONS:
        return _VARIATIONS[before.name](before, calls, reading)
    if len(calls) <= 1 and _VERSUS.match(reading.text) and len(reading.earlier_names) == 1 and reading.names:
        names = [*reading.earlier_names, *(name.text for name in reading.names)]
        times = {name: said for call in (before, *calls) for name, said in call.arguments.items() if name == "period"}
        return ToolCall(COMPARE, {"symbols": list(dict.fromkeys(names)), **times})
    return figure_of_before(calls, reading)


def figure_of_before(calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The figure of the company of before, in place of what its name means: "and what's the yield?"."""
    asked = _FIGURE.fullmatch(mended_words(reading.text).strip())
    if any(call.name != DEFINE for call in calls) or asked is None or len(reading.earlier_names) != 1:
        return None
    tool = "get_technicals" if asked["gauge"] else "get_fundamentals"
    return ToolCall(tool, {"symbol": reading.earlier_names[0]})


def _other_rate(before: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The plan of before at the only rate, or over the only length, that a short question without a name gives."""
    if before.name == SAVINGS and _NO_MORE_MONTHLY.search(reading.text) and "principal" in before.arguments:
        return replace(before, arguments={k: v for k, v in before.arguments.items() if k != "monthly_contribution"})
    if over := OVER_YEARS.fullmatch(mended_words(reading.text)):
        years = next((span.text for span in reading.amounts if over["years"] == span.text.lower()), None)
        return replace(before, arguments={**before.arguments, "years": years}) if years else None
    if any(call.name == before.name for call in calls) or len(reading.text) > LONGEST:
        return None
    if not GOES_ON.match(reading.text) or OF_OTHER_RATES.search(reading.text):
        return None
    if len(reading.rates) + len(reading.lengths) != 1 or reading.names or reading.amounts:
        return None
    name, said = ("annual_rate_percent", reading.rates) if reading.rates else ("years", reading.lengths)
    return replace(before, arguments={**before.arguments, name: said[0].text})


def _other_comparison(before: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    return swapped(before, reading) or _without_one(before, reading) or _with_another(before, calls, reading)


def _without_one(before: ToolCall, reading: Reading) -> ToolCall | None:
    """The comparison of before without a name that is to go: "drop vti"."""
    said = [*map(str, before.arguments.get("symbols", ()))]
    gone = {reading.means(SYMBOL, name.text) for name in reading.names}
    left = [piece for piece in said if reading.means(SYMBOL, piece) not in gone and reading.place(piece) is None]
    if len(left) == len(said) or len(left) < _LEAST_LEFT or not LEAVES_OUT.match(reading.text):
        return None
    return replace(before, arguments={**before.arguments, "symbols": left})


def _with_another(before: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The comparison of before with the name that is to be added: "chuck ocado in there as well"."""
    if len(calls) != 1 or calls[0].name != COMPARE or not ADDS.search(reading.text) or reading.amounts:
        return None
    said = [*map(str, before.arguments.get("symbols", ()))]
    named = [name.text for name in reading.names] or odd_words(reading)[:1]
    if not named or len(reading.text) > LONGEST or any(reading.place(piece) is not None for piece in said):
        return None
    return replace(before, arguments={**before.arguments, "symbols": list(dict.fromkeys([*said, *named]))})


def _other_alert(before: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The alert of before on another company or at another price: "and the same for Wise at 900"."""
    if not reading.amounts and not reading.names and (turned := _turned(before, reading)):
        return turned
    said = _AT_PRICE.search(reading.text)
    if said is None or len(reading.text) > LONGEST or len(reading.names) > 1 or _ASKS.search(reading.text):
        return None
    if calls and calls[0].name == ALERT and (reading.names or len(reading.text) > _SHORT):
        return None
    way = (said["way"] or "").lower()
    condition = "below" if way in _BELOW else "above" if way in _ABOVE else before.arguments.get("condition")
    symbol = reading.names[0].text if reading.names else before.arguments.get("symbol")
    return replace(before, arguments={"symbol": symbol, "condition": condition, "price": said["price"]})


def _turned(before: ToolCall, reading: Reading) -> ToolCall | None:
    """The alert of before the other way: "other direction, same number", "no, if it falls below it"."""
    words, condition = mended_words(reading.text), str(before.arguments.get("condition"))
    if _OTHER_WAY.search(words):
        meant = "below" if condition == "above" else "above"
    elif _THROUGH_IT.search(words):
        meant = "below"
    else:
        return None
    return replace(before, arguments={**before.arguments, "condition": meant})


def _other_search(before: ToolCall, _: list[ToolCall], reading: Reading) -> ToolCall | None:
    """The search of before, changed, where nothing else is asked."""
    if reading.names or len(reading.text) > LONGEST or _ASKS.search(reading.text):
        return None
    return changed_search(before, reading)


def _other_term(before: ToolCall, calls: list[ToolCall], reading: Reading) -> ToolCall | None:
    """Another term in a short question that goes on: "and beta"."""
    if len(calls) != 1 or calls[0].name == DEFINE:
        return figure_of_before(calls, reading)
    if not GOES_ON.match(reading.text) or len(reading.text) > _SHORT or reading.names or _OWN.search(reading.text):
        return None
    terms = terms_of(reading)
    return replace(before, arguments={"term": terms[0]}) if len(terms) == 1 else None


def terms_of(reading: Reading) -> list[str]:
    """The terms of the glossary in the question."""
    return terms_in(reading.text, reading)


def terms_in(text: str, reading: Reading) -> list[str]:
    """The terms of the glossary in `text`."""
    spans = narrow_terms(find_names(text), reading.context)
    return [span.text for span in spans if reading.context.knows_term(span.text)]


_VARIATIONS = {
    LOAN: _other_rate,
    SAVINGS: _other_rate,
    COMPARE: _other_comparison,
    ALERT: _other_alert,
    SEARCH: _other_search,
    DEFINE: _other_term,
}
