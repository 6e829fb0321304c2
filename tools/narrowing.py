"""Which pieces of a question could be a name, by what the directory knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.errors import AmbiguousSymbol, UnknownSymbol
from tools.parsing.capital_names import OF_PLACE
from tools.parsing.casual import FULL_FORMS
from tools.parsing.exchanges import parse_exchange
from tools.parsing.finders import find_currencies, find_symbols, inside_longer
from tools.parsing.fund_names import is_fund_name
from tools.parsing.mending import is_rather_word
from tools.parsing.periods import parse_period
from tools.parsing.question_words import SHORT_SLIPS, is_word, mended
from tools.parsing.shaped_names import is_shaped_name
from tools.parsing.spans import FUNCTION_WORDS, INSIDE_NAMES, Span
from tools.symbols.names import ABOUT_THE_SHARE, LEGAL_FORMS
from tools.whole_names import MEASURES, with_rest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tools.context import ToolContext


_OWNED = re.compile(r"['’`´]s\Z")
_LETTERS_OWN = re.compile(r"\w['’`´]s")
_STARTS = re.compile(r"(?:^|[.?!:]\s)[\"'“(]*\Z")
_LETTERS = re.compile(r"[^\W\d_]+")
_SHORTEST_NAME = 3
_SHORTEST_TICKER = 4
"""Letters of a ticker in small letters that is a slip of a word, too: "intc" is not "into", but where that fits."""
_FOLLOWED = re.compile(r"\s(?:\w+\s)?(?:fund|etf|trust|tracker|shares|miners)\s\(?|['’]s\s", re.IGNORECASE)
"""Between what a fund follows, or its house, and its ticker: "gold fund GLD" and "Vanguard's VTI" name one thing."""
_BESIDE = re.compile(r"(?:['’]s)?(?: one)?,? (?:the )?(?:(?:fund|etf|trust|tracker) )?\(?", re.IGNORECASE)
_RELATED = re.compile(
    r"(?: (?:fund|etf|tracker|company|firm|giant)"
    r"|(?:['’]?s)? (?:(?:big|main|biggest|largest|closest|arch|old) )?(?:rival|competitor|parent|owner|onwer|maker"
    r"|miner|successor|producer|subsidiary|supplier|spin-?off|offshoot|sister|neighbou?r|partner|buddy)"
    r"(?: company| firm)?),? (?P<named>[^\W\d_]{3,})",
    re.IGNORECASE,
)
"""Between a name and the company that is described by it: "snowflake's rival mongodb", "Gucci owner Kering"."""
_TIED = re.compile(r"([^\W\d_][\w'’-]*\w) & ([^\W\d_][\w'’-]*\w)")
_NEGATED = frozenset({"'t", "\N{RIGHT SINGLE QUOTATION MARK}t"})
"""After "aren", which is a ticker, too."""
_INSIDE = re.compile(rf" (?:{'|'.join(sorted(INSIDE_NAMES, key=len, reverse=True))}) ")
_ORDINAL = re.compile(r"(?:first|second|third|last|former|latter)(?: one)?(?:['’]s)?")
"""One of several that were spoken of: "first" is no company."""
_LISTS = re.compile(r"(?:,|,? (?:and|or|vs\.?|versus))(?: the)? ")
_THE_AFTER = re.compile(r", (?:the|an?) \Z", re.IGNORECASE)
_APPOSED = re.compile(
    r" (?:company|firm|giant|producer|miner|bank|maker|manufacturer|retailer|group|stock|one|people|guys)\b",
    re.IGNORECASE,
)
"""Around what only says which company is meant: "MOL, the oil company"."""
_IN_GENERAL = re.compile(r"\bin general\Z")
_LENGTH = re.compile(r"\d+ (?:years|yrs)", re.IGNORECASE)
_THE = re.compile(r"\bthe \Z", re.IGNORECASE)
_BOND = re.compile(r" (?:yields?|treasur\w+|notes?|bonds?|rates?)\b", re.IGNORECASE)
_LONG_NAME = 8
"""Letters from which several words that a company's name begins with are that name, though each is a common word."""
_NAME_RATHER = 6
"""Letters from which a slip that fits both a well-known name and a common word is left as a name: "goldmn"."""


