"""Checks "Apple did better than Microsoft" and "the largest holding" against the figures of all who are compared."""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.turn.attributes import DAY_WORDS
from bot.turn.belonging import subject_of
from bot.turn.subjects import PORTFOLIO, Mention

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.turn.attributes import Cue
    from bot.turn.basis import Basis, Fact

_FALLS = r"(?:fell|falls?|falling|lost|loses?|losing|dropp?(?:ed|s|ing)?|declin(?:ed?|es|ing)|slid|slumped|sank|tumbled|was down)"
_RISES = r"(?:rose|rises?|rising|gain(?:ed|s|ing)?|climb(?:ed|s|ing)?|return(?:ed|s|ing)?|grew|made|earned|added|advanced|jumped|was up)"
_MUCH = r"(?:by )?(?:far |much |slightly |a (?:bit|little|lot) |somewhat |significantly |considerably |the |clearly |well )*"
_PERFORMANCE = (
    (1, (rf"outperform\w*|beat(?:s|en|ing)?|outpac\w+|topped|edged out|(?:did|do|does|fared?|performed|held up|hold up|holding up|doing|has done|have done) {_MUCH}(?:better|best)|came (?:out )?(?:ahead|on top|first|out on top)|(?:is|was|were|stayed|finished|ended|pulled|edged|remains?) (?:well |far |slightly )?ahead|led the (?:way|pack|group|field|list)|"
        rf"{_FALLS}(?: \w+){{0,2}}? {_MUCH}(?:less|least)|{_RISES}(?: \w+){{0,2}}? {_MUCH}(?:more|most|further)|(?:best|top|strongest|better|stronger)(?:[- ]performing| performers?| performance| returns?| results?| gains?| of (?:the|these|them|all)| showing| one)?"
        r"|(?:highest|higher|biggest|bigger|largest|larger) (?:total |overall |annualised )?(?:returns?|gains?|gainers?)|winners?|leaders?|smaller (?:loss|fall|drop|decline)|smallest (?:loss|fall|drop|decline)|lost the least")),
    (-1, (rf"underperform\w*|trail(?:ed|s|ing)|lagg?(?:ed|s|ing)|(?:did|do|does|fared?|performed|held up|doing) {_MUCH}(?:worse|worst)|came (?:in )?last|lost out to|beaten by|(?:is|was|were|stayed|finished|ended|fell|remains?) (?:well |far |slightly )?behind|"
         rf"{_FALLS}(?: \w+){{0,2}}? {_MUCH}(?:more|most|further|harder|hardest|furthest)|{_RISES}(?: \w+){{0,2}}? {_MUCH}(?:less|least)|(?:worst|weakest|worse|weaker)(?:[- ]performing| performers?| performance| returns?| results?| of (?:the|these|them|all)| showing| one)?"
         r"|(?:lowest|lower|smallest|smaller) (?:total |overall )?(?:returns?|gains?)|losers?|laggards?|(?:bigger|biggest|larger|largest|steeper|steepest|sharper|sharpest) (?:loss|fall|drop|decline|losers?)(?:es)?")),
)  # fmt: skip
_VOLATILITY = (
    (-1, r"steadi(?:er|est)|calm(?:er|est)|(?:less|least) (?:volatile|risky)|(?:lower|lowest|smallest|smaller) (?:annualised |annual )?volatility|safer|safest|smooth(?:er|est)"),
    (1, r"(?:more|most) (?:volatile|risky)|riski(?:er|est)|(?:higher|highest|greater|greatest|larger|largest) (?:annualised |annual )?volatility|chopp(?:ier|iest)|bump(?:ier|iest)|wild(?:er|est)"),
)  # fmt: skip
_FALL = r"(?:(?:maximum |max )?draw-?downs?|(?:fall|drop|decline|loss)(?:es)? from (?:a|its|the) (?:\w+ )?peak)"
_DRAWDOWN = (
    (-1, rf"(?:deepest|deeper|largest|larger|biggest|bigger|worst|worse|steepest|steeper|greatest|greater|higher|highest) {_FALL}"),
    (1, rf"(?:shallowest|shallower|smallest|smaller|mildest|milder|lowest|lower) {_FALL}"),
)  # fmt: skip
_HOLDING = r"(?:single |individual )?(?:holdings?|positions?|stakes?|weights?|weighting|allocation|slice|part|share of)"
_WEIGHT = (
    (1, rf"(?:largest|larger|biggest|bigger|top|main|heaviest|highest|greatest) {_HOLDING}"),
    (-1, rf"(?:smallest|smaller|lightest|lowest|least) {_HOLDING}"),
)  # fmt: skip
_INCOME = (
    (1, r"paid (?:you )?(?:the )?most|(?:largest|biggest|top) (?:dividend )?(?:payer|payers|source of (?:income|dividends))"),
    (-1, r"paid (?:you )?(?:the )?least"),
)  # fmt: skip
_MEASURES = (
    (("weight", "market value"), _WEIGHT),
    (("dividend income",), _INCOME),
    (("maximum drawdown",), _DRAWDOWN),
    (("annualised volatility",), _VOLATILITY),
    (("total return", "time-weighted return", "price change", "gain", "day change"), _PERFORMANCE),
)
_PATTERNS = tuple(
    (
        attributes,
        sign,
        re.compile(rf"(?<![\w-])(?:(?P<rank>second|third|fourth|fifth|next)[- ])?(?:{words})(?![\w-])", re.IGNORECASE),
    )
    for attributes, signed in _MEASURES
    for sign, words in signed
)
_OTHER = re.compile(
    r"(?<![\w-])(?:(?P<rank>second|third|fourth|fifth|next)[- ])?(?:(?P<more>highest|higher|largest|larger|biggest|bigger|greatest|greater|most|more|dearest|priciest|pricier|costliest|(?:most|more) expensive)"
    r"|(?P<less>lowest|lower|smallest|smaller|fewest|fewer|least|less|cheapest|cheaper))(?![\w-])(?! than (?:\W?\d|half|a (?:third|quarter)))",
    re.IGNORECASE,
)
_SWEEPING = re.compile(
    r"(?:highest|largest|biggest|greatest|lowest|smallest|fewest|cheapest|cheaper|dearest|priciest|pricier|costliest)\b"
    r"|(?:most|least) (?!of\b|recent|likely|important|notabl|common|part\b|\w+ly\b)[a-z]+",
    re.IGNORECASE,
)
_RANKS = {"second": 2, "next": 2, "third": 3, "fourth": 4, "fifth": 5}
_NAMES_NEXT = re.compile(
    r"(?: [\w'-]+){0,4}? (?:is|was|are|were|has been|came from|went to|belongs to|belonged to) (?:the |your )?$|: ?$",
    re.IGNORECASE,
)
_NUMBER_NEXT = re.compile(
    r" than (?:about |around )?(?:[-+]?[$€£]?\d|\w+ (?:percent|per cent)|half|a (?:third|quarter)|double)",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|will|would|could|might|(?-i:may)|should|shall|if|likely|expected|set) |n['’]t\b|\b(?:going|likely|expected|set|poised) to\b",
    re.IGNORECASE,
)
_SAME_DAYS = 7


