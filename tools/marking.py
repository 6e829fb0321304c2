"""The question as our own model reads it: in plain words, and with a mark before each piece that it may copy.

"What's tesla at, um, rn?" becomes "what is<|name|>tesla at, right now". All but the pieces to copy is in small
letters, casual forms are written in full, and pauses, what is taken back and the mark at the end are left out: what is
said in many ways is learnt as one. The marks say what the parsers, the symbol directory and the
glossary know of the question, so that a model of a few megabytes need not: which words are a name, an amount, a time.
A mark takes the place of the space before it, so that a name is cut into the same tokens where it is read and where it
is written. Only the copy that the model reads is changed; arguments are still pieces of what the person typed.
"""

from __future__ import annotations

import re
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from tools.arguments import CURRENCY, DATE, EXCHANGE, NUMBER, PERCENT, PERIOD, SECTOR, YEARS
from tools.knowledge.entries import is_everyday
from tools.narrowing import known_names
from tools.parsing.capital_names import NO_NAMES, capital_names
from tools.parsing.casual import in_full, without_sounds
from tools.parsing.mending import mends
from tools.parsing.numbers import parse_number
from tools.parsing.question_words import common_words, is_word
from tools.parsing.spans import Span, find_names
from tools.parsing.told import find_homes, find_people
from tools.taken_back import as_meant
from tools.terms import is_misspelt_term

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tools.arguments import Kind
    from tools.context import ToolContext
    from tools.parsing.mending import Mend

NAME, TERM, UNKNOWN = "<|name|>", "<|term|>", "<|unknown|>"
_VALUES: tuple[tuple[str, tuple[Kind, ...]], ...] = (
    ("<|time|>", (PERIOD, YEARS, DATE)),
    ("<|percent|>", (PERCENT,)),
    ("<|currency|>", (CURRENCY,)),
    ("<|number|>", (NUMBER,)),
    ("<|sector|>", (SECTOR,)),
    ("<|exchange|>", (EXCHANGE,)),
)
MARKS = (NAME, TERM, UNKNOWN, *(mark for mark, _ in _VALUES))
"""Whole tokens of the built-in model; `clean_question` takes them out of what people type."""

_WORD = re.compile(r"(?<!['\N{RIGHT SINGLE QUOTATION MARK}\w])[^\W\d_]++(?!['\N{RIGHT SINGLE QUOTATION MARK}]t\b)")
"""Nothing of "isn't"."""
_BEFORE_MARK = re.compile(r" +(?=<\|)")
_AROUND = " .?!"
_START = re.compile(r"(?:\A|(?<=[.?!:] ))(?P<word>[A-Z][a-z]+)(?![\w])")
_SHORTEST_UNKNOWN = 2
_LONGEST_TICKER = 5
_CALLED = re.compile(r"[a-z]\w* (?:ticker|symbol|code) \Z")
"""Before what is a ticker, whatever else it means: "the ticker WISE"."""
_ANY_PLACE, _ANYBODY = "Leeds", "Anna"
"""Wherever people come from and whatever they are called, the model reads this: it must not decide by that."""
_ASKS_MEANING = re.compile(
    r"\b(?:wh?[ao]ts?(?:'s)?|(?:waht|whta|hwat|wht|whst|wath)s?|define|meaning|means?|meant|expla?i?n|expalin"
    r"|explian|definition|stands? for|"
    r"signif(?:y|ies)|understand|"
    r"difference|how (?:does|do|did) .{1,40} work|jargon|plain (?:english|words)|the (?:word|term|phrase|concept))\b",
    re.IGNORECASE,
)
"""Words of questions that ask what something means; others hold them, too."""


def mark_question(text: str, context: ToolContext) -> str:
    """`text` with its marks, its plain words in small letters, their slips mended and casual forms written in full."""
    text = as_meant(text, context)
    names = known_names(text, context)
    written = [span for span in _outside(capital_names(text), names) if not context.symbols.knows(span.text)]
    values = [(mark, _longest(text, kinds, [*names, *written])) for mark, kinds in _VALUES]
    asks_meaning = _ASKS_MEANING.search(text) is not None
    terms = _outermost([span for span in find_names(text) if _is_term(span.text, context, asks_meaning=asks_meaning)])
    terms = [span for span in terms if not _is_inside(span, names)]
    known = [*names, *terms, *(span for _, spans in values for span in spans)]
    written = _outside(written, known)
    known += written
    changes: dict[int, tuple[int, str]] = {}
    small = _with_small_starts(text, _outside(known, written))
    slips = {
        slip.start: slip
        for slip in mends(small, names, [span for _, spans in values for span in spans], terms)
        if slip.fits or small[slip.start] == text[slip.start]
    }
    odd = _odd_words(text, context, known)
    unsure = _beside_unknown(odd, slips, text)
    changes.update((start, (slip.end, slip.meant)) for start, slip in slips.items() if start not in unsure)
    changes.update((home.start, (home.end, _ANY_PLACE)) for home in find_homes(text))
    changes.update((person.start, (person.end, _ANYBODY)) for person in find_people(text))
    unknown: list[Span] = []
    for word in sorted([*odd, *written], key=lambda span: span.start):
        if word.start in changes:
            continue
        if len(word.text) >= _SHORTEST_UNKNOWN and not (unknown and text[unknown[-1].end : word.start] == " "):
            unknown.append(word)
        elif unknown:
            unknown[-1] = Span(unknown[-1].start, word.end, text[unknown[-1].start : word.end])
    marks: dict[int, str] = {}
    for mark, spans in ((NAME, names), (UNKNOWN, unknown), (TERM, terms), *values):
        for span in spans:
            marks[span.start] = marks.get(span.start, "") + mark
    return _written(text, marks, changes, [*known, *unknown])