_AS_SHARE = re.compile(r"\b(?:price|quote|shares?|stock)(?: of| for)? \Z", re.IGNORECASE)
_IS_SHARE = re.compile(r" (?:price|quote|shares?|stock)\b", re.IGNORECASE)
"""Beside an abbreviation that is a measure and a ticker, they make a ticker of it: "RSI stock"."""
_OTHER_COMPANY = re.compile(
    r"(\S+) (?:(?i:motors|steel|power|chemicals|pharmaceuticals|petroleum|cement|shipbuilding|semiconductors?)"
    r"|(?:(?:Heavy|Special) )?(?:Industries|Semiconductor|Renewables"
    r"|Oriental Income|"
    r"Cement|Pharmaceuticals|Biologics"
    r"|Insurance|Shipbuilding|Ports|Mining|Petroleum|Airlines|Airways|Foods|Properties|Logistics|Telecom|Hotels"
    r"|Life Insurance|Petrochemicals|Green Energy|Total Gas|Consumer Products|Finance|Securities|Capital Trust))"
)
"""A name that goes on like this is another company's than the one called by its first word: "Tata Motors"."""


def narrow_names(spans: list[Span], context: ToolContext) -> list[Span]:
    """Candidates for a name, fewer where names are known.

    "shell returned" goes, as "shell" is a name; so does "depot" in "home depot"; ordinary words ("stock", "best
    morning") go when nobody is called so. What no known name is in or around stays: unknown names are copied too.
    """
    longest, sure = _known(spans, context)
    spans = [span for span in spans if span in longest or not _OWNED.search(span.text)]
    if sure:
        spans = [span for span in spans if span.text.upper() not in MEASURES]
    return [
        span for span in spans if span in longest or not (_overlaps(span, longest) or _is_ordinary(span.text, context))
    ]


def _is_ordinary(text: str, context: ToolContext) -> bool:
    """Whether `text` is nothing but words of questions in small letters, and nobody's name."""
    if OF_PLACE.fullmatch(text):
        return False
    if context.symbols.is_ordinary(text):
        return True
    return text.islower() and all(map(is_word, _LETTERS.findall(text))) and not context.symbols.means_one(text)


def _known(spans: list[Span], context: ToolContext) -> tuple[list[Span], bool]:
    """(the known names without those inside a longer one, whether any is no measure)."""
    names = [span for span in spans if _is_name(span.text, context) or _is_placed_ticker(span, context)]
    sure = any(span.text.upper() not in MEASURES for span in names)
    if sure:  # "AMD RSI": RSI is a ticker too, but not here
        names = [span for span in names if span.text.upper() not in MEASURES]
    names = [name for name in names if not inside_longer(name, names)]
    # "D's" of "Mickey D's", and "G's" of "M&G's"
    ends = [name for name in names if _LETTERS_OWN.fullmatch(name.text)]
    return [n for n in names if n not in ends or not any(o.start < n.start < o.end for o in names)], sure


def _is_name(text: str, context: ToolContext) -> bool:
    if owner := _OWNED.search(text):
        whole = text[: owner.start()]
        is_share = " " in whole and whole.split()[-1].lower() in ABOUT_THE_SHARE  # "VWRL ticker's"
        return not is_share and context.symbols.knows(text) and not _is_name(whole, context)
    if context.symbols.knows(text) or _is_odd_name(text, context) or is_fund_name(text) or is_shaped_name(text):
        return True
    if tied := _TIED.fullmatch(text):
        return _is_tied(tied, context)
    longer = _OTHER_COMPANY.fullmatch(text)
    return longer is not None and (context.symbols.knows(longer[1]) or _is_odd_name(longer[1], context))


