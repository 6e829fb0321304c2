"""Who a sentence speaks of: finds subjects of the evidence, names that are not in it, and what a number belongs to."""
# ruff: noqa: E501 (patterns are tables: a line for each meaning)

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from bot.turn.words import ALLOWED_CAPITALS, FOREIGN_SUBJECTS, OPENERS
from tools.symbols.directory import COMMON_WORDS_FILE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.messages import ToolResult
    from bot.turn.attributes import Cue

PORTFOLIO = "portfolio"
PLANNING = frozenset({"plan", "loan"})
_CONTAINERS = frozenset({"sectors", "markets"})
_LEGAL_END = re.compile(
    r"(?:,? (?:Inc|Incorporated|Corp|Corporation|Co|Company|Companies|Ltd|Limited|plc|PLC|N\.?V|S\.?A|AG|SE|Holdings?"
    r"|Group|Trust)\.?| and Company| & Co\.?| Class [A-C])$"
)
_LEGAL_AFTER = r"(?:,? (?:Inc|Corp|Corporation|Company|Co|Ltd|Limited|plc|PLC|AG|SE|Group)\b(?:\.(?=[ ,;:)]|$))?)?"
_WORD = re.compile(r"[A-Za-z][\w&'’./-]*")
_CAPITALISED = re.compile(r"(?<![\w$@/])\$?[A-Z][\w&'’./-]*")
_POSSESSIVE = re.compile(r"(?:['’]s|['’])$")
_JOINED = re.compile(r"(?:['’]s?)?(?:,|/| &| and| or|, and|, or| as well as|,? both)? ?(?:the |both )?", re.IGNORECASE)
_SAME = re.compile(r"[\s(),\"'’“”/:-]*(?:the |ticker |symbol )*", re.IGNORECASE)
_OBLIQUE = re.compile(
    r"\b(?:than|versus|vs\.?|against|compared (?:to|with)|relative to|unlike|like|alongside|behind|ahead of|over|outperform(?:ed|ing|s)?"
    r"|underperform(?:ed|ing|s)?|beat(?:s|ing)?|beaten by|trail(?:ed|ing|s)|outpac(?:ed|ing)|lagg?(?:ed|ing|s)|topp(?:ed|ing)|exceed(?:ed|ing)"
    r"|match(?:ed|ing)?|edg(?:ed|ing)(?: out)?) (?:that of |those of |its |rival |the |fellow |both )*$",
    re.IGNORECASE,
)
_PRONOUN = re.compile(
    r"(?<![\w'’-])(?:its?|they|their|both|the (?:stock|shares?|company|fund|index|etf|security|price)(?:['’]s)?|this (?:stock|company|fund|index)|these)"
    r"(?![\w-])",
    re.IGNORECASE,
)
_YOU = re.compile(
    r"\byou(?=['’]ve|['’]re| (?:have|are|were|gained|lost|made|earned|received|own|hold|paid|had)\b)", re.IGNORECASE
)
_YOUR = re.compile(r"\b(?:you|your|yours)\b", re.IGNORECASE)
_INSIDE = re.compile(r"\b(?:of|in|within|across|to|for|from|on) (?:your |the |my |this )*(?:sample )?$", re.IGNORECASE)
_FOREIGN = re.compile(rf"(?<![\w-])(?:{FOREIGN_SUBJECTS})(?![\w-])", re.IGNORECASE)
_PLACE = re.compile(r"\b(?:in|on|at|to|with|from|into|across|listed on) $", re.IGNORECASE)
_ACTS = re.compile(
    r" (?:is|was|has|had|fell|rose|gained|lost|closed|trades|traded|returned|climbed|dropped|did|delivered|ended|shares|stock|hit|makes|yields)\b"
)
_EXCHANGES = frozenset({"nasdaq", "nyse", "dow", "ftse", "dax", "nikkei", "amex", "lse", "xetra", "euronext"})