def false_comparison(text: str, mentions: Sequence[Mention], cues: Sequence[Cue], basis: Basis) -> str:  # noqa: C901, PLR0912
    """Why a comparison in the sentence is false or can't be known; "" when there is none, or it holds."""
    named = [mention for mention in mentions if mention.role in ("subject", "oblique")]
    if not named and not any(mention.role == "pronoun" for mention in mentions):
        return ""
    for mention in named:  # "Best Buy" is no superlative
        text = text[: mention.start] + "\x1f" * (mention.end - mention.start) + text[mention.end :]
    taken: list[tuple[int, int]] = []
    for attributes, sign, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            taken.append(match.span())
            if _is_no_comparison(text, match, cues, attributes):
                continue
            if not _holds(text, match, attributes, sign, mentions, cues, basis):
                return f"“{match[0]}” does not hold, or can't be known"
    for match in _OTHER.finditer(text):
        if any(start < match.end() and match.start() < end for start, end in taken):
            continue
        cue = next((cue for cue in cues if match.end() <= cue.start <= match.end() + 1 and cue.attributes), None)
        if _is_no_comparison(text, match, cues, ()):
            continue
        if cue is None and _SWEEPING.match(text, match.start()) and _owners(text, match, mentions, cues):
            return f"“{match[0]}” can't be known"
        if cue is None:
            continue
        if not _holds(text, match, tuple(sorted(cue.attributes)), 1 if match["more"] else -1, mentions, cues, basis):
            return f"“{match[0]} {cue.text}” does not hold, or can't be known"
    return ""


def _is_no_comparison(text: str, match: re.Match[str], cues: Sequence[Cue], attributes: tuple[str, ...]) -> bool:
    """Whether these are words of an attribute or of a bound: "highest close", "more than 26%", "ahead of the open"."""
    if _NUMBER_NEXT.match(text, match.end()) or re.match(r" than (?:\W?\d)", text[match.end() :]):
        return True
    if re.search(r"than$", match[0]) and re.match(r" \W?\d", text[match.end() :]):
        return True
    if attributes == ("maximum drawdown",) and (
        re.search(r"(?:['’]s|s['’]|\b(?:its|their|your|whose)) $", text[: match.start()])
        or re.match(r" (?:for|of|in)\b", text[match.end() :])
    ):
        return True  # the worst of its own, not the worst of all
    if match[0].lower() in ("highest", "lowest") and re.search(
        r"(?:['’]s|\b(?:its|their|whose)) $", text[: match.start()]
    ):
        return True  # "its lowest" is its own low
    inside = [
        cue
        for cue in cues
        if cue.start <= match.start() and match.end() <= cue.end and cue.text.lower() != match[0].lower()
    ]
    extremes = {"high", "low", "52-week high", "52-week low", "SMA 50", "SMA 200"}
    return any(cue.attributes & extremes for cue in inside)


