"""Traces one number to the figure it is: same subject, attribute, unit, value and direction."""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.turn.attributes import CHANGES, DAILY, DAY_WORDS, YEARLY, find_directions, speaks_of_a_year
from bot.turn.attribution import QUALIFIED, attributes_of, is_neutral, said_direction
from bot.turn.belonging import subject_of
from bot.turn.parsed import BOUNDARY, IMAGINED, IMAGINED_AFTER, NEGATION, Parsed, clause_span, run_of, spans_of
from bot.turn.subjects import PLANNING, Mention, Subjects
from bot.turn.support import Support
from bot.turn.words import NEUTRAL, OPENERS

if TYPE_CHECKING:
    from bot.turn.basis import Basis, Fact
    from bot.turn.claims import Claim
    from tools.values import Figure

    Told = tuple[str, Figure, str]
    """(text as written, figure, tool)"""

_OTHER_BASIS = re.compile(
    r"\b(?:inflation[- ]adjusted|(?:in )?real terms|(?:before|after|net of|excluding) (?:inflation|fees|tax(?:es)?|costs|currency)|hedged|leveraged|constant currency|risk[- ]adjusted)\b",
    re.IGNORECASE,
)
_SO_DID = re.compile(r"\b(?:so|as) did\b|\blikewise\b|\bthe same (?:as|for|goes|is true)\b|\bdid too\b", re.IGNORECASE)
_PART_OF = re.compile(r" of (?:its |their |the |your |all )*(?=[a-zA-Z])")
_MILD = frozenset(
    """
    had have has been was is were bit a little lot rather even initially eventually ultimately too price delivered gave
    suffered saw ended finished produced made brought also itself
    """.split()
)
"""Words between a subject and its move that leave the move its own."""

_RIVALRY = re.compile(
    r"\b(?:versus|vs\.?|against|compared (?:to|with)) (?:an? |the )?(?:[a-z]+ ){0,3}?(?:of )?$", re.IGNORECASE
)
PRIMARY = frozenset({
    "price", "end price", "market value", "market cap", "value at the end", "converted amount", "amount", "exchange rate",
    "total return", "price change", "day change", "time-weighted return", "gain", "gain in percent", "weight",
    "monthly payment", "amount borrowed", "dividend income", "alert price", "annual rate", "dividend yield",
})  # fmt: skip
"""What a number may be that no word describes: "Apple: $126.04 (-3.1%)"."""


