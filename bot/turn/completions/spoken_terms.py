"""Terms as they are spoken: the words around a piece of the question that make one expression with it.

The glossary holds many terms, people ask about more. Of "explain a liability-driven investment strategy"
it knows "liability", which is not what is asked about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.parsing.question_words import is_word, mended
from tools.parsing.spans import FUNCTION_WORDS
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.turn.completions.reading import Reading
    from tools.parsing.spans import Span

_WORD = re.compile(r"[^\W_]+(?:[-/&][^\W_]+)*")
_OF_RATIO = re.compile(r"\b(?:price|loan|debt|mark|time|cost|put|call|book)\Z", re.IGNORECASE)
"""Before "to" inside a term: "price to book"."""
_OWNED = re.compile(r"['’]s (?P<first>[^\W_]+)")
_ENDS = re.compile(r"[,.;?!\"”’)]|\Z")
_GAP = re.compile(r"[ -]")
_AROUND_ENDS = re.compile(
    r"(?:explain\w*|defin\w+|mean(?:s|t|ing)?|signif\w+|concepts?|terms?|words?|phrases?|expressions?|jargon|idea|thing"
    r"|works?|working|used|uses?|stands?|called|says?|said|exactly|actually|really|basically|simply|simple|plain|even"
    r"|precisely|properly|bit|part|mate|bro|bruv|fam|man|dude|folks|guys|lol|lmao|tho|innit|lads?|please|kindly|exam|dummies|beginners?|english"
    r"|anyways?|u[hm]+|erm?|times|people|they|one|ment|matters?|happens?|affects?|compared?|differs?|different"
    r"|difference|vs|versus|clarify|remind|describe|quickly|briefly|dose|def|wtf|tf|eli5|heck|hell|supposed|refers?"
    r"|represents?|measures?|tells?|shows?|heard|hearing|asks?|asked|asking)"
)
"""Words beside a term that are no part of it."""
_CONNECTS = "per"
"""A small word that may stand inside a term: "net asset value per share"."""
_SOUNDS = r"(?:,? (?:u[hm]+|er|like),?)*"
_THEN = (
    rf"(?:'s)?(?:(?: the)? (?:heck|hell))?{_SOUNDS}"
    rf"(?: (?:is|are|of|an?|the|me|us|to me|it|even|exactly|what|does|do|means?){_SOUNDS})*[ \"'“‘(]*"
)
_ASKED = re.compile(
    rf"\b(?:what|wots?|whats|define|explain(?:ing)?(?: how)?|clarify|describe|meaning|definition|concept|meant by"
    rf"|mean by"
    rf"|wtf|tf|how (?:does|do)|which thing is){_THEN}\Z"
)
"""Right before a term that is asked about."""
_MOST_WORDS = 6
_JOINS = frozenset({"n", "an", "nd", "adn"})


def spoken_term(piece: str, start: int, reading: Reading) -> str:
    """`piece`, which stands at `start` of the question, with the words that belong to it; or itself."""
    text = reading.text
    first, last = start, start + len(piece)
    for word in _after(text, last):
        last = word
    for word in _before(text, first):
        first = word
    first = _without_ask(text, first, last)
    if not (first == 0 or is_asked_about(first, reading)):
        first, is_asked = start, _ENDS.match(text, last) and len(text[start:last].split()) <= len(piece.split()) + 2
        if not is_asked:
            return piece
    whole = text[first:last]
    taken = [*_names(reading), *reading.periods]
    is_clear = not any(span.start < last and first < span.end for span in taken if span.text not in piece)
    return whole if is_clear and len(whole.split()) <= _MOST_WORDS else piece


def asked_terms(reading: Reading, *, with_names: bool = False) -> list[str]:
    """The expressions right after words that ask what something means; those with a name in them where that is said."""
    text, at = reading.text, 0
    found: list[str] = []
    for word in _WORD.finditer(text):
        if word.start() < at or not _belongs(word[0]) or not is_asked_about(word.start(), reading):
            continue
        first = start = word.start()
        at = max((word.end(), *_after(text, word.end())))
        if (owned := _OWNED.match(text, at)) and _belongs(owned["first"]):  # "what a bank's equity ratio is"
            start, at = owned.start("first"), max((owned.end(), *_after(text, owned.end())))
        if with_names or not any(name.start < at and first < name.end for name in _names(reading)):
            found.append(text[start:at])
    return found


def owns_another(end: int, reading: Reading) -> bool:
    """Whether what ends here only says whose the next thing is: "a bank's equity ratio"."""
    return _OWNED.match(reading.text, end) is not None


def is_asked_about(start: int, reading: Reading) -> bool:
    """Whether the words before a place of the question ask what is named there."""
    return _ASKED.search(mended_words(reading.text[:start])) is not None


def _names(reading: Reading) -> list[Span]:
    """The names that are no plain word besides, such as "gap"."""
    return [name for name in reading.names if not (name.text.islower() and is_word(name.text))]


def _after(text: str, end: int) -> Iterator[int]:
    """The ends of the longer and longer pieces to the right."""
    while gap := _GAP.match(text, end):
        word = _WORD.match(text, gap.end())
        if word is None:
            return
        if word[0].lower() == _CONNECTS or (word[0].lower() == "to" and _OF_RATIO.search(text[:end])):
            word = _WORD.match(text, word.end() + 1)
        if word is None or not _belongs(word[0]):
            return
        end = word.end()
        yield end


def _before(text: str, start: int) -> Iterator[int]:
    """The starts of the longer and longer pieces to the left."""
    while start and text[start - 1] in " -":
        words = list(_WORD.finditer(text[: start - 1]))
        if not words or words[-1].end() != start - 1 or not _belongs(words[-1][0]):
            return
        start = words[-1].start()
        if text[:start].endswith(("'", "\N{RIGHT SINGLE QUOTATION MARK}")):
            return
        yield start


def _belongs(word: str) -> bool:
    """Whether `word` could be part of an expression."""
    said = word.lower()
    meant = mended(said) or said
    if said in _JOINS:
        return False
    return not (said in FUNCTION_WORDS or meant in FUNCTION_WORDS or _AROUND_ENDS.fullmatch(meant))


def _without_ask(text: str, start: int, end: int) -> int:
    """Where a piece starts without the words of asking at its front: "defintion of free cash flow"."""
    while (word := _WORD.match(text, start)) and word.end() < end and not _belongs(word[0]):
        start = word.end() + 1
    return start