def _beside_unknown(odd: Sequence[Span], slips: Mapping[int, Mend], text: str) -> set[int]:
    """Where a mend by the spelling alone stands right before a word that nothing is known of: both may be a name."""
    return {
        word.start
        for word, after in pairwise(odd)
        if word.start in slips
        and not slips[word.start].fits
        and after.start not in slips
        and text[word.end : after.start] == " "
    }


def _is_term(text: str, context: ToolContext, *, asks_meaning: bool) -> bool:
    """Whether the glossary has `text`.

    Where a meaning is asked for, also words that are used without asking for it ("credit score"), and a term with a
    slip in a common word of it ("expnese ratio").
    """
    if context.knows_term(text):
        return asks_meaning or not is_everyday(text)
    return asks_meaning and is_misspelt_term(text, context)


def _written(text: str, marks: dict[int, str], changes: dict[int, tuple[int, str]], kept: Sequence[Span]) -> str:
    """`text` with `marks` at their places and the pieces in `changes` (start → end, new words) replaced.

    What stands outside of `kept` is written plainly.
    """
    pieces: list[tuple[bool, str]] = []
    at = 0
    for place in sorted({*marks, *changes, *(edge for span in kept for edge in (span.start, span.end)), len(text)}):
        if place < at:  # inside a changed word
            continue
        pieces.append((_covered(at, place, kept), text[at:place]))
        if place in marks:
            pieces.append((True, marks[place]))
        at = place
        if place in changes:
            at, meant = changes[place]
            pieces.append((False, meant))
    runs = [(is_kept, "".join(piece for _, piece in run)) for is_kept, run in groupby(pieces, key=lambda each: each[0])]
    whole = "".join(run if is_kept else _plainly(run) for is_kept, run in runs)
    return _BEFORE_MARK.sub("", whole).strip(_AROUND) or text


def _plainly(text: str) -> str:
    words = without_sounds(text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").lower())
    return in_full(words)


def _with_small_starts(text: str, known: Sequence[Span]) -> str:
    """`text` with a small letter where a sentence starts with a word that nothing knows: it may be a slip."""
    whole = list(text)
    for match in _START.finditer(text):
        start, end = match.span("word")
        if not (_covered(start, end, known) or is_word(match["word"].lower())):
            whole[start] = text[start].lower()
    return "".join(whole)


def _outside(spans: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The `spans` that touch none of `others`."""
    return [span for span in spans if not _covered(span.start, span.end, others)]


def _longest(text: str, kinds: Sequence[Kind], names: Sequence[Span]) -> list[Span]:
    """The pieces of some kinds, those inside another or inside a name left out."""
    spans = [span for kind in kinds for span in kind.find(text) if _is_said(span.text, kind)]
    return [span for span in dict.fromkeys(_outermost(spans)) if not _is_inside(span, names)]


def _is_said(text: str, kind: Kind) -> bool:
    """A bare number is an amount, unless it is a year; "one" is mostly a pronoun."""
    if text.lower() == "one":
        return False
    return kind not in (YEARS, PERCENT) or parse_number(text) is None


def _outermost(spans: Sequence[Span]) -> list[Span]:
    return [span for span in spans if not _is_inside(span, spans)]


def _is_inside(span: Span, others: Sequence[Span]) -> bool:
    """Whether another span holds this one and more."""
    return any(
        other.start <= span.start and span.end <= other.end and other.end - other.start > span.end - span.start
        for other in others
    )


def _covered(start: int, end: int, spans: Sequence[Span]) -> bool:
    return any(span.start < end and start < span.end for span in spans)


def _odd_words(text: str, context: ToolContext, known: Sequence[Span]) -> list[Span]:
    """Words that nothing knows, outside of `known`: slips and rare names."""
    return [
        Span(match.start(), match.end(), match[0])
        for match in _WORD.finditer(text)
        if not _covered(match.start(), match.end(), known)
        and (
            _is_code(match[0], text)
            or (match[0].isupper() and _CALLED.search(text[: match.start()]))
            or not (
                is_word(match[0].lower())
                or match[0].lower() in NO_NAMES
                or context.symbols.is_ordinary(match[0].lower())
            )
        )
    ]


def _is_code(word: str, text: str) -> bool:
    """Whether `word` is in capitals among small letters as a ticker is, and not in common use: "AVON", not "UP"."""
    if not word.isupper() or not 2 < len(word) <= _LONGEST_TICKER or text.isupper():
        return False
    return word.lower() not in common_words() and sum(map(str.isupper, text)) < len(text) / 2