class Tracer:
    """Finds the figures of one turn that numbers in sentences are."""

    def __init__(self, basis: Basis, subjects: Subjects) -> None:
        self._basis = basis
        self._subjects = subjects
        self._support = Support(basis, subjects)

    def trace(self, parts: Parsed, place: int, claim: Claim, figures: list[Told]) -> list[Fact] | None:
        """The facts that the number may be; [] when something else supports it; None when nothing does."""
        if claim.value is None:
            return None
        owners, mention = subject_of(parts.text, claim.start, claim.end, parts.mentions, parts.cues)
        wanted = self._owners(parts, place, owners, mention)
        found: list[Fact] = []
        for owner in wanted:
            facts = [
                fact for fact in self._basis.facts.get(owner, ()) if self._is_it(parts, place, claim, fact, mention)
            ]
            if not facts:
                found = []
                break
            found += facts
        if found:
            figures += [(claim.text.strip(), fact.figure, fact.tool) for fact in found[: max(1, len(wanted))]]
            return found
        if self._support.supports(parts, claim, wanted):
            return []
        return None

    def _owners(
        self, parts: Parsed, place: int, owners: tuple[str | None, ...] | None, mention: Mention | None
    ) -> list[str]:
        """Whom the number is about; [] when that can't be said. All of several when it is told of them together."""
        rivals = [other for other in parts.mentions if other.role == "oblique"]
        if (
            (
                place
                and len(rivals) == 1
                and _RIVALRY.search(parts.text[parts.claims[place - 1].end : parts.claims[place].start])
            )
            and mention is not None
            and mention.end < parts.claims[place - 1].start
            and len(rivals[0].symbols) == 1
        ):
            owners = rivals[0].symbols  # "Apple outperformed Microsoft, returning 5% versus 3%"
        if owners is None or owners == ():
            only = self._subjects.only()
            if only is not None:
                return [only]
            return self._pair_of(parts)
        if None in owners:
            return []
        if len(owners) == 1 or mention is None:
            return [owner for owner in owners if owner is not None]
        run = run_of(parts, place)
        if len(run) == len(owners):
            return [str(owners[run.index(place)])]
        return [str(owner) for owner in owners] if len(run) == 1 else []

    def _pair_of(self, parts: Parsed) -> list[str]:
        """The one currency pair of the evidence whose two currencies the sentence names."""
        said = frozenset().union(*(claim.currencies for claim in parts.claims)) | frozenset(
            re.findall(r"\b[A-Z]{3}\b", parts.text)
        )
        pairs = [name for name in self._subjects.names if re.fullmatch(r"[A-Z]{3}/[A-Z]{3}", name)]
        fitting = [name for name in pairs if set(name.split("/")) <= said]
        return fitting if len(fitting) == 1 else []

    def _is_it(self, parts: Parsed, place: int, claim: Claim, fact: Fact, mention: Mention | None) -> bool:
        """Whether the number is this figure: value, unit, attribute, qualifiers and direction."""
        figure = fact.figure
        if not isinstance(figure.value, Decimal) or not claim.fits(figure.value):
            return False
        cues, strong = attributes_of(parts, place, claim, mention)
        if not self._unit_fits(parts, claim, figure, strong=strong):
            return False
        if figure.attribute in CHANGES and not self._acts_itself(parts, claim, mention):
            return False
        if cues is None:
            if figure.attribute not in PRIMARY or not is_neutral(parts, place, claim, mention):
                return False
        elif figure.attribute not in cues:
            return False
        return self._qualified(parts, place, claim, fact) and self._directed(parts, place, claim, figure)

    @staticmethod
    def _acts_itself(parts: Parsed, claim: Claim, mention: Mention | None) -> bool:
        """Whether the change is the subject's own: not that of "Apple phones", of its customers, or after inflation."""
        text = parts.text
        if _OTHER_BASIS.search(text) or _SO_DID.search(text):
            return False
        if claim.kind == "percent" and (match := _PART_OF.match(text, claim.end)):
            place = match.end()
            named = spans_of(parts.cues, (other for other in parts.mentions if other.role != "weak"))
            if not any(start <= place <= end for start, end in named):
                return False
        if mention is None or mention.end > claim.start:
            return True
        verb = next((cue for cue in parts.cues if mention.end <= cue.start < claim.start), None)
        between = text[mention.end : verb.start] if verb is not None else ""
        if (
            verb is None
            or BOUNDARY.search(between)
            or not any(move.start == verb.start for move in find_directions(text))
        ):
            return True
        words = re.findall(r"[a-z][\w'’-]*", re.sub(r"^['’]s?", "", between).lower())
        return all(word in NEUTRAL or word in OPENERS or word in _MILD or word.endswith("ly") for word in words)

    def _unit_fits(self, parts: Parsed, claim: Claim, figure: Figure, *, strong: bool) -> bool:  # noqa: C901, PLR0911
        unit = figure.unit
        match claim.kind:
            case "percent":
                return unit == "percent"
            case "percentage points":
                return unit == "percent" and figure.attribute == "drift"
            case "change":
                return unit == "percent" and figure.attribute in CHANGES
            case "multiple":
                return unit == "ratio"
            case "shares":
                return unit in ("shares", "count")
            case "points":
                return unit == "points"
            case "money":
                if unit != "money":
                    return False
                if figure.currency is not None:
                    return figure.currency in claim.currencies
                asked = frozenset().union(*(said.currencies for said in self._basis.asked_claims))
                return bool(claim.currencies & asked)
            case "number":
                if unit == "money" and figure.currency is not None and not strong:
                    return False
                follows = re.match(r"[ -]([a-z]+)", parts.text[claim.end :])
                is_counted = (
                    follows is not None
                    and follows[1] not in NEUTRAL
                    and not any(cue.start == claim.end + 1 for cue in parts.cues)
                )
                return unit in ("ratio", "count", "shares", "points", "money") and not is_counted
            case _:
                return False

    def _qualified(self, parts: Parsed, place: int, claim: Claim, fact: Fact) -> bool:  # noqa: PLR0911
        """Whether words such as "a year", "on the day", "will" and "not" let the number be this figure."""
        text, figure = parts.text, fact.figure
        attribute = figure.attribute
        start = parts.claims[place - 1].end if place else 0
        beside = text[start : claim.start]
        told_of_year = QUALIFIED.match(text, claim.end) is not None or speaks_of_a_year(beside)
        if attribute in YEARLY and attribute != "annual rate" and not told_of_year:
            return False
        if attribute in CHANGES - YEARLY and told_of_year and not re.search(r"\b(?:over|in|for|of) the year\b", beside):
            return False
        if attribute.startswith("monthly") and "month" not in (beside + text[claim.start : claim.end + 24]).lower():
            return False
        clause = parts.clause(claim.start)
        if attribute in CHANGES:
            near = clause + text[claim.start : claim.end + 40]
            of_day = DAY_WORDS.search(near) is not None or DAY_WORDS.search(text[: claim.start]) is not None
            others = any(
                other.figure.attribute in CHANGES - DAILY - {"gain", "gain in percent"}
                for other in self._basis.facts.get(figure.subject, ())
            )
            if attribute in DAILY and others and not of_day:
                return False
            if attribute not in DAILY and DAY_WORDS.search(near) and not self._basis.is_short(fact):
                return False
        imagined = (
            figure.subject not in PLANNING and not attribute.startswith(("next", "alert")) and "/" not in figure.subject
        )
        if imagined and attribute != "money to target" and IMAGINED.search(clause):
            return False
        rest = text[claim.end : clause_span(text, claim.end)[1]]
        if imagined and attribute != "money to target" and IMAGINED_AFTER.search(rest):
            return False
        return not NEGATION.search(clause)

    def _directed(self, parts: Parsed, place: int, claim: Claim, figure: Figure) -> bool:  # noqa: PLR0911
        """Whether sign and direction words fit the figure's sign."""
        if not isinstance(figure.value, Decimal):
            return False
        sign = (figure.value > 0) - (figure.value < 0)
        said = said_direction(parts, place, claim)
        if figure.attribute in (
            "maximum drawdown",
            "daily value at risk",
            "daily value at risk in money",
            "daily expected shortfall",
        ):
            return claim.sign <= 0 and said <= 0
        if figure.attribute == "money to target":
            near = parts.text[claim.end : claim.end + 24]
            if re.search(r"\b(?:above|over)\b", near):
                return sign < 0
            return sign > 0 or (bool(re.search(r"\b(?:below|under)\b", near)) is False and claim.sign == sign)
        if claim.sign and claim.kind != "change":
            return claim.sign == sign and said != -sign
        if figure.attribute in CHANGES:
            if claim.kind == "change":
                return claim.sign == sign
            if sign < 0:
                return said < 0
            return said >= 0
        return sign >= 0 or claim.sign < 0