def _is_tied(tied: re.Match[str], context: ToolContext) -> bool:
    """Whether two words tied by "&" are one name: no company is called by either, and they say no two things."""
    words = tied.groups()
    known = [word for word in words if context.symbols.knows(word)]
    if len(known) == len(words) or any(not (word.istitle() and is_word(word.lower())) for word in known):
        return False
    if any(context.knows_term(word) or not _is_name_like(word) for word in words):
        return False
    if any(word.upper() in MEASURES or word.lower() in ABOUT_THE_SHARE for word in words):
        return False
    return not all(is_word(word.lower()) for word in words) or (
        all(map(str.istitle, words)) and not context.knows_term(tied[0])
    )


def _is_placed_ticker(span: Span, context: ToolContext) -> bool:
    """Whether a common word that stands where a name must is a ticker: "coin" of "if coin dips under 210"."""
    return span.is_placed and context.symbols.knows(span.text.upper())


def _is_odd_name(text: str, context: ToolContext) -> bool:
    """A word that no question holds and that means one listing: "smci", "spotfy", but not "protfolio".

    So do several words that begin one company's name: "Tootsie Roll", "Canadian Pacific"; or that are one's name with
    a slip in it: "jhon deere".
    """
    first, _, rest = text.partition(" ")
    word = first.lower()
    if rest:
        return _is_long_name(text, context)
    if len(first) < _SHORTEST_NAME or not first.isalpha() or is_word(word) or first in SHORT_SLIPS:
        return False
    if context.symbols.is_ordinary(word):
        return False
    if mended(text) in FUNCTION_WORDS:  # "insted"
        return False
    if len(text) < _NAME_RATHER and mended(text) is not None:
        return len(text) >= _SHORTEST_TICKER and text not in FULL_FORMS and context.symbols.knows(text.upper())
    return context.symbols.means_one(text)


def _is_long_name(text: str, context: ToolContext) -> bool:
    words = _LETTERS.findall(text)
    if not words or words[-1].lower() in ABOUT_THE_SHARE or parse_exchange(text) is not None:
        return False
    odd = [word for word in words if not is_word(word.lower()) and len(word) >= _SHORTEST_NAME]
    if odd and context.symbols.begins_one(text):
        return words[0] in odd or len(text) >= _LONG_NAME
    if len(text) < _LONG_NAME:
        return False
    if all(word[:1].isupper() for word in words) and (
        context.symbols.begins_one(text) or (words[-1].lower() in LEGAL_FORMS and context.symbols.means_one(text))
    ):
        return True
    return bool(odd) and _may_be_name(words, text, context) and context.symbols.means_one(text)


def _may_be_name(words: Sequence[str], text: str, context: ToolContext) -> bool:
    """Whether no word of `text` says what is asked; small words may stand inside: "bank of amercia"."""
    joined = words[0], *(word for word in words[1:-1] if word not in INSIDE_NAMES), words[-1]
    if not all(map(_is_name_like, joined)) or _has_slip_beside_name(text, context):
        return False
    is_several = len(joined) < len(words) and any(map(context.symbols.means_one, _INSIDE.split(text)))
    return not is_several  # "price of Stryker", "tesla and nvda"


def _has_slip_beside_name(text: str, context: ToolContext) -> bool:
    """Whether `text` is a known name and a common word with a slip in it: "gold prcie"."""
    first, _, rest = text.partition(" ")
    start, _, last = text.rpartition(" ")
    return (mended(last) is not None and context.symbols.knows(start)) or (
        mended(first) is not None and context.symbols.knows(rest)
    )


def _is_name_like(word: str) -> bool:
    """Whether a word could belong to a name: "buy" and "of" say what is asked."""
    return word.lower() not in FUNCTION_WORDS