def _holds(
    text: str,
    match: re.Match[str],
    attributes: tuple[str, ...],
    sign: int,
    mentions: Sequence[Mention],
    cues: Sequence[Cue],
    basis: Basis,
) -> bool:
    if _DENIED.search(_clause_before(text, match.start())):
        return False
    owners = _owners(text, match, mentions, cues)
    if not owners or None in owners:
        return False
    other = next(
        (m for m in mentions if m.role == "oblique" and m.end > match.end() and m.start - match.end() < 80), None
    )
    if other is None and re.match(r" than\b", text[match.end() :]):
        return False
    if DAY_WORDS.search(text) and "day change" in attributes:
        attributes = ("day change", *attributes)
    if other is not None:
        pairs = [(owner, rival) for owner in owners for rival in other.symbols]
        return all(
            rival is not None and _beats(basis, owner, rival, attributes, sign) for owner, rival in pairs if owner
        )
    rank = _RANKS[match["rank"].lower()] if match["rank"] else 1
    return _ranks([owner for owner in owners if owner], rank, attributes, sign, basis)


def _clause_before(text: str, place: int) -> str:
    return re.split(r"[,;:()—–]|\b(?:while|whereas|but)\b", text[:place])[-1]


def _owners(
    text: str, match: re.Match[str], mentions: Sequence[Mention], cues: Sequence[Cue]
) -> tuple[str | None, ...] | None:
    """Who is said to be better, largest, …: "the largest holding is X" names it after, else it is the subject before."""
    following = next((m for m in mentions if m.start >= match.end() and m.role == "subject"), None)
    if following is not None and _NAMES_NEXT.fullmatch(text[match.end() : following.start]):
        return following.symbols
    owners, mention = subject_of(text, match.start(), match.end(), mentions, cues)
    if mention is not None and mention.role == "oblique":
        plain = [m for m in mentions if m.end <= match.start() and m.role in ("subject", "pronoun")]
        return plain[-1].symbols if plain else owners
    if mention is not None and mention.role == "weak":
        return None
    return owners


def _values(basis: Basis, subject: str, attribute: str) -> list[Fact]:
    return [
        fact
        for fact in basis.facts.get(subject, ())
        if fact.figure.attribute == attribute and isinstance(fact.figure.value, Decimal)
    ]


def _beats(basis: Basis, owner: str, rival: str, attributes: tuple[str, ...], sign: int) -> bool:
    """Whether the owner's value is the larger (smaller for -1) by the first attribute that both have alike."""
    for attribute in attributes:
        pairs = [
            (one, other)
            for one in _values(basis, owner, attribute)
            for other in _values(basis, rival, attribute)
            if _comparable(basis, one, other)
        ]
        if pairs:
            return all((_value(one) - _value(other)) * sign > 0 for one, other in pairs)
    if PORTFOLIO in (owner, rival) and "total return" in attributes:
        own = "time-weighted return" if owner == PORTFOLIO else "total return"
        rivals = "time-weighted return" if rival == PORTFOLIO else "total return"
        pairs = [
            (one, other)
            for one in _values(basis, owner, own)
            for other in _values(basis, rival, rivals)
            if _comparable(basis, one, other)
        ]
        return bool(pairs) and all((_value(one) - _value(other)) * sign > 0 for one, other in pairs)
    return False


def _comparable(basis: Basis, one: Fact, other: Fact) -> bool:
    """Whether two figures speak of the same time, unit and currency."""
    if (one.figure.unit, one.figure.currency) != (other.figure.unit, other.figure.currency):
        return False
    if one.result == other.result:
        return True
    first, second = basis.windows.get(one.result), basis.windows.get(other.result)
    if first is None or second is None:
        return first is second and one.figure.source.as_of == other.figure.source.as_of
    return all(abs((a - b).days) <= _SAME_DAYS for a, b in zip(first, second, strict=True))


def _ranks(owners: list[str], rank: int, attributes: tuple[str, ...], sign: int, basis: Basis) -> bool:
    """Whether all owners are among the first by an attribute that at least two subjects have alike."""
    for attribute in attributes:
        own = [fact for owner in owners for fact in _values(basis, owner, attribute)]
        if len(own) < len(owners):
            continue
        for fact in own:
            rivals = [
                other
                for subject in basis.facts
                if subject not in owners and subject != PORTFOLIO
                for other in _values(basis, subject, attribute)
                if _comparable(basis, fact, other)
            ]
            if not rivals:
                return False
            above = sum((_value(other) - _value(fact)) * sign > 0 for other in rivals)
            if above != rank - 1:
                return False
        return True
    return False


def _value(fact: Fact) -> Decimal:
    return fact.figure.value if isinstance(fact.figure.value, Decimal) else Decimal(0)
