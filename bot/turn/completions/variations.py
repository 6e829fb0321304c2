"""Questions that change one thing of the call before, where the model took them for another tool's."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.messages import ToolCall
from bot.turn.completions.comparisons import COMPARE
from bot.turn.completions.odd_names import is_odd, odd_words
from bot.turn.completions.plans import LOAN, SAVINGS
from tools.arguments import SECTOR, SYMBOL
from tools.parsing.capital_names import capital_names
from tools.parsing.conditions import CONDITIONS, LIMIT
from tools.parsing.question_words import mended
from tools.parsing.spans import Span, find_names
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
ADDS = re.compile(r"\b(?:add|throw|put|include|toss|chuck|stick|also|too|as well)\b", re.IGNORECASE)
LEAVES_OUT = re.compile(
    r"\A\W*(?:(?:and|ok|okay|now|then|actually|but|please|can you|could you)\W+)*(?:drop|remove|without|lose|minus"
    r"|take out|leave out|ditch|scrap|skip|forget|get rid of)\b(?!.*\blist\b)",
    re.IGNORECASE,
)
"""Takes one of those that were compared away again."""
_LEAST_LEFT = 2
_WORD = re.compile(r"[^\W\d_][\w&'’-]*[^\W_]")
IN_PLACE_OF = re.compile(
    r"\b(?:instead|in place of|rather than|swap|replace|change|forget|drop|lose|scrap|ditch|not)\b", re.IGNORECASE
)
"""Says that one of those compared goes, for the other name that is said."""
_INSTEAD_OF = re.compile(r"\b(?:inste?a?d of|in place of|rather than)\b", re.IGNORECASE)
_OLD_BY_PLACE = re.compile(r"\bthe (?P<place>first|second|last|former|latter)(?: one)?\b", re.IGNORECASE)
_PLACES = {"first": 0, "former": 0, "second": 1, "last": -1, "latter": -1}
_SWAP = re.compile(r"\b(?:swap|replace|switch|exchange)\b", re.IGNORECASE)
_BY = re.compile(r"\b(?:by|with|for|to) (?:the )?(?P<new>[^.?!,;]{2,40}?)\W*\Z", re.IGNORECASE)
_AS_WELL = re.compile(r"\b(?:add|too|as well|also|both)\b", re.IGNORECASE)
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
_ONLY = re.compile(r"\W*(?:(?:and|ok|now|so|just|only|but|what about|how about|the|same|in) )+", re.IGNORECASE)
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
_BARE_NUMBER = re.compile(
    r"\W*(?:(?:make (?:it|that)|top|show|no|ok|the|give me) )*\w+\W*(?:please|pls|instead)?\W*", re.IGNORECASE
)
_OTHER_LIMIT = re.compile(
    r"\W*(?:(?:and|ok|no|now|make|change|set|it|that|to|what about|how about) )*"
    r"(?:(?P<most>under|below|at most|up to)|over|above|at least)\b"
)
_LEAST, _MOST = "min_price", "max_price"
_CHANGED = re.compile(
    r"\W*(?:(?:and|ok|no|now|then|please|can you|could you|um|uh|actually|sorry|wait) )*(?:raise|lower|increase|lift|cut|bring|change|set|make|bump"
    r"|move|drop) (?:it|that|this|the limit|the cap)(?: up| down)?(?: to)?\b"
)
"""Another limit in the place of the only one: "raise that to $75"."""
_CONDITION_WORDS = {
    "income": ("min_dividend_yield_percent",),
    "cost": (_LEAST, _MOST),
    "ratio": ("max_pe",),
    "size": ("min_market_cap",),
    "kind": ("sector",),
}
_DROPPED = re.compile(
    r"\A\W*(?:(?:and|ok|no|now|then|please|can you|could you) )*(?:drop|remove|forget|skip|lose|without|ignore|take off)"
    r" (?:the |that |any )?(?:(?P<income>(?:dividends?|yield)\b)|(?P<cost>price\b)|(?P<ratio>p/e\b|pe\b)"
    r"|(?P<size>(?:market )?cap\b|size\b)|(?P<kind>sector\b))(?: \w+)? ?(?:requirement|limit|condition|filter|bit|part"
    r"|thing|cap|yield)?"
)
"""A condition of the search that goes: "drop the dividend requirement"."""
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
    if _VERSUS.match(reading.text) and len(reading.earlier_names) == 1 and reading.names:
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
    return _swapped(before, reading) or _without_one(before, reading) or _with_another(before, calls, reading)


def _without_one(before: ToolCall, reading: Reading) -> ToolCall | None:
    """The comparison of before without a name that is to go: "drop vti"."""
    said = [*map(str, before.arguments.get("symbols", ()))]
    gone = {reading.means(SYMBOL, name.text) for name in reading.names}
    left = [piece for piece in said if reading.means(SYMBOL, piece) not in gone]
    if len(left) == len(said) or len(left) < _LEAST_LEFT or not LEAVES_OUT.match(reading.text):
        return None
    return replace(before, arguments={**before.arguments, "symbols": left})


def _swapped(before: ToolCall, reading: Reading) -> ToolCall | None:
    """The comparison of before with one name in the place of another: "swap Adidas for Lululemon"."""
    said = [*map(str, before.arguments.get("symbols", ()))]
    swapped = {reading.means(SYMBOL, old): new for old, new in reading.taken_back} if said else {}
    if IN_PLACE_OF.search(mended_words(reading.text)) and not _AS_WELL.search(reading.text):
        named = pieces_of(reading)
        placed = _OLD_BY_PLACE.search(reading.text)
        if placed and named and abs(_PLACES[placed["place"].lower()]) < len(said):
            gone = said[_PLACES[placed["place"].lower()]]
            kept = [named[-1] if piece == gone else piece for piece in said]
            return replace(before, arguments={**before.arguments, "symbols": kept})
        old = [piece for piece in said if any(_is_same(piece, name, reading) for name in named)]
        new = [name for name in named if not any(_is_same(piece, name, reading) for piece in said)]
        if (place := _INSTEAD_OF.search(reading.text)) is not None:
            new = [name for name in new if reading.text.find(name) < place.start()][-1:] or new
            old = [name for name in old if len(old) == 1 or reading.text.find(name) > place.start()]
        if _SWAP.search(reading.text):
            new = new[-1:]  # "swap Next for Primark's owner ABF"
        if len(old) == 1 and not new and (by := _BY.search(reading.text)):
            new = [by["new"]]
        if len(old) == 1 and len(new) == 1:
            return replace(before, arguments={**before.arguments, "symbols": [new[0] if p in old else p for p in said]})
    meant = [swapped.get(reading.means(SYMBOL, piece), piece) for piece in said]
    return None if meant == said else replace(before, arguments={**before.arguments, "symbols": meant})


def _is_same(one: str, other: str, reading: Reading) -> bool:
    meant = reading.means(SYMBOL, one)
    return one.casefold() == other.casefold() or (meant is not None and meant == reading.means(SYMBOL, other))


def pieces_of(reading: Reading) -> list[str]:
    """What is, or may be, a name in the question: known ones, those written as names, and words that nothing knows."""
    spans = [*reading.names]
    odd = [Span(match.start(), match.end(), match[0]) for match in _WORD.finditer(reading.text)]
    for span in [*capital_names(reading.text), *(word for word in odd if is_odd(word.text, reading))]:
        if not any(span.start < other.end and other.start < span.end for other in spans):
            is_slip = span.text.islower() and mended(span.text) is not None
            spans += [] if is_slip else [span]
    return [span.text for span in sorted(spans, key=lambda span: span.start)]


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
    """The search of before with another sector, another number of results or another limit of its only condition."""
    if reading.names or len(reading.text) > LONGEST or _ASKS.search(reading.text):
        return None
    sectors = SECTOR.find(reading.text)
    if dropped := _DROPPED.search(mended_words(reading.text)):
        gone = {key for group in _CONDITION_WORDS if dropped[group] for key in _CONDITION_WORDS[group]}
        left = {key: said for key, said in before.arguments.items() if key not in gone}
        return replace(before, arguments=left) if left and left != before.arguments else None
    old = [span for span in sectors if reading.means(SECTOR, span.text) == _sector_of(before, reading)]
    if len(sectors) > 1 and len(old) == len(sectors) - 1 and IN_PLACE_OF.search(reading.text) and not reading.amounts:
        new = next(span for span in sectors if span not in old)
        return replace(before, arguments={**before.arguments, "sector": new.text})
    if len(sectors) == 1 and _ONLY.match(reading.text) and not reading.amounts:
        return replace(before, arguments={**before.arguments, "sector": sectors[0].text})
    limits = sorted(CONDITIONS.intersection(before.arguments) - {LIMIT})
    if len(reading.amounts) != 1 or sectors:
        return None
    if LIMIT in before.arguments and _BARE_NUMBER.fullmatch(reading.text):
        return replace(before, arguments={**before.arguments, LIMIT: reading.amounts[0].text})
    if len(limits) == 1 and _CHANGED.match(mended_words(reading.text)) and not reading.rates:
        return replace(before, arguments={**before.arguments, limits[0]: reading.amounts[0].text})
    bound = _OTHER_LIMIT.match(mended_words(reading.text))
    if bound and limits in ([_LEAST], [_MOST]) and not reading.rates:
        limit = _MOST if bound["most"] else _LEAST
        return replace(before, arguments={**before.arguments, limit: reading.amounts[0].text})
    if len(limits) == 1 and _OTHER_LIMIT.match(mended_words(reading.text)) and not reading.rates:
        return replace(before, arguments={**before.arguments, limits[0]: reading.amounts[0].text})
    return None


def _sector_of(search: ToolCall, reading: Reading) -> str | None:
    return reading.means(SECTOR, search.arguments.get("sector", ""))


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
