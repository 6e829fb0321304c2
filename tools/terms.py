"""Which pieces of a question could be a finance term, slips allowed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.knowledge.entries import mended_term
from tools.parsing.finders import inside_longer
from tools.parsing.question_words import is_word, mended
from tools.parsing.spans import FUNCTION_WORDS

if TYPE_CHECKING:
    from tools.context import ToolContext
    from tools.parsing.spans import Span

_LETTERS = re.compile(r"[^\W\d_]+")
_SHORTEST_SLIP, _SHORTEST_SINGLE = 4, 6
"""Letters of a word that may be a finance word with a slip in it, among others and alone."""


def narrow_terms(spans: list[Span], context: ToolContext) -> list[Span]:
    """Candidates for a term: those of the glossary where there are any, without those inside a longer one."""
    terms = [span for span in spans if context.knows_term(span.text) or is_misspelt_term(span.text, context)]
    return [span for span in terms or spans if not inside_longer(span, terms)]


def is_misspelt_term(text: str, context: ToolContext) -> bool:
    """Whether `text` is a term of the glossary with a slip in a word of it: "expnese ratio", "amortizaton"."""
    words = text.split(" ")
    if (mended(words[0]) or words[0].lower()) in FUNCTION_WORDS or context.knows_term(text):
        return False
    common = " ".join(mended(word) or word for word in words)
    if len(words) > 1 and common != text and context.knows_term(common):
        return True
    wrong = [word for word in _LETTERS.findall(text) if not is_word(word.lower())]
    shortest = _SHORTEST_SLIP if len(words) > 1 else _SHORTEST_SINGLE
    if not wrong or min(map(len, wrong)) < shortest or (len(words) == 1 and common != text):
        return False  # a single word that is a slip of a common one is read as that, asked about or not
    meant = mended_term(text)
    return meant is not None and meant != text.lower() and context.knows_term(meant)
