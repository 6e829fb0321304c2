"""Traces every figure, date and name that a model wrote to this turn's evidence, and withholds sentences that can't be.

A number counts as traced when one figure has its value within the rounding shown, its unit and currency, its subject
and its attribute, and when no word says the wrong direction. The person's own words support dates, lengths of time
and amounts, but never a claim about a listing. What can't be read with certainty is withheld: the figures themselves
are shown from the tool results anyway.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.turn.attributes import (
    CHANGES,
    COMPANIONS,
    DAILY,
    DAY_WORDS,
    LEVELS,
    YEARLY,
    Cue,
    find_cues,
    find_directions,
    speaks_of_a_year,
)
from bot.turn.basis import Basis, Fact, Quote, content_words, speaks_alike
from bot.turn.claims import Claim, find_claims
from bot.turn.comparisons import false_comparison
from bot.turn.sentences import split_sentences
from bot.turn.subjects import PLANNING, PORTFOLIO, Mention, Subjects, subject_of
from bot.turn.times import Time, find_times
from bot.turn.words import NEUTRAL, OPENERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.messages import ToolResult
    from tools.values import Figure

LONGEST_SENTENCE = 700
_MOST_CLAIMS = 40
_MARKS = re.compile(r"[*_`~#>]+")
_BULLET = re.compile(r"^\s*(?:[-*+•–>#]+\s+|\d{1,2}[.)]\s+)+")
_TABLE_ROW = re.compile(r"\|.*\|")
_UNTRACED = re.compile(r"[\d%‰$€£¥₹₩₽₺₪]|\b(?:percent|per cent)\b(?<!in percent)", re.IGNORECASE)
_BOUNDARY = re.compile(r"[,;:()—–]|\b(?:while|whereas|but|and|although|though|compared)\b")
_NEGATION = re.compile(r"\b(?:not|never|no longer|hardly|failed to|fails to|rather than|instead of|without)\b|n['’]t\b", re.IGNORECASE)
_IMAGINED = re.compile(
    r"\b(?:will|would|could|might|(?-i:may)|should|shall|if|going to|expect(?:ed|s)? to|likely to|set to|poised to|predict\w*|project(?:ed|ion)\w*|forecast\w*"
    r"|target(?:ed|ing)|hypothetical\w*|imagine|suppose|potential(?:ly)?)\b",
    re.IGNORECASE,
)
_IMAGINED_AFTER = re.compile(r"\b(?:will|would|could|might|(?-i:may)|should|shall|never|not)\b|n['’]t\b", re.IGNORECASE)
_FROM = re.compile(r"\bfrom (?:about |around |roughly |a |its )?$", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|at|near|around) (?:about |around |roughly |just |over |under |a )*$", re.IGNORECASE)
_AFTER_NOUN = re.compile(r"[ -]?(?:\(?(?:of|in|as|to|for|worth of) )?(?:the |its |a |total |overall |cumulative |net )*", re.IGNORECASE)
_QUALIFIED = re.compile(r"[ (]*(?:[\w-]+ ){0,2}?(?:a|per|each|every) (?P<unit>year|annum|month)\b|[ (]*annuali[sz]ed|[ (]*annually|[ (]*p\.a\.", re.IGNORECASE)
_COUNTED = re.compile(
    r" (?:\w+ ){0,2}?(?:companies|stocks|shares|funds|names|holdings|positions|sectors|assets|tickers|symbols|listings|headlines|indices|indexes|securities|etfs|investments|of them)\b",
    re.IGNORECASE,
)
_ALL_OF = re.compile(r"\b(?:all|these|those|of the|the other) $", re.IGNORECASE)
_ABOUT_YOU = re.compile(r"\byou(?:r|['’]\w+)?\b", re.IGNORECASE)
_ECHO = re.compile(r"^\W*(?:yes|no|yeah|nope|correct|right|indeed|true|exactly)\b", re.IGNORECASE)
_LIMIT = re.compile(r"\b(?:under|below|above|over|at least|at most|up to|more than|less than|maximum|minimum|max|min|than|exceeding|cheaper|top|first|only)(?: of)? (?:about )?$", re.IGNORECASE)
_VERBS = re.compile(
    r"^(?:rose|rises|risen|rising|gained|gains|gaining|climb|advanc|grew|jump|surg|soar|rall|increased|fell|falls|fallen|falling|lost|loses|losing|drop"
    r"|declin|slid|s[au]nk|tumbl|plung|slump|decreased|shed|retreat|dipped|weakened|crash|slip|plummet|rebound|recovered|collapsed|flat|unchanged|little changed|barely|up|down"
    r"|higher|lower|positive|negative|in the (?:red|green))",
    re.IGNORECASE,
)
_MULTIPLE_OF = re.compile(r" (?:its |the |trailing |annual |last year's )*(earnings|profits?|forward earnings|book(?: value)?|sales|revenue|ebitda)", re.IGNORECASE)
_MULTIPLES = {
    "earnings": frozenset({"P/E"}), "profit": frozenset({"P/E"}), "forward earnings": frozenset({"forward P/E"}),
    "book": frozenset({"price to book"}), "book value": frozenset({"price to book"}),
}  # fmt: skip
_RIVALRY = re.compile(r"\b(?:versus|vs\.?|against|compared (?:to|with)) (?:an? |the )?(?:[a-z]+ ){0,3}?(?:of )?$", re.IGNORECASE)
_LASTING = CHANGES - DAILY - {"gain", "gain in percent", "drift", "growth"} | {"annualised volatility", "maximum drawdown"}
_LOWS = frozenset({"low", "day low", "52-week low"})
_HIGHS = frozenset({"high", "day high", "52-week high"})
_PRIMARY = frozenset({
    "price", "end price", "market value", "market cap", "value at the end", "converted amount", "amount", "exchange rate",
    "total return", "price change", "day change", "time-weighted return", "gain", "gain in percent", "weight",
    "monthly payment", "amount borrowed", "dividend income", "alert price", "annual rate", "dividend yield",
})  # fmt: skip
"""What a number may be that no word describes: "Apple: $126.04 (-3.1%)"."""
_PRICE_LIKE = frozenset({"price", "end price", "market value", "gain", "total return", "value at the end", "start price"})
_READABLE = frozenset({"LATIN"})


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


@dataclass
class _Sentence:
    """One sentence with all that was found in it."""

    text: str
    mentions: list[Mention] = field(default_factory=list)
    cues: tuple[Cue, ...] = ()
    times: list[Time] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    carried: frozenset[str] | None = None

    def clause(self, start: int) -> str:
        """The text from the last boundary before `start` up to it."""
        begin = 0
        for match in _BOUNDARY.finditer(self.text, 0, start):
            begin = match.end()
        return self.text[begin:start]


class Grounding:
    """Checks the text of one turn against its evidence."""

    def __init__(
        self, evidence: Sequence[ToolResult], question: str, known_name: Callable[[str], str | None]
    ) -> None:
        self._basis = Basis(evidence, question)
        self._subjects = Subjects(evidence, question, known_name)

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
        reason = _unreadable(sentence)
        if reason:
            context.subjects, context.attributes = (None,), None
            return Verdict(sentence, reason)
        parts = self._read(sentence, context)
        figures: list[tuple[str, Figure, str]] = []
        reason = self._judge(parts, figures) if isinstance(parts, _Sentence) else parts
        if isinstance(parts, _Sentence):
            self._carry(parts, context, withheld=bool(reason))
        else:
            context.subjects, context.attributes = (None,), None
        return Verdict(sentence, reason, () if reason else tuple(figures))

    def _read(self, sentence: str, context: Context) -> _Sentence | str:
        """Everything said in the sentence, or why it can't be told."""
        text = " ".join(_MARKS.sub("", _BULLET.sub("", sentence)).split())
        for command in self._basis.commands:
            text = text.replace(command, " " * len(command))
        basis, subjects = self._basis, self._subjects
        named = subjects.named(text)
        spans = [(mention.start, mention.end) for mention in named]
        cues = tuple(cue for cue in find_cues(text, basis.unlisted) if not _overlaps(cue.start, cue.end, spans))
        known = [
            (cue.start, cue.end)
            for cue in cues
            if any(character.isdigit() for character in cue.text) and cue.attributes & basis.attributes
        ]
        masked = _mask(text, [*spans, *known])
        times = find_times(masked)
        masked = _mask(masked, [(time.start, time.end) for time in times])
        claims = find_claims(masked)
        if len(claims) > _MOST_CLAIMS:
            return "too many numbers"
        bare = _mask(masked, [(claim.start, claim.end) for claim in claims])
        if match := _UNTRACED.search(bare):
            return f"“{match[0]}” can't be read as a number"
        cues = tuple(cue for cue in cues if not _overlaps(cue.start, cue.end, [(t.start, t.end) for t in times]))
        taken = [*spans, *((item.start, item.end) for item in (*cues, *times, *claims))]
        strangers, bad = subjects.strangers(text, named, taken)
        if bad:
            return f"“{bad}” is in neither the evidence nor the question"
        mentions = subjects.mentions(text, [*named, *strangers], context.subjects, cues)
        return _Sentence(text, mentions, cues, times, claims, context.attributes)

    def _carry(self, parts: _Sentence, context: Context, *, withheld: bool) -> None:
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

    def _judge(self, parts: _Sentence, figures: list[tuple[str, Figure, str]]) -> str:
        """Why the sentence can't be told; "" when it can. Traced figures are added to `figures`."""
        matched: dict[int, list[Fact]] = {}
        for place, claim in enumerate(parts.claims):
            found = self._trace(parts, place, claim, figures)
            if found is None:
                return f"“{claim.text.strip()}” has nothing to rest on"
            matched[place] = found
        for time in parts.times:
            if not self._time_fits(parts, time, matched):
                return f"“{time.text}” has nothing to rest on"
        return self._false_direction(parts) or false_comparison(parts.text, parts.mentions, parts.cues, self._basis)

    # One number

    def _trace(
        self, parts: _Sentence, place: int, claim: Claim, figures: list[tuple[str, Figure, str]]
    ) -> list[Fact] | None:
        """The facts that the number may be; [] when something else supports it; None when nothing does."""
        if claim.value is None:
            return None
        owners, mention = subject_of(parts.text, claim.start, claim.end, parts.mentions, parts.cues)
        wanted = self._owners(parts, place, owners, mention)
        found: list[Fact] = []
        for owner in wanted:
            facts = [fact for fact in self._basis.facts.get(owner, ()) if self._is_it(parts, place, claim, fact, mention)]
            if not facts:
                found = []
                break
            found += facts
        if found:
            figures += [(claim.text.strip(), fact.figure, fact.tool) for fact in found[: max(1, len(wanted))]]
            return found
        if self._is_other(parts, claim, owners, wanted):
            return []
        return None

    def _owners(
        self, parts: _Sentence, place: int, owners: tuple[str | None, ...] | None, mention: Mention | None
    ) -> list[str]:
        """Whom the number is about; [] when that can't be said. All of several when it is told of them together."""
        rivals = [other for other in parts.mentions if other.role == "oblique"]
        if place and len(rivals) == 1 and _RIVALRY.search(parts.text[parts.claims[place - 1].end : parts.claims[place].start]):
            if mention is not None and mention.end < parts.claims[place - 1].start and len(rivals[0].symbols) == 1:
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
        run = _run_of(parts, place)
        if len(run) == len(owners):
            return [str(owners[run.index(place)])]
        return [str(owner) for owner in owners] if len(run) == 1 else []

    def _pair_of(self, parts: _Sentence) -> list[str]:
        """The one currency pair of the evidence whose two currencies the sentence names."""
        said = frozenset().union(*(claim.currencies for claim in parts.claims)) | frozenset(
            re.findall(r"\b[A-Z]{3}\b", parts.text)
        )
        pairs = [name for name in self._subjects.names if re.fullmatch(r"[A-Z]{3}/[A-Z]{3}", name)]
        fitting = [name for name in pairs if set(name.split("/")) <= said]
        return fitting if len(fitting) == 1 else []

    def _is_it(self, parts: _Sentence, place: int, claim: Claim, fact: Fact, mention: Mention | None) -> bool:
        """Whether the number is this figure: value, unit, attribute, qualifiers and direction."""
        figure = fact.figure
        if not isinstance(figure.value, Decimal) or not claim.fits(figure.value):
            return False
        cues, strong = self._attributes_of(parts, place, claim, mention)
        if not self._unit_fits(parts, claim, figure, strong=strong):
            return False
        if cues is None:
            if figure.attribute not in _PRIMARY or not _is_neutral(parts, place, claim, mention):
                return False
        elif figure.attribute not in cues:
            return False
        return self._qualified(parts, place, claim, fact) and self._directed(parts, place, claim, figure)

    def _unit_fits(self, parts: _Sentence, claim: Claim, figure: Figure, *, strong: bool) -> bool:
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
                is_counted = follows is not None and follows[1] not in NEUTRAL and not any(
                    cue.start == claim.end + 1 for cue in parts.cues
                )
                return unit in ("ratio", "count", "shares", "points", "money") and not is_counted
            case _:
                return False

    def _attributes_of(
        self, parts: _Sentence, place: int, claim: Claim, mention: Mention | None
    ) -> tuple[frozenset[str] | None, bool]:
        """(the attributes that the words beside the number allow, None when none says; whether they are close by)."""
        text, cues = parts.text, parts.cues
        if claim.kind == "multiple" and (match := _MULTIPLE_OF.match(text, claim.end)):
            return _MULTIPLES.get(match[1].lower(), frozenset()), True
        start = parts.claims[place - 1].end if place else 0
        following = parts.claims[place + 1].start if place + 1 < len(parts.claims) else len(text)
        after = next((cue for cue in cues if cue.start >= claim.end and cue.text.lower() != "between"), None)
        if after is not None and _AFTER_NOUN.fullmatch(text[claim.end : after.start]):
            leads_on = following < len(text) and following - after.end <= 25 and not _BOUNDARY.search(text[after.end : following])
            if not leads_on:
                return after.attributes, True
        if (ends := _range_ends(parts, place)) is not None:
            return ends, True
        own = [cue for cue in cues if start <= cue.start and cue.end <= claim.start]
        if own:
            return _governed(parts, own, claim), True
        if match := _QUALIFIED.match(text, claim.end):
            if match["unit"] == "month":
                return frozenset({"monthly payment", "monthly contribution"}), True
            earlier = [cue for cue in cues if cue.end <= claim.start]
            allowed = frozenset(YEARLY) | (earlier[-1].attributes if earlier else frozenset())
            return allowed, True
        earlier = [cue for cue in cues if cue.end <= claim.start]
        if earlier:
            return _governed(parts, earlier, claim), False
        if after is not None and following == len(text) or after is not None and _BOUNDARY.search(text[claim.end : following]):
            boundary = _BOUNDARY.search(text, claim.end)
            if boundary is None or after.start < boundary.start():
                return after.attributes, False
        is_reference = mention is not None and re.match(r"['’]s? (?:was|is|were|stood|came)\b", text[mention.end :])
        if parts.carried is not None:
            return parts.carried, False
        return (frozenset(), False) if is_reference else (None, False)

    def _qualified(self, parts: _Sentence, place: int, claim: Claim, fact: Fact) -> bool:
        """Whether words such as "a year", "on the day", "will" and "not" let the number be this figure."""
        text, figure = parts.text, fact.figure
        attribute = figure.attribute
        start = parts.claims[place - 1].end if place else 0
        beside = text[start : claim.start]
        told_of_year = _QUALIFIED.match(text, claim.end) is not None or speaks_of_a_year(beside)
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
            if attribute not in DAILY and DAY_WORDS.search(near) and not self._is_short(fact):
                return False
        imagined = figure.subject not in PLANNING and not attribute.startswith(("next", "alert")) and "/" not in figure.subject
        if imagined and attribute != "money to target" and _IMAGINED.search(clause):
            return False
        rest = text[claim.end : _clause_span(text, claim.end)[1]]
        if imagined and attribute != "money to target" and _IMAGINED_AFTER.search(rest):
            return False
        return not _NEGATION.search(clause)

    def _is_short(self, fact: Fact) -> bool:
        """Whether a return covers no more than a session or a long weekend."""
        window = self._basis.windows.get(fact.result)
        return window is not None and (window[1] - window[0]).days <= 5

    def _directed(self, parts: _Sentence, place: int, claim: Claim, figure: Figure) -> bool:
        """Whether sign and direction words fit the figure's sign."""
        assert isinstance(figure.value, Decimal)
        sign = (figure.value > 0) - (figure.value < 0)
        said = _said_direction(parts, place, claim)
        if figure.attribute in ("maximum drawdown", "daily value at risk", "daily value at risk in money", "daily expected shortfall"):
            return claim.sign <= 0 and said <= 0
        if figure.attribute == "money to target":
            near = parts.text[claim.end : claim.end + 24]
            if re.search(r"\b(?:above|over)\b", near):
                return sign < 0
            return sign > 0 or bool(re.search(r"\b(?:below|under)\b", near)) is False and claim.sign == sign
        if claim.sign and claim.kind != "change":
            return claim.sign == sign and said != -sign
        if figure.attribute in CHANGES:
            if claim.kind == "change":
                return claim.sign == sign
            if sign < 0:
                return said < 0
            return said >= 0
        return sign >= 0 or claim.sign < 0

    # What else may support a number

    def _is_other(
        self, parts: _Sentence, claim: Claim, owners: tuple[str | None, ...] | None, wanted: list[str]
    ) -> bool:
        """Whether the number is a count of the subjects, quoted text, a limit that was asked for, or the person's own."""
        basis, text = self._basis, parts.text
        assert claim.value is not None
        counted = _COUNTED.match(text, claim.end) or claim.in_words and _ALL_OF.search(text[: claim.start]) or claim.kind == "shares" and claim.in_words
        if claim.kind in ("number", "shares") and claim.value == claim.value.to_integral_value() and counted:
            if claim.value in self._counts():
                return True
        if claim.kind == "percentage points" and self._is_difference(parts, claim):
            return True
        if any(self._is_quoted(parts, claim, quote, wanted) for quote in basis.quotes):
            return True
        market = self._speaks_of_market(parts)
        if not market and claim.value in basis.limits and _LIMIT.search(text[: claim.start]):
            return True
        asked = any(
            said.value == claim.value and said.kind == claim.kind and said.currencies == claim.currencies
            for said in basis.asked_claims
        )
        if not asked or market or _ECHO.search(text):
            return False
        speaks = any(cue.attributes & CHANGES or not cue.attributes for cue in parts.cues)
        return not speaks and (basis.has_planning or _ABOUT_YOU.search(text) is not None) and not claim.sign

    def _is_difference(self, parts: _Sentence, claim: Claim) -> bool:
        """Whether it is the distance between the returns of the two that the sentence compares."""
        named = [mention for mention in parts.mentions if mention.role in ("subject", "oblique", "pronoun")]
        pair = [symbol for mention in named for symbol in mention.symbols]
        if len(pair) != 2 or None in pair or any(cue.attributes and not cue.attributes & CHANGES for cue in parts.cues):  # noqa: PLR2004
            return False
        returns = [
            fact.figure.value
            for symbol in pair
            for fact in self._basis.facts.get(str(symbol), ())
            if fact.figure.attribute == "total return" and isinstance(fact.figure.value, Decimal)
        ]
        if len(returns) != 2:  # noqa: PLR2004
            return False
        # The reader subtracts what is shown, so both the exact and the shown difference will do.
        exact, shown = returns[0] - returns[1], round(returns[0], 1) - round(returns[1], 1)
        return claim.sign >= 0 and (claim.fits(exact) or claim.fits(shown))

    def _counts(self) -> set[Decimal]:
        """How many subjects there are, in all and of those with prices or weights."""
        names = self._subjects.names
        listed = [name for name in names if name != PORTFOLIO and name not in PLANNING and not name.endswith(" cash")]
        counts = {Decimal(len(listed))}
        for attribute in ("weight", "price", "total return", "quantity", "market value"):
            counts.add(
                Decimal(
                    sum(
                        any(fact.figure.attribute == attribute for fact in facts)
                        for subject, facts in self._basis.facts.items()
                        if subject in listed
                    )
                )
            )
        return counts - {Decimal(0)}

    def _is_quoted(self, parts: _Sentence, claim: Claim, quote: Quote, wanted: list[str]) -> bool:
        """Whether a text of the evidence says the same number, of the same subject, in like words."""
        other = quote.claim
        same = other.value == claim.value and other.kind == claim.kind and other.currencies == claim.currencies
        if not same or (quote.subject is not None and wanted and quote.subject not in wanted):
            return False
        if quote.subject is None and self._speaks_of_market(parts) and not wanted:
            return False
        near = parts.text[max(0, claim.start - 60) : claim.start] + " " + parts.text[claim.end : claim.end + 60]
        return bool(quote.words & content_words(near)) and speaks_alike(near, " ".join(quote.words))

    def _speaks_of_market(self, parts: _Sentence) -> bool:
        return any(
            symbol is None or symbol not in PLANNING
            for mention in parts.mentions
            if mention.role != "weak"
            for symbol in mention.symbols
        )

    # Times and directions

    def _time_fits(self, parts: _Sentence, time: Time, matched: dict[int, list[Fact]]) -> bool:
        facts = self._facts_told_with(parts, time, matched)
        if time.kind == "day" and time.year_known and not self._day_belongs(parts, time, matched):
            return False
        if time.kind == "day" and not self._span_belongs(parts, time, facts):
            return False
        return self._basis.supports_time(parts.text, time, facts)

    def _span_belongs(self, parts: _Sentence, time: Time, facts: list[Fact]) -> bool:
        """A return is not of one day; "from … to …" names the days it was measured between, in their order."""
        lasting = [fact for fact in facts if fact.figure.attribute in _LASTING]
        before = parts.text[max(0, time.start - 12) : time.start].lower()
        if lasting and len(lasting) == len(facts) and re.search(r"\bon (?:the )?$", before):
            return any(self._is_short(fact) for fact in lasting)
        others = [other for other in parts.times if other.kind == "day" and other.end <= time.start]
        if not others or time.first is None or others[-1].first is None or not time.year_known or not others[-1].year_known:
            return True
        if not re.fullmatch(r" ?(?:to|and|through|until|till|-|–) ?", parts.text[others[-1].end : time.start]):
            return True
        if not re.search(r"\b(?:from|between|over|period|[(:,]) ?$", parts.text[max(0, others[-1].start - 12) : others[-1].start].rstrip() + " ", re.IGNORECASE):
            return True
        windows = [self._basis.windows[fact.result] for fact in lasting if fact.result in self._basis.windows]
        if not windows:
            windows = list(self._basis.windows.values())
        return others[-1].first < time.first and (not windows or (others[-1].first, time.first) in windows)

    def _facts_told_with(self, parts: _Sentence, time: Time, matched: dict[int, list[Fact]]) -> list[Fact]:
        """The facts of the number that the time is said of: in its clause, else the one before it, else after."""
        begin, end = _clause_span(parts.text, time.start)
        inside = [place for place in matched if begin <= parts.claims[place].start < end]
        before = [place for place in matched if parts.claims[place].start < time.start]
        after = [place for place in matched if parts.claims[place].start > time.start]
        chosen = inside or (before[-1:] if before else after[:1])
        return [fact for place in chosen for fact in matched[place]]

    def _day_belongs(self, parts: _Sentence, time: Time, matched: dict[int, list[Fact]]) -> bool:
        """A day right after a value is that value's day; a day told of earnings, dividends or splits is theirs."""
        assert time.first is not None or not time.readable
        before = [place for place in matched if parts.claims[place].end <= time.start]
        owners, _ = subject_of(parts.text, time.start, time.end, parts.mentions, parts.cues)
        if before:
            claim = parts.claims[before[-1]]
            gap = parts.text[claim.end : time.start]
            if re.fullmatch(r",? ?(?:a share,? |per share,? )?(?:on|as of|at the close (?:on|of)|\(|hit on|reached on|seen on|ex-dividend)? ?\(?", gap):
                return self._is_companion(time, matched[before[-1]])
        if re.search(r"\b(?:as of|as at|through|until|up to|data to) (?:the )?$", parts.text[: time.start], re.IGNORECASE):
            return True
        own = [cue for cue in parts.cues if cue.end <= time.start and (not before or cue.start >= parts.claims[before[-1]].end)]
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

    def _false_direction(self, parts: _Sentence) -> str:
        """A direction told without a number must not contradict what is known of its subject."""
        for direction in find_directions(parts.text):
            if not _VERBS.match(direction.text) or _overlaps(
                direction.start, direction.end, [(cue.start, cue.end) for cue in parts.cues if cue.text != direction.text]
            ):
                continue
            before = parts.text[: direction.start]
            if direction.text.lower() in ("up", "down", "higher", "lower", "flat", "positive", "negative") and not re.search(
                r"\b(?:is|are|was|were|ended|finished|closed|been|went|moved|now|and|trading|close|stayed|remained|virtually|essentially|roughly|broadly) (?:\w+ )?$", before
            ):
                continue
            owners, mention = subject_of(parts.text, direction.start, direction.end, parts.mentions, parts.cues)
            if mention is None or mention.role == "weak" or not owners or mention.start > direction.start:
                continue
            if _NEGATION.search(parts.clause(direction.start)) or _IMAGINED.search(parts.clause(direction.start)):
                return f"“{direction.text}” is denied or imagined"
            governing = [cue for cue in parts.cues if mention.end <= cue.start and cue.end <= direction.start and not cue.weak]
            if governing and not governing[-1].attributes & (_PRICE_LIKE | CHANGES):
                return f"“{direction.text}” is said of what has no change here"
            for owner in owners:
                if owner is None or not self._moved(parts, owner, direction.sign, direction.start):
                    return f"“{direction.text}” has nothing to rest on"
        return ""

    def _moved(self, parts: _Sentence, owner: str, sign: int, place: int) -> bool:
        """Whether a change of `owner` has this direction; for planning, and what the evidence quotes, any has."""
        if owner in PLANNING or "/" in owner:
            return True
        facts = [fact for fact in self._basis.changes(owner) if fact.figure.attribute != "drift"]
        begin, end = _clause_span(parts.text, place)
        clause = parts.text[begin:end]
        told = [time for time in parts.times if time.kind in ("span", "length") and begin <= time.start < end] or [
            time for time in parts.times if time.kind == "span" and time.end <= place
        ][-1:]
        facts = [fact for fact in facts if all(self._basis.supports_time(parts.text, time, [fact]) for time in told)]
        daily = [fact for fact in facts if fact.figure.attribute in DAILY]
        longer = [fact for fact in facts if fact.figure.attribute not in DAILY]
        if DAY_WORDS.search(clause) and daily:
            facts = daily
        elif longer:
            facts = longer
        values = [fact.figure.value for fact in facts if isinstance(fact.figure.value, Decimal)]
        if sign == 0:
            return any(abs(value) < 1 for value in values)
        return any((value > 0) - (value < 0) == sign for value in values)


