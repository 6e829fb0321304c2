"""Traces every figure, date and name that a model wrote to this turn's evidence, and withholds sentences that can't be.

A number counts as traced when one figure has its value within the rounding shown, its unit and currency, its subject
and its attribute, and when no word says the wrong direction. The person's own words support dates, lengths of time
and amounts, but never a claim about a listing. What can't be read with certainty is withheld: the figures themselves
are shown from the tool results anyway.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.turn.attributes import CHANGES, find_cues
from bot.turn.basis import Basis
from bot.turn.claims import find_claims
from bot.turn.comparisons import false_comparison
from bot.turn.dating import Dating
from bot.turn.directions import false_direction
from bot.turn.parsed import Parsed, mask, overlaps, spans_of
from bot.turn.readable import unreadable
from bot.turn.sentences import split_sentences
from bot.turn.subjects import Subjects
from bot.turn.times import find_times
from bot.turn.tracing import Tracer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.messages import ToolResult
    from bot.turn.basis import Fact
    from tools.values import Figure

_MOST_CLAIMS = 40
_MARKS = re.compile(r"[*_`~#>]+")
_BULLET = re.compile(r"^\s*(?:[-*+•–>#]+\s+|\d{1,2}[.)]\s+)+")
_UNTRACED = re.compile(r"[\d%‰$€£¥₹₩₽₺₪]|\b(?:percent|per cent)\b(?<!in percent)", re.IGNORECASE)


@dataclass(frozen=True)
class Checked:
    """What may be shown and what may not. `figures` are (text as written, figure, tool) of the kept sentences."""

    kept: tuple[str, ...]
    withheld: tuple[str, ...]
    figures: tuple[tuple[str, Figure, str], ...]


@dataclass
class Context:
    """What a sentence leaves to the next: whom it spoke of, and of what."""

    subjects: tuple[str | None, ...] = ()
    attributes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one sentence; `reason` says why it is withheld, "" when it is kept."""

    sentence: str
    reason: str = ""
    figures: tuple[tuple[str, Figure, str], ...] = ()

    @property
    def kept(self) -> bool:
        """Whether it may be shown."""
        return not self.reason


class Grounding:
    """Checks the text of one turn against its evidence."""

    def __init__(self, evidence: Sequence[ToolResult], question: str, known_name: Callable[[str], str | None]) -> None:
        self._basis = Basis(evidence, question)
        self._subjects = Subjects(evidence, question, known_name)
        self._tracer = Tracer(self._basis, self._subjects)
        self._dating = Dating(self._basis)

    def check(self, text: str) -> Checked:
        """Every sentence of `text`, kept or withheld, in order."""
        context = Context()
        verdicts = [self.check_sentence(sentence, context) for sentence in split_sentences(text)]
        return Checked(
            tuple(verdict.sentence for verdict in verdicts if verdict.kept),
            tuple(verdict.sentence for verdict in verdicts if not verdict.kept),
            tuple(figure for verdict in verdicts for figure in verdict.figures),
        )

    def check_sentence(self, sentence: str, context: Context) -> Verdict:
        """One sentence; `context` is changed to what it leaves to the next."""
        reason = unreadable(sentence)
        if reason:
            context.subjects, context.attributes = (None,), None
            return Verdict(sentence, reason)
        parts = self._read(sentence, context)
        figures: list[tuple[str, Figure, str]] = []
        reason = self._judge(parts, figures) if isinstance(parts, Parsed) else parts
        if isinstance(parts, Parsed):
            self._carry(parts, context, withheld=bool(reason))
        else:
            context.subjects, context.attributes = (None,), None
        return Verdict(sentence, reason, () if reason else tuple(figures))

    def _read(self, sentence: str, context: Context) -> Parsed | str:
        """Everything said in the sentence, or why it can't be told."""
        text = " ".join(_MARKS.sub("", _BULLET.sub("", sentence)).split())
        for command in self._basis.commands:
            text = text.replace(command, " " * len(command))
        basis, subjects = self._basis, self._subjects
        named = subjects.named(text)
        spans = spans_of(named)
        cues = tuple(cue for cue in find_cues(text, basis.unlisted) if not overlaps(cue.start, cue.end, spans))
        known = [
            (cue.start, cue.end)
            for cue in cues
            if any(character.isdigit() for character in cue.text) and cue.attributes & basis.attributes
        ]
        masked = mask(text, [*spans, *known])
        times = find_times(masked)
        masked = mask(masked, spans_of(times))
        claims = find_claims(masked)
        if len(claims) > _MOST_CLAIMS:
            return "too many numbers"
        bare = mask(masked, spans_of(claims))
        if match := _UNTRACED.search(bare):
            return f"“{match[0]}” can't be read as a number"
        cues = tuple(cue for cue in cues if not overlaps(cue.start, cue.end, spans_of(times)))
        taken = [*spans, *spans_of(cues, times, claims)]
        strangers, bad = subjects.strangers(text, named, taken)
        if bad:
            return f"“{bad}” is in neither the evidence nor the question"
        mentions = subjects.mentions(text, [*named, *strangers], context.subjects, cues)
        return Parsed(text, mentions, cues, times, claims, context.attributes)

    def _carry(self, parts: Parsed, context: Context, *, withheld: bool) -> None:
        plain = [mention for mention in parts.mentions if mention.role == "subject"]
        if plain:
            distinct = dict.fromkeys(symbol for mention in plain for symbol in mention.symbols)
            context.subjects = tuple(distinct)
        elif not any(mention.role == "pronoun" for mention in parts.mentions) and parts.claims:
            context.subjects = context.subjects or ()
        if withheld and None in context.subjects:
            context.subjects = (None,)
        spoken = [cue for cue in parts.cues if cue.attributes - CHANGES or not cue.attributes]
        is_lead = parts.text.endswith(":") or (not parts.claims and not re.search(r"[.!?]$", parts.text))
        if spoken and (is_lead or len(spoken) == 1):
            context.attributes = spoken[-1].attributes
        elif parts.cues or parts.text[-1:] in ".!?":
            context.attributes = None

    def _judge(self, parts: Parsed, figures: list[tuple[str, Figure, str]]) -> str:
        """Why the sentence can't be told; "" when it can. Traced figures are added to `figures`."""
        matched: dict[int, list[Fact]] = {}
        for place, claim in enumerate(parts.claims):
            found = self._tracer.trace(parts, place, claim, figures)
            if found is None:
                return f"“{claim.text.strip()}” has nothing to rest on"
            matched[place] = found
        for time in parts.times:
            if not self._dating.fits(parts, time, matched):
                return f"“{time.text}” has nothing to rest on"
        return false_direction(parts, self._basis) or false_comparison(
            parts.text, parts.mentions, parts.cues, self._basis
        )