Role = Literal["subject", "oblique", "pronoun", "weak"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A place where the sentence speaks of someone.

    `symbols` are the subjects in order, None for one that is not in the evidence.
    """

    start: int
    end: int
    symbols: tuple[str | None, ...]
    role: Role = "subject"


class Subjects:
    """The subjects of one turn's evidence, and the names that may stand beside them."""

    def __init__(self, results: Sequence[ToolResult], question: str, known_name: Callable[[str], str | None]) -> None:
        self.names: dict[str, str] = {}
        self._with_figures = {
            figure.subject for result in results if result.findings for figure in result.findings.figures
        }
        texts = [question]
        for result in results:
            texts.append(result.error)
            found = result.findings
            if found is None:
                continue
            for symbol, name in found.names.items():
                self.names.setdefault(symbol, name)
            for figure in found.figures:
                self.names.setdefault(figure.subject, figure.subject)
                texts += [figure.source.name, figure.note]
            for passage in found.passages:
                self.names.setdefault(passage.subject, passage.subject)
                texts += [passage.source.name, passage.text, passage.attribute]
            texts += [found.title, *found.notes, *found.sentences, *found.names.values()]
        self._known_name = known_name
        self._cached: dict[str, str | None] = {}
        self.words = frozenset(_plain(word) for text in texts for word in _WORD.findall(text))
        self._aliases, self._folded, self._pattern = self._make_aliases()

    def only(self) -> str | None:
        """The one subject of the evidence, if there is just one."""
        return next(iter(self.names)) if len(self.names) == 1 else None

    def known(self, text: str) -> str | None:
        """The listing that `text` names, if any."""
        if text not in self._cached:
            self._cached[text] = self._known_name(text)
        return self._cached[text]

    def named(self, text: str) -> list[Mention]:
        """Where `text` names subjects of the evidence."""
        matches = self._pattern.finditer(text) if self._pattern else ()
        return [mention for match in matches if (mention := self._named(match)) is not None]

    def mentions(
        self, text: str, found: Sequence[Mention], carried: tuple[str | None, ...], cues: Sequence[Cue]
    ) -> list[Mention]:
        """All mentions in order, from the names `found`; `carried` is whom the sentence before spoke of, for "it"."""
        found = list(found)
        found += self._others(text, [(mention.start, mention.end) for mention in found], cues)
        found.sort(key=lambda mention: mention.start)
        return _linked(_roles(text, _without_inside(text, found)), carried)

    def strangers(
        self, text: str, named: Sequence[Mention], taken: Sequence[tuple[int, int]]
    ) -> tuple[list[Mention], str | None]:
        """(names that may be told of but have no figures here, the first name that may not be told at all)."""
        found: list[Mention] = []
        opening = re.match(r"[\s\W\d]*", text)
        first = opening.end() if opening else 0
        for match in _CAPITALISED.finditer(text):
            if any(start < match.end() and match.start() < end for start, end in taken):
                if self._acts(text, match) and not any(m.start <= match.start() < m.end for m in named):
                    found.append(Mention(match.start(), match.end(), (None,)))  # "Target fell", not "target"
                continue
            word = _POSSESSIVE.sub("", match[0].rstrip(".,;:!?/-"))
            low = _plain(word)
            begins = match.start() <= first or text[: match.start()].rstrip()[-1:] in (
                ":",
                ".",
                "!",
                "?",
                "“",
                '"',
                "(",
                "•",
                "–",
                "—",
            )
            if low in _EXCHANGES:
                if not _PLACE.search(text, 0, match.start()) and not text[: match.start()].rstrip().lower().endswith(
                    ("on the", "listed")
                ):
                    found.append(Mention(match.start(), match.end(), (None,)))
                continue
            if low in ALLOWED_CAPITALS or not low or word in ("A", "I"):
                continue
            if begins and low in OPENERS and not word.isupper():
                continue
            if low in self.words or all(_plain(part) in self.words for part in re.split(r"[/&-]", word) if part):
                found.append(Mention(match.start(), match.end(), (None,)))
                continue
            symbol = self.known(word)
            if begins and symbol is None and not word.isupper():
                found.append(Mention(match.start(), match.end(), (None,)))
                continue
            return found, word
        return found, self._stranger_in_small_letters(text, taken)

    def _acts(self, text: str, match: re.Match[str]) -> bool:
        """Whether a word with a meaning of its own is here the name of a company, that owns or does something."""
        word = _POSSESSIVE.sub("", match[0])
        owns = word != match[0] or _ACTS.match(text, match.end()) is not None
        return owns and not word.isupper() and self.known(word) is not None

    def _stranger_in_small_letters(self, text: str, taken: Sequence[tuple[int, int]]) -> str | None:
        """A company written without capitals ("tesla"), unless the evidence or the question has the word."""
        for match in re.finditer(r"(?<![\w$@/'’-])[a-z]{4,}(?![\w-])", text):
            low = match[0]
            if low in OPENERS or low in self.words or low in _common_words():
                continue
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            symbol = self.known(low)
            if symbol is not None and symbol not in self.names:
                return low
        return None

    def _named(self, match: re.Match[str]) -> Mention | None:
        alias = match["alias"]
        symbols = self._aliases.get(alias) or self._folded.get(alias.casefold())
        if symbols is None:
            return None
        return Mention(match.start(), match.end(), symbols if len(symbols) == 1 else (None,))

    def _others(self, text: str, spans: list[tuple[int, int]], cues: Sequence[Cue]) -> list[Mention]:
        """Pronouns, "you", and subjects such as "the market" that have no figures here."""
        blocked = [*spans, *((cue.start, cue.end) for cue in cues)]

        def free(match: re.Match[str], among: list[tuple[int, int]]) -> bool:
            return not any(start < match.end() and match.start() < end for start, end in among)

        found = [Mention(m.start(), m.end(), (), "pronoun") for m in _PRONOUN.finditer(text) if free(m, spans)]
        if PORTFOLIO in self.names:
            strong = [m for m in _YOU.finditer(text) if free(m, spans)]
            found += [Mention(m.start(), m.end(), (PORTFOLIO,)) for m in strong]
            places = {m.start() for m in strong}
            found += [
                Mention(m.start(), m.end(), (PORTFOLIO,), "weak")
                for m in _YOUR.finditer(text)
                if free(m, spans) and m.start() not in places
            ]
        for match in _FOREIGN.finditer(text):
            if free(match, blocked) and not _PLACE.search(text, 0, match.start()):
                found.append(Mention(match.start(), match.end(), (None,)))
        return found

    def _make_aliases(self) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]], re.Pattern[str] | None]:
        aliases: dict[str, dict[str, None]] = {}
        for symbol, name in self.names.items():
            for alias in self._aliases_of(symbol, name):
                aliases.setdefault(alias, {})[symbol] = None
        for alias, symbols in aliases.items():  # two subjects of one name: the one that has figures is meant
            if known := {symbol: None for symbol in symbols if symbol in self._with_figures}:
                aliases[alias] = known
        if not aliases:
            return {}, {}, None
        exact: dict[str, tuple[str, ...]] = {alias: tuple(symbols) for alias, symbols in aliases.items()}
        folded = {alias.casefold(): symbols for alias, symbols in exact.items() if _is_distinct(alias)}
        ordered = sorted(exact, key=len, reverse=True)
        parts = [rf"(?i:{re.escape(alias)})" if _is_distinct(alias) else re.escape(alias) for alias in ordered]
        return exact, folded, re.compile(rf"(?<![\w^$])\$?(?P<alias>{'|'.join(parts)})(?![\w^]|-\w){_LEGAL_AFTER}")

    def _aliases_of(self, symbol: str, name: str) -> Iterable[str]:  # noqa: C901, PLR0912
        if symbol == PORTFOLIO:
            yield from ("portfolio", "portfolio's", "your holdings", "your investments", "your account")
            return
        if symbol in _CONTAINERS:
            return
        if len(symbol) > 1:
            yield symbol
        elif symbol:
            yield f"({symbol})"
        if symbol in PLANNING:
            yield from {"plan": ("plan", "savings"), "loan": ("loan", "mortgage")}[symbol]
        if symbol.endswith(" cash"):
            yield from ("cash", "Cash")
        short = name
        while short:
            yield short
            if "&" in short:
                yield short.replace("&", "and")
            if short.startswith("The "):
                yield short[4:]
            shorter = _LEGAL_END.sub("", short).rstrip(",& ")
            if shorter == short:
                break
            short = shorter
        if symbol.startswith("^"):
            yield from ("the index", "The index")
        words = short.removeprefix("The ").split()
        for count in range(1, len(words)):
            part = " ".join(words[:count])
            if self.known(part) == symbol or (
                count == 1 and _is_distinct(part) and len(part) > 3 and part[0].isupper()
            ):
                yield part


