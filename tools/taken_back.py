"""What a question takes back: "Tesco, no sorry, Sainsbury's" is read as if it had said only the latter.

People correct themselves as they speak: they say a piece, break off, and say another of its kind in its place. What
they broke off is cut out before anybody decides what they ask for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tools.arguments import CURRENCY, DATE, EXCHANGE, NUMBER, PERCENT, PERIOD, SECTOR, YEARS
from tools.narrowing import known_names
from tools.parsing.capital_names import NO_NAMES, capital_names
from tools.parsing.numbers import parse_number
from tools.parsing.question_words import is_word
from tools.parsing.spans import FUNCTION_WORDS, Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tools.context import ToolContext

_MOST = 4
"""Pieces that one question takes back."""
_SAID = (
    r"(?:no|nope|oh|ah|uh|um|er|hmm?|well|wait|sorry|oops|correction|actually|rather|hang on|hold on|scratch that"
    r"|not that(?: one)?|i (?:mean|meant)(?: to say)?|make (?:it|that)|let'?s (?:say|make it))"
)
_BROKEN_OFF = re.compile(
    rf"[,.;:\s–-]*(?:\b(?:or )?{_SAID}\b[,.\s–-]*){{1,5}}"
    r"(?:(?:yeah|yes) )?(?:(?:for|on|of|about|with|to|in|at|by|from|over|since|what about|it is|it's) )?(?:the )?",
    re.IGNORECASE,
)
"""Between a piece that was said by mistake and the one that is meant."""
_STRONG = re.compile(
    r"\b(?:no|nope|wait|sorry|oops|correction|rather|scratch|not that|mean|meant|make|say)\b", re.IGNORECASE
)
_CUE = re.compile(_STRONG.pattern + r"|\bnot\b", re.IGNORECASE)
_BREAK = re.compile(
    r"[,.;:-]+(?= *(?:no|oh|wait|sorry|actually|rather|hang on|scratch|not that|i mean|make)\b)"
    r"| (?=(?:no,? (?:wait|sorry|make|i mean|scratch)|wait,? no|scratch that|sorry,? i mean)\b)",
    re.IGNORECASE,
)
"""Where other words end and what is meant instead begins."""
_NOT = re.compile(
    r"(?<!why )(?<!or )(?<!if )\b(?:(?:no|oh|wait|sorry),? )?not (?:(?:for|on|of) )?(?:the )?\Z", re.IGNORECASE
)
_NOT_BUT = re.compile(
    r"[,.;\s–-]*(?:(?:but|rather|instead|i (?:wanted|meant|mean|want|need)|make (?:it|that)|it is|it's"
    r"|its)\b[,\s]*){1,3}"
    r"(?:the )?",
    re.IGNORECASE,
)
"""Before and after what is not meant: "not BMW, I wanted Mercedes"."""
_NOT_MORE = re.compile(r"['’]?s?(?:, *|(?=[.?!]?\Z))")
_SWAP = re.compile(
    r"\b(?:swap|replace|switch|exchange|trade)(?: out)? (?:the )?(?P<old>.+?) (?:for|with|by|against) (?:the )?",
    re.IGNORECASE,
)
_END = re.compile(r"[.?!]*\Z")
_WORD = re.compile(r"[^\W\d_][\w'’&-]*")
_UNIT = re.compile(r"[\d.,]*\d(?= ?[^\d\s.,])")


@dataclass(frozen=True, slots=True)
class Repair:
    """`text[start:end]` is `meant`; `old` was said there, and `new` is meant by it."""

    start: int
    end: int
    meant: str
    old: str
    new: str


def take_back(text: str, context: ToolContext) -> tuple[str, list[tuple[str, str]]]:
    """(`text` without what it takes back, each piece taken back with the one that is meant by it)."""
    pairs: list[tuple[str, str]] = []
    while len(pairs) < _MOST and _CUE.search(text):
        repair = next(_repairs(text, context), None)
        if repair is None:
            break
        text = text[: repair.start] + repair.meant + text[repair.end :]
        pairs.append((repair.old, repair.new))
    return text, [*pairs, *_swapped(text, context)]


def as_meant(text: str, context: ToolContext) -> str:
    """`text` without what it takes back."""
    return take_back(text, context)[0]


def _repairs(text: str, context: ToolContext) -> Iterator[Repair]:
    names = known_names(text, context)
    perhaps = _perhaps_names(text, names, context)
    numbers = [span for span in NUMBER.find(text) if span.text.lower() != "one"]
    figures = [[*numbers, *kind.find(text)] for kind in (YEARS, PERCENT)]
    currencies = CURRENCY.find(text)
    others = [kind.find(text) for kind in (PERIOD, DATE, EXCHANGE, SECTOR)]
    for kind in (names, _sums(text, numbers, currencies), *figures, currencies, *others, perhaps):
        yield from _beside(text, kind)
    yield from _denied(text, names)
    yield from _later(text, names, perhaps)


def _sums(text: str, figures: Sequence[Span], currencies: Sequence[Span]) -> list[Span]:
    """Amounts of money: "300 pounds", "$20"."""
    pairs = [
        (one, other)
        for one in (*figures, *currencies)
        for other in (*figures, *currencies)
        if text[one.end : other.start] in ("", " ")
        and one.end <= other.start
        and (one in figures) != (other in figures)
    ]
    return [Span(one.start, other.end, text[one.start : other.end]) for one, other in pairs]


def _beside(text: str, kind: Sequence[Span]) -> Iterator[Repair]:
    """A piece that another one of its kind takes the place of right away."""
    for old in sorted(kind, key=lambda span: (span.start, -span.end)):
        gap = _BROKEN_OFF.match(text, old.end)
        is_strong = gap is not None and _STRONG.search(gap[0])
        denied = _NOT.search(text[: old.start])
        if denied and (other := _NOT_BUT.match(text, old.end)):
            gap = is_strong = other
        if gap is None or not is_strong:
            continue
        meant = [span for span in kind if old.end <= span.start <= gap.end() < span.end]
        if not meant:
            continue
        new = max(meant, key=lambda span: span.end)
        unit = _UNIT.match(old.text)
        if unit and parse_number(new.text) is not None:  # "20 years, no, 15"
            yield Repair(old.start, new.end, new.text + old.text[unit.end() :], old.text, new.text)
        else:
            yield Repair(denied.start() if denied else old.start, new.start, "", old.text, new.text)


def _perhaps_names(text: str, names: Sequence[Span], context: ToolContext) -> list[Span]:
    """What may be a name, though nobody knows it: words with a capital, and words that nothing knows."""
    capitals = capital_names(text)
    odd = [
        Span(match.start(), match.end(), match[0])
        for match in _WORD.finditer(text)
        if len(match[0]) > 1
        and match[0].lower() not in NO_NAMES | FUNCTION_WORDS
        and not is_word(match[0].lower())
        and not context.symbols.is_ordinary(match[0].lower())
    ]
    return [*names, *capitals, *odd]


def _denied(text: str, names: Sequence[Span]) -> Iterator[Repair]:
    """A name that the question says it is not about, beside one that it is about: "on, not Verizon, on AT&T"."""
    for name in names:
        before, after = _NOT.search(text[: name.start]), _NOT_MORE.match(text, name.end)
        others = [other for other in names if other is not name]
        if before is None or after is None or not others:
            continue
        meant = next((other for other in others if other.start > name.start), others[-1])
        yield Repair(before.start(), after.end(), "", name.text, meant.text)


def _later(text: str, names: Sequence[Span], perhaps: Sequence[Span]) -> Iterator[Repair]:
    """The same with other words between, at the end: "when does Nike report, no wait, Intel"."""
    for broken in _BREAK.finditer(text):
        gap = _BROKEN_OFF.match(text, broken.start())
        before = [name for name in names if name.end <= broken.start()]
        if gap is None or not _STRONG.search(gap[0]) or len(before) != 1:
            continue
        new = next((span for span in perhaps if span.start == gap.end() and _END.match(text, span.end)), None)
        if new is not None:
            old = before[0]
            meant = new.text + text[old.end : broken.start()]
            yield Repair(old.start, new.end, meant, old.text, new.text)


def _swapped(text: str, context: ToolContext) -> list[tuple[str, str]]:
    """The name that another one is put in the place of, in so many words: "swap Tesco for Nike"."""
    swap = _SWAP.search(text)
    if swap is None:
        return []
    names = known_names(text, context)
    old = next((name.text for name in names if name.start == swap.start("old")), None)
    new = next((name.text for name in names if name.start == swap.end()), None)
    return [(old, new)] if old and new else []
