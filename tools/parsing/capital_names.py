"""Names by their capitals: what nothing else is known of, but is written as a name."""

from __future__ import annotations

import re

from tools.parsing.exchanges import parse_exchange
from tools.parsing.question_words import common_words, is_word
from tools.parsing.spans import Span

_LETTERS = re.compile(r"[^\W\d_]+")
_SENTENCE_STARTS = re.compile(r"(?:^|[.?!:]\s)[\"'“(]*\Z")
_WRITTEN_AS_NAME = re.compile(
    r"(?<![\w'’&.-])[A-Z][\w-]*(?: (?:(?:of|de|du|y|e|et|und|da|do|dos|del|della|di"
    r"|&) (?:the )?)?(?!I\b)[A-Z][\w-]*){0,4}(?![\w])"
)
OF_PLACE = re.compile(
    r"(?<![\w'’&.-])(?:(?:royal |national )?bank of|air) (?P<place>[a-z]{4,}(?: [a-z]{4,})?)(?![\w'’])"
)
"""A bank or an airline that is called by its place, in small letters: "bank of ireland", "air canada"."""
_FIRST_WORDS = re.compile(r"\A[\w-]+(?: (?:of|de|du|y|e|et|und|da|do|dos|del|della|di|&)(?: the)?)?(?: |\Z)")
NO_NAMES = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august"
    " september october november december christmas easter mr mrs ms dr english french german spanish italian"
    " thanksgiving juneteenth diwali ramadan eid hanukkah ishares spdr xtrackers".split()
) | {
    *("boxing day", "labor day", "labour day", "memorial day", "new year", "new years", "good friday", "columbus day"),
    *("independence day", "easter monday", "black friday", "christmas eve", "christmas day", "veterans day"),
    *("lunar new year", "chinese new year", "golden week", "presidents day", "bank holiday"),
}
"""Written with a capital, but no names to look up: days, months, holidays, languages; nor houses of funds alone."""


def _of_place(match: re.Match[str]) -> Span | None:
    """The piece up to the end of a place that has an exchange, of one word or two."""
    place = match["place"]
    for end in (len(place), place.find(" ")):
        if end > 0 and parse_exchange(place[:end]) is not None:
            until = match.start("place") + end
            return Span(match.start(), until, match.string[match.start() : until])
    return None


def capital_names(text: str) -> list[Span]:
    """What is written as a name in the middle of a sentence: "Swiss Re", "Bank of Ireland", "Google Docs".

    Nothing of a text that is all in capitals, or has a capital on most of its words.
    """
    small = [span for match in OF_PLACE.finditer(text) if (span := _of_place(match))]
    words = _LETTERS.findall(text)
    if 2 * sum(word[0].isupper() for word in words) > len(words) + 2:
        return small
    found = small
    for match in _WRITTEN_AS_NAME.finditer(text):
        start, run = match.start(), match[0]
        if _SENTENCE_STARTS.search(text[:start]) and run.split(" ")[0].lower() in common_words():
            rest = _FIRST_WORDS.sub("", run)
            start, run = start + len(run) - len(rest), rest
        is_plain = " " not in run and is_word(run.lower())
        if run and run.lower() not in NO_NAMES and not (is_plain or run.isupper()):
            found.append(Span(start, start + len(run), run))
    return found