def _is_distinct(alias: str) -> bool:
    """Whether a name in small letters could mean nothing else."""
    if alias.isupper() or alias.startswith(("(", "^")):
        return False
    return " " in alias or alias in ("portfolio", "plan", "loan", "cash") or alias.lower() not in _common_words()


@lru_cache(maxsize=1)
def _common_words() -> frozenset[str]:
    lines = COMMON_WORDS_FILE.read_text(encoding="ascii").split("\n")
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split()) | OPENERS


def _plain(word: str) -> str:
    return _POSSESSIVE.sub("", word.strip(".,;:!?/$-")).lower().replace("’", "'")


def _without_inside(text: str, found: list[Mention]) -> list[Mention]:
    """Leaves out "in your portfolio" where someone else is spoken of before."""
    kept: list[Mention] = []
    for mention in found:
        is_inside = (
            mention.symbols == (PORTFOLIO,) and mention.role == "subject" and _INSIDE.search(text[: mention.start])
        )
        if is_inside and any(other.symbols not in ((PORTFOLIO,), ()) for other in kept):
            continue
        kept.append(mention)
    return kept


def _roles(text: str, found: list[Mention]) -> list[Mention]:
    """Joins "Apple (AAPL)" and "Apple, Microsoft and Coca-Cola", and marks what stands after "than"."""
    joined: list[Mention] = []
    for mention in found:
        last = joined[-1] if joined else None
        if last and mention.role == last.role == "subject":
            gap = text[last.end : mention.start]
            if mention.symbols == last.symbols[-1:] and mention.symbols != (None,) and _SAME.fullmatch(gap):
                joined[-1] = replace(last, end=mention.end)
                continue
            if gap == " (" and text[mention.end : mention.end + 1] == ")":
                joined[-1] = replace(last, end=mention.end, symbols=(None,))  # "Apple (MSFT)" is neither
                continue
            if _JOINED.fullmatch(gap) and gap.strip():
                joined[-1] = replace(last, end=mention.end, symbols=(*last.symbols, *mention.symbols))
                continue
        joined.append(mention)
    return [
        replace(mention, role="oblique")
        if mention.role == "subject" and _OBLIQUE.search(text[max(0, mention.start - 60) : mention.start])
        else mention
        for mention in joined
    ]


def _linked(found: list[Mention], carried: tuple[str | None, ...]) -> list[Mention]:
    """Gives each pronoun whom it stands for: the subject before it in the sentence, else the one carried over."""
    current = carried
    linked: list[Mention] = []
    for mention in found:
        if mention.role == "pronoun":
            linked.append(replace(mention, symbols=current))
            continue
        if mention.role == "subject":
            current = mention.symbols
        linked.append(mention)
    return linked
