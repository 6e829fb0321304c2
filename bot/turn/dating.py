"""Checks the times of a sentence: each must be known, and be the time of the figure that it is told with."""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING

from bot.turn.attributes import CHANGES, COMPANIONS, DAILY
from bot.turn.belonging import subject_of
from bot.turn.parsed import Parsed, clause_span

if TYPE_CHECKING:
    from bot.turn.basis import Basis, Fact
    from bot.turn.times import Time

_LASTING = CHANGES - DAILY - {"gain", "gain in percent", "drift", "growth"} | {
    "annualised volatility",
    "maximum drawdown",
}


class Dating:
    """The times of one turn's evidence."""

    def __init__(self, basis: Basis) -> None:
        self._basis = basis

    def fits(self, parts: Parsed, time: Time, matched: dict[int, list[Fact]]) -> bool:
        """Whether a time may be told; `matched` are the facts of each number of the sentence, by its place."""
        facts = self._facts_told_with(parts, time, matched)
        if time.kind == "day" and time.year_known and not self._day_belongs(parts, time, matched):
            return False
        if time.kind == "day" and not self._span_belongs(parts, time, facts):
            return False
        return self._basis.supports_time(parts.text, time, facts)

    def _span_belongs(self, parts: Parsed, time: Time, facts: list[Fact]) -> bool:
        """A return is not of one day; "from … to …" names the days it was measured between, in their order."""
        lasting = [fact for fact in facts if fact.figure.attribute in _LASTING]
        before = parts.text[max(0, time.start - 12) : time.start].lower()
        if lasting and len(lasting) == len(facts) and re.search(r"\bon (?:the )?$", before):
            return any(self._basis.is_short(fact) for fact in lasting)
        others = [other for other in parts.times if other.kind == "day" and other.end <= time.start]
        if (
            not others
            or time.first is None
            or others[-1].first is None
            or not time.year_known
            or not others[-1].year_known
        ):
            return True
        if not re.fullmatch(r" ?(?:to|and|through|until|till|-|–) ?", parts.text[others[-1].end : time.start]):
            return True
        if not re.search(
            r"\b(?:from|between|over|period|[(:,]) ?$",
            parts.text[max(0, others[-1].start - 12) : others[-1].start].rstrip() + " ",
            re.IGNORECASE,
        ):
            return True
        windows = [self._basis.windows[fact.result] for fact in lasting if fact.result in self._basis.windows]
        if not windows:
            windows = list(self._basis.windows.values())
        return others[-1].first < time.first and (not windows or (others[-1].first, time.first) in windows)

    def _facts_told_with(self, parts: Parsed, time: Time, matched: dict[int, list[Fact]]) -> list[Fact]:
        """The facts of the number that the time is said of: in its clause, else the one before it, else after."""
        begin, end = clause_span(parts.text, time.start)
        inside = [place for place in matched if begin <= parts.claims[place].start < end]
        before = [place for place in matched if parts.claims[place].start < time.start]
        after = [place for place in matched if parts.claims[place].start > time.start]
        chosen = inside or (before[-1:] if before else after[:1])
        return [fact for place in chosen for fact in matched[place]]

    def _day_belongs(self, parts: Parsed, time: Time, matched: dict[int, list[Fact]]) -> bool:
        """A day right after a value is that value's day; a day told of earnings, dividends or splits is theirs."""
        before = [place for place in matched if parts.claims[place].end <= time.start]
        owners, _ = subject_of(parts.text, time.start, time.end, parts.mentions, parts.cues)
        if before:
            claim = parts.claims[before[-1]]
            gap = parts.text[claim.end : time.start]
            if re.fullmatch(
                r",? ?(?:a share,? |per share,? )?(?:on|as of|at the close (?:on|of)|\(|hit on|reached on|seen on|ex-dividend)? ?\(?",
                gap,
            ):
                return self._is_companion(time, matched[before[-1]])
        if re.search(
            r"\b(?:as of|as at|through|until|up to|data to) (?:the )?$", parts.text[: time.start], re.IGNORECASE
        ):
            return True
        own = [
            cue
            for cue in parts.cues
            if cue.end <= time.start and (not before or cue.start >= parts.claims[before[-1]].end)
        ]
        if not own or not owners or None in owners:
            return not (own and own[-1].attributes & {"next earnings"} and self._dated(own[-1].attributes) == [])
        dated = [
            fact
            for owner in owners
            for fact in self._basis.facts.get(str(owner), ())
            if isinstance(fact.figure.value, date) and fact.figure.attribute in own[-1].attributes
        ]
        wants_date = own[-1].attributes & {
            "next earnings", "last dividend date", "next ex-dividend date", "last split date", "next dividend payment",
            "high date", "low date", "next open", "next close", "next holiday", "newest headline",
        }  # fmt: skip
        if not wants_date:
            return True
        if not dated:
            levels = own[-1].attributes & {"high", "low"}
            return bool(levels) and bool(parts.claims)
        return any(_same_day(fact.figure.value, time.first) for fact in dated)

    def _dated(self, attributes: frozenset[str]) -> list[Fact]:
        return [
            fact
            for fact in self._basis.all_facts()
            if fact.figure.attribute in attributes and isinstance(fact.figure.value, date)
        ]

    def _is_companion(self, time: Time, facts: list[Fact]) -> bool:
        """Whether the day is the one of these figures, where they have one."""
        known = False
        for fact in facts:
            companion = COMPANIONS.get(fact.figure.attribute)
            days = [
                other.figure.value
                for other in self._basis.facts.get(fact.figure.subject, ())
                if other.result == fact.result and other.figure.attribute == companion
            ]
            as_of = fact.figure.source.as_of
            if not days and as_of is None:
                continue
            known = True
            if any(_same_day(day, time.first) for day in days or [as_of]):
                return True
        return not known


def _same_day(value: object, day: date | None) -> bool:
    if not isinstance(value, date) or day is None:
        return False
    return (value.date() if isinstance(value, datetime) else value) == day
