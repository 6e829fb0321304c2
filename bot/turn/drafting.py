"""What may be shown of an answer while its model still writes it: whole sentences that the checked answer will hold.

A verdict of `grounding` follows from the sentence and those before it, so that what comes later never changes one. What
can change is where a sentence ends and what `policy` takes out: so the last sentence waits for a word after it, and
nothing is shown from a sign on over which later text may decide (a tag, a link or code that is begun). Where a text
turns out not to be the answer all the same (a call follows it, its model fails, it was only thought), an empty draft
takes it back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.turn.grounding import Context
from bot.turn.policy import LONGEST_TEXT, clean_model_text
from bot.turn.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.messages import ToolResult
    from bot.turn.grounding import Grounding

    OnText = Callable[[str, Sequence[ToolResult]], None]
    """Hears, live, all that a model has written for people so far, and what was found by then; "" takes it back."""

_UNSETTLED = re.compile(r"[<\[`]|~~~|&(?=#|\w{2})")
"""A sign that may begin what is taken out."""
_LONGEST_READ = 2 * LONGEST_TEXT
"""Characters of a text that are read with each of its words: an answer has fewer."""


def unheard(_text: str, _results: Sequence[ToolResult]) -> None:
    """Where nobody watches."""


class Drafting:
    """The drafts of one turn: `check` reads texts against evidence, `tell` hears the sentences to show, a growing list.

    `tell` hears an empty list when what it heard before is not to be shown any longer.
    """

    def __init__(
        self,
        check: Callable[[Sequence[ToolResult]], Grounding],
        tell: Callable[[Sequence[str], Sequence[ToolResult]], None],
    ) -> None:
        self._check, self._tell = check, tell
        self._is_over = False
        """A text was not what it seemed: of the models' texts nothing more is shown before the answer."""
        self._begin(())

    def _begin(self, results: Sequence[ToolResult]) -> None:
        self._text, self._count = "", len(results)
        self._grounding: Grounding | None = None
        self._context = Context()
        self._read: tuple[str, ...] = ()
        self._kept: list[str] = []

    def __call__(self, text: str, results: Sequence[ToolResult]) -> None:
        """The model has written `text` so far.

        Before anything was found nothing is shown: what is written then most often only announces a look-up.
        """
        if not text or not text.startswith(self._text) or len(results) != self._count:
            self._take_back(results)
        if self._is_over or not text or not any(result.ok for result in results):
            return
        before, self._text = self._text, text
        if any(character.isspace() for character in text[len(before) :]):  # a word more is whole
            self._read_on(text, results)

    def _take_back(self, results: Sequence[ToolResult]) -> None:
        if self._kept:
            self._tell((), results)
        self._begin(results)

    def _read_on(self, text: str, results: Sequence[ToolResult]) -> None:
        """Check the sentences that have been ended since the last time."""
        sentences = _ended(text)
        if sentences is None or sentences[: len(self._read)] != self._read:
            self._take_back(results)
            self._is_over = True
            return
        if len(sentences) == len(self._read):
            return
        if self._grounding is None:
            self._grounding = self._check(results)
        verdicts = [self._grounding.check_sentence(each, self._context) for each in sentences[len(self._read) :]]
        self._read = sentences
        if kept := [verdict.sentence for verdict in verdicts if verdict.kept]:
            self._kept += kept
            self._tell(tuple(self._kept), results)


def _ended(text: str) -> tuple[str, ...] | None:
    """The sentences of a text that have ended, before the first sign over which later text decides.

    None where what was written since takes them out, as the end of a thought does, or where it is no answer's length.
    """
    if len(text) > _LONGEST_READ:
        return None
    sign = _UNSETTLED.search(text)
    *ended, last = split_sentences(clean_model_text(_whole_words(text[: sign.start()] if sign else text))) or ("",)
    if not any(character.isalnum() for character in last):  # "fell 29.6%. **": a word after it may go on with it
        ended = ended[:-1]
    if sign and split_sentences(clean_model_text(text))[: len(ended)] != tuple(ended):
        return None
    return tuple(ended)


def _whole_words(head: str) -> str:
    """Without a last word that may go on."""
    if not head or head[-1].isspace():
        return head
    return head[: -len(head.rsplit(maxsplit=1)[-1])]