def known_names(text: str, context: ToolContext) -> list[Span]:
    """The pieces of `text` that the symbol directory knows as names, small letters and slips of odd words allowed.

    A word that is a name by its capital alone does not count where a sentence starts with it.
    """
    money = find_currencies(text)
    found = sorted(_known(find_symbols(text), context)[0], key=lambda span: span.start)
    found = [span for span in found if not inside_longer(span, money)]
    names = [with_rest(name, text, context) for name in found]
    return [
        name
        for name in names
        if not (
            _describes_next(name, names, text, context) or _is_rather_word(name, names, text) or _is_measure(name, text)
        )
        and not (_is_length(name, text) or text[name.end : name.end + 2] in _NEGATED)
        and not (name.text.islower() and name.text.isalpha() and parse_period(name.text))  # "tday"
        and not (_THE_AFTER.search(text[: name.start]) and _APPOSED.match(text, name.end) and names[0] is not name)
        and not (_IN_GENERAL.search(text[: name.end]) or _ORDINAL.fullmatch(name.text))
        and not (
            _STARTS.search(text[: name.start]) and _is_capital_word(name, context) and not _is_listed(name, names, text)
        )
    ]


def _is_listed(name: Span, names: Sequence[Span], text: str) -> bool:
    """Whether another name comes next in a list with this one: "Pool, Deckers Outdoor or Church & Dwight"."""
    return any(_LISTS.fullmatch(text[name.end : other.start]) for other in names if other.start > name.end)


def _is_length(name: Span, text: str) -> bool:
    """Whether what is a bond's name elsewhere is a length of time here: "do 10 years"."""
    return (
        _LENGTH.fullmatch(name.text) is not None
        and not _THE.search(text[: name.start])
        and not _BOND.match(text, name.end)
    )


def _is_measure(name: Span, text: str) -> bool:
    beside = _AS_SHARE.search(text[: name.start]) or _IS_SHARE.match(text, name.end)
    return name.text in MEASURES and text != name.text and not beside


def _is_rather_word(name: Span, names: Sequence[Span], text: str) -> bool:
    """Whether what may be a name in small letters is more likely a common word here, or a slip of one."""
    return name.text.islower() and name.text.isalpha() and not name.is_placed and is_rather_word(text, name, names)


def _is_capital_word(name: Span, context: ToolContext) -> bool:
    """Whether a common word is a name by its capital alone."""
    lower = name.text.lower()
    return not (name.is_placed or name.text.isupper() or context.symbols.knows(lower)) and is_word(lower)


def _describes_next(name: Span, names: Sequence[Span], text: str, context: ToolContext) -> bool:
    """Whether `name` only says what the fund named right after it follows, or whose rival the next company is."""
    if related_name(text, name.end, names):
        return True
    return any(
        name.end < other.start
        and (
            (other.text.isupper() and _FOLLOWED.fullmatch(text[name.end : other.start]))
            or (_BESIDE.fullmatch(text[name.end : other.start]) and _is_followed(name, other, context))
        )
        for other in names
    )


def _is_followed(name: Span, other: Span, context: ToolContext) -> bool:
    """Whether the fund `other` is called by what `name` says, its house or what it follows: "gold GLD"."""
    said = _OWNED.sub("", name.text)
    try:
        fund = context.symbols.resolve(other.text)
    except (UnknownSymbol, AmbiguousSymbol):
        return False
    try:
        is_itself = context.symbols.resolve(said).symbol == fund.symbol
    except (UnknownSymbol, AmbiguousSymbol):
        is_itself = False
    return not is_itself and said.lower() in fund.name.lower().split()


def related_name(text: str, end: int, names: Sequence[Span]) -> str | None:
    """The company that the name ending at `end` only describes ("Gucci owner Kering"), as far as it is in `names`."""
    related = _RELATED.match(text, end)
    if related is None:
        return None
    known = next((other.text for other in names if other.start == related.start("named")), None)
    is_common = is_word(related["named"].lower()) or related["named"].lower() in FUNCTION_WORDS
    return known or (None if is_common else related["named"])


def _overlaps(span: Span, others: Sequence[Span]) -> bool:
    return any(other.start < span.end and span.start < other.end for other in others)
