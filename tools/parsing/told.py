"""What people tell of themselves: where they live and who is with them is nothing to look up.

"I live in Kenya" holds a country, but no currency and no market; "my friend Diego" is no company. Where the question
leaves its market or its second currency open, the place may be what is meant, and is kept: "I live in Japan, is the
market open?".
"""

from __future__ import annotations

import re
from functools import lru_cache

from tools.parsing.currencies import CURRENCY_PLACES, CURRENCY_SPELLING, parse_currency
from tools.parsing.exchanges import EXCHANGE_SPELLING, parse_exchange
from tools.parsing.phrase import plain
from tools.parsing.spans import Span, find_currency_words, find_values

_OTHER_COUNTRIES = """
afghanistan,algeria,angola,armenia,azerbaijan,bahamas,barbados,belarus,belize,benin,bhutan,bolivia,bosnia,
bosnia and herzegovina,botswana,brunei,burkina faso,burundi,cambodia,cameroon,cape verde,chad,congo,costa rica,cuba,
djibouti,dominican republic,ecuador,el salvador,eritrea,eswatini,ethiopia,fiji,gabon,gambia,georgia,ghana,guatemala,
guinea,guyana,haiti,honduras,iran,iraq,ivory coast,jamaica,jordan,kosovo,kyrgyzstan,laos,lebanon,lesotho,liberia,libya,
macedonia,north macedonia,madagascar,malawi,malaysia,maldives,mali,mauritania,mauritius,moldova,monaco,mongolia,
montenegro,mozambique,myanmar,namibia,nicaragua,niger,north korea,palestine,panama,papua new guinea,paraguay,rwanda,
senegal,sierra leone,somalia,south sudan,sudan,suriname,syria,tajikistan,tanzania,togo,trinidad,trinidad and tobago,
turkmenistan,uganda,uzbekistan,venezuela,yemen,zambia,zimbabwe
"""
_COUNTRIES = CURRENCY_PLACES | frozenset(_OTHER_COUNTRIES.replace("\n", "").split(","))

_RELATIVE = (
    r"(?:family|wife|husband|partner|mother|mum|mom|father|dad|parents|brother|sister|son|daughter|nephew|niece"
    r"|friends?|colleagues?|boss|uncle|aunt|cousins?|grandmother|grandfather|grandparents|neighbou?rs?|team)"
)
_PERSON = rf"(?:i|we|(?:my|our) (?:\w+ )?{_RELATIVE})"
_BE = r"(?: ?(?:am|are|is|was|were|have been|has been)|['’]m|['’]re|m|re)"
_HOME = re.compile(
    rf"\b(?:{_PERSON}(?:(?: \w+)? (?:live|lives|lived|living|reside|resides|residing|grew up|stay|settled)"
    rf"(?: here| now)? in|{_BE}(?: \w+)? (?:living|born|based|raised|retired|studying) in"
    rf"|{_BE}(?: \w+)? (?:from|an? (?:citizen|resident|national) of|calling from|writing from|visiting)"
    r"|(?: \w+)? (?:come|comes|came|hail|hails) from)"
    rf"|(?:over |back )?(?:here|home) in|(?<=my )family(?: back)?(?: home)? in) ",
    re.IGNORECASE,
)
"""Right before a place: no company stands here."""
_MOVED = re.compile(
    rf"\b(?:{_PERSON} (?:\w+ )?(?:moved|move|relocated|emigrated|fled) (?:\w+ )?(?:from|to)"
    rf"|{_PERSON}(?:{_BE}|,?(?: who lives)?)?(?: back)?(?: home)? in) ",
    re.IGNORECASE,
)
"""The same where a country alone is a place: "I moved from Apple to Nvidia" is about shares."""
_WORDS = re.compile(r"(?:the )?[^\W\d_]+(?:[ -][^\W\d_]+){0,3}", re.IGNORECASE)
_CAPITALS = re.compile(r"[A-Z][^\W\d_]+(?:[ -][A-Z][^\W\d_]+){0,2}(?! ?&)")
_OF_A_MARKET = re.compile(
    r"\b(?:markets?|exchanges?|bourses?|opens?|opened|closed?|closes|closing|trading (?:hours|days?|sessions?)"
    r"|half.?days?|holidays?)\b",
    re.IGNORECASE,
)
_OF_MONEY = re.compile(r"\b(?:convert\w*|exchange rates?|currency|currencies|(?:local|my|our) money)\b", re.IGNORECASE)