def _unreadable(sentence: str) -> str:
    """Why a sentence can't be checked at all: too long, a table, or characters that may hide digits or names."""
    if len(sentence) > LONGEST_SENTENCE:
        return "too long to check"
    if _TABLE_ROW.search(sentence) and any(character.isdigit() for character in sentence):
        return "a table of the model's own"
    if re.search(r"\d[*_`~]+[\d.,]|[\d.,][*_`~]+\d", sentence):
        return "marks inside a number"
    for character in sentence:
        if character.isascii():
            if not character.isprintable() and character != "\t":
                return "control characters"
            continue
        category = unicodedata.category(character)
        if unicodedata.numeric(character, None) is not None:
            return f"“{character}” is no plain digit"
        if category in ("Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp") or category in ("Mn", "Me") and character != "\ufe0f":
            return "characters that can't be seen"
        if category[0] == "L" and not unicodedata.name(character, "").startswith("LATIN "):
            return f"“{character}” is of a script that can't be checked"
        if category[0] == "L" and unicodedata.normalize("NFKC", character) != character:
            return f"“{character}” imitates another letter"
    return ""


def _overlaps(start: int, end: int, spans: Sequence[tuple[int, int]]) -> bool:
    return any(first < end and start < last for first, last in spans)


def _mask(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "\x1f" * (end - start) + text[end:]
    return text


def _clause_span(text: str, place: int) -> tuple[int, int]:
    begin, end = 0, len(text)
    for match in re.finditer(r"[;:()—–]|, (?!\d)|\b(?:while|whereas|but|although)\b", text):
        if match.end() <= place:
            begin = match.end()
        elif match.start() >= place:
            end = match.start()
            break
    return begin, end


def _run_of(parts: _Sentence, place: int) -> list[int]:
    """The numbers of one kind that stand together with this one: "26.4%, 28.0% and 3.1%"."""
    run = [place]
    joined = re.compile(r",? ?(?:and |& )?|, and ")
    for step in (-1, 1):
        other = place + step
        while 0 <= other < len(parts.claims):
            first, second = sorted((other, other - step))
            gap = parts.text[parts.claims[first].end : parts.claims[second].start]
            if parts.claims[other].kind != parts.claims[place].kind or not gap or not joined.fullmatch(gap):
                break
            run.append(other)
            other += step
    return sorted(run)


def _governed(parts: _Sentence, cues: Sequence[Cue], claim: Claim) -> frozenset[str]:
    """What the nearest cue before a number allows, with "from" and "to" for levels and nouns that govern verbs."""
    firm = [cue for cue in cues if not cue.weak]
    cues = firm or cues
    nearest = cues[-1]
    lead = parts.text[max(0, claim.start - 24) : claim.start]
    is_change = bool(nearest.attributes & CHANGES)
    governing = cues[-2] if len(cues) > 1 else None
    if governing is not None:
        gap = parts.text[governing.end : nearest.start]
        if len(gap.split()) > 3 or _BOUNDARY.search(gap):
            governing = None
    if claim.kind in ("money", "number", "points") and _FROM.search(lead) and parts.text[nearest.end : claim.start].strip().lower().endswith(("from", "a", "its", "about")):
        if is_change or nearest.attributes & _PRICE_LIKE:
            return frozenset({"start price", "previous close", "value at the start"})
    if is_change and claim.kind in ("money", "number", "points") and _TO.search(lead):
        return governing.attributes if governing is not None and governing.attributes - CHANGES else LEVELS
    if is_change and governing is not None and not governing.attributes & (CHANGES | LEVELS | _PRICE_LIKE | {"end price"}):
        return frozenset()
    return nearest.attributes


def _range_ends(parts: _Sentence, place: int) -> frozenset[str] | None:
    """The lows for the first number of "between $1 and $2", the highs for the second; None for no range."""
    claims, text = parts.claims, parts.text
    for first in (place, place - 1):
        if not 0 <= first < len(claims) - 1 or claims[first].kind not in ("money", "number", "points"):
            continue
        if re.fullmatch(r" ?(?:and|to|-|–|up to) ?", text[claims[first].end : claims[first + 1].start]):
            lead = text[max(0, claims[first].start - 30) : claims[first].start]
            if re.search(r"\b(?:between|rang(?:e|es|ed|ing)(?: (?:is|was|runs|ran|of|from))*:?) $", lead, re.IGNORECASE):
                return _LOWS if first == place else _HIGHS
    return None


def _said_direction(parts: _Sentence, place: int, claim: Claim) -> int:
    """-1 or 1 as the words beside the number say; 0 when none does."""
    directions = find_directions(parts.text)
    following = parts.claims[place + 1].start if place + 1 < len(parts.claims) else len(parts.text)
    for direction in directions:
        if direction.start >= claim.end and direction.end <= following:
            gap = parts.text[claim.end : direction.start]
            leads_on = following < len(parts.text) and not _BOUNDARY.search(parts.text[direction.end : following])
            if re.fullmatch(r"[ -](?:[a-z-]+ ){0,2}", gap) and not leads_on and not re.search(r"\b(?:and|but|while|when|after|as|than)\b", gap):
                return direction.sign
            break
    start = parts.claims[place - 1].end if place else 0
    own = [direction for direction in directions if start <= direction.start and direction.end <= claim.start]
    if own:
        return own[-1].sign
    if any(start <= cue.start and cue.end <= claim.start for cue in parts.cues):
        return 0
    earlier = [direction for direction in directions if direction.end <= claim.start]
    return earlier[-1].sign if earlier else 0


def _is_neutral(parts: _Sentence, place: int, claim: Claim, mention: Mention | None) -> bool:
    """Whether only words without meaning of their own stand between the number and whom it is about."""
    start = parts.claims[place - 1].end if place else 0
    if mention is not None and mention.end <= claim.start:
        start = max(start, mention.end)
    between = _mask(parts.text, [(item.start, item.end) for item in (*parts.times, *parts.mentions)])[start : claim.start]
    words = [word.lower() for word in re.findall(r"[A-Za-z][\w'’-]*", between)]
    return all(word in NEUTRAL or word in OPENERS or word in ("s", "'s") for word in words)


def _same_day(value: object, day: date | None) -> bool:
    if not isinstance(value, date) or day is None:
        return False
    return (value.date() if isinstance(value, datetime) else value) == day