_NAME = r"[A-Z][a-z]+(?: [A-Z][a-z]+)?(?!\w)(?! ?(?:&|shares?|stocks?|options|inc|corp)\b)"
_PEOPLE = re.compile(
    rf"(?:\b(?:My|my|our|Our) (?:\w+ )?{_RELATIVE} (?P<relative>{_NAME})"
    rf"|\b(?:[Mm]y name is|name['’]?s|[Cc]all me) (?P<named>{_NAME})"
    rf"|(?:(?:\A|[.?!]\s)|\b(?:[Tt]ell|[Ss]how|[Gg]ive|[Hh]elp|[Ll]et) )(?P<both>{_NAME}) and (?:I|i|me)\b"
    rf"|\b[Tt]ell (?P<told>{_NAME}) (?=(?:the|what|how|when|which|where|about|my|our)\b)"
    rf"|(?:\A|[Hh]i|[Hh]ey|[Hh]ello|[Mm]orning),? ?(?P<here>{_NAME}) here[,.!: ])"
)
"""Names of persons by the words beside them; not where shares are given to one: "I bought my son Disney"."""
_GIVEN = re.compile(r"\b(?:b(?:uy|uying|ought)|g(?:ive|ave|iven|ot|ets?|ift\w*)|leave|left)(?: \w+)?\Z", re.IGNORECASE)


@lru_cache(maxsize=64)
def find_people(text: str) -> tuple[Span, ...]:
    """The persons that `text` names."""
    found = []
    for match in _PEOPLE.finditer(text):
        kind = match.lastgroup or ""
        if not (kind == "relative" and _GIVEN.search(text[: match.start()].rstrip())):
            found.append(Span(*match.span(kind), match[kind]))
    return tuple(found)


@lru_cache(maxsize=64)  # each kind of argument asks for those of the same question
def find_homes(text: str) -> tuple[Span, ...]:
    """The places in `text` that somebody comes from, lives in or moves to, and that nothing is asked about."""
    found = [_country(text, match.end()) or _written_as_name(text, match.end()) for match in _HOME.finditer(text)]
    found += [_country(text, match.end()) for match in _MOVED.finditer(text)]
    places = tuple(sorted(dict.fromkeys(place for place in found if place), key=lambda place: place.start))
    return () if places and _may_be_asked_about(places, text) else places


def outside_told(spans: list[Span], text: str) -> list[Span]:
    """`spans` without those in a place or a person that is only told of."""
    told = (*find_homes(text), *find_people(text))
    return [span for span in spans if not any(span.start < other.end and other.start < span.end for other in told)]


def _country(text: str, start: int) -> Span | None:
    """The longest name of a country that begins at `start`."""
    words = _WORDS.match(text, start)
    piece = words[0] if words else ""
    while piece:
        if _is_country(piece):
            return Span(start, start + len(piece), piece)
        piece = piece[: max(piece.rfind(" "), piece.rfind("-"), 0)]
    return None


def _is_country(text: str) -> bool:
    return plain(text).lower().removeprefix("the ") in _COUNTRIES


def _written_as_name(text: str, start: int) -> Span | None:
    """A town or anything else with a capital that begins at `start`."""
    written = _CAPITALS.match(text, start)
    return Span(start, written.end(), written[0]) if written else None


def _may_be_asked_about(places: tuple[Span, ...], text: str) -> bool:
    """Whether the question asks about a market or a currency and names no other one."""
    rest = text
    for place in places:
        rest = rest[: place.start] + "," * (place.end - place.start) + rest[place.end :]
    if _OF_A_MARKET.search(rest) and not find_values(rest, parse_exchange, EXCHANGE_SPELLING.may_hold):
        return True
    spans = find_currency_words(rest, parse_currency, CURRENCY_SPELLING.may_hold)
    currencies = {parse_currency(span.text) for span in spans if not _is_country(span.text)}
    return len(currencies) == 1 or (not currencies and _OF_MONEY.search(rest) is not None)
