"""The symbol directory: about 11,000 listings with the names they are known by, read in a few milliseconds."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from tools.context import Listing
from tools.parsing.currencies import parse_currency
from tools.symbols.names import comparable, name_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tools.context import ListingKind

_HERE = Path(__file__).parent
LISTINGS_FILE = _HERE.parent / "market_data" / "bundle" / "listings.tsv"
OWN_LISTINGS_FILE = _HERE / "own_listings.tsv"
ALIASES_FILE = _HERE / "aliases.toml"
COMMON_WORDS_FILE = _HERE / "common_words.txt"

PROMINENT = 1600
"""Companies up to this place by market value, and members of the large stock indices, are well known."""

HOUSEHOLD = 600
"""Only the names of companies up to this place are corrected when misspelt: the more names, the more false friends."""

_SHORTEST_BASE = 3
_OWN = "own"
"""Begins the issuer of a listing that was written down by hand."""
_NOT_COMMON_STOCK = re.compile(r".+-(?:P[A-Z]?|WT[A-Z]?|UN|RT|WS|R|U)$")


class Entry(NamedTuple):
    """One line of the directory.

    `company` groups the listings of one issuer; `size` is its place by market value
    (0 is the largest); `keys` are its comparable names, joined by "|" (kept so: 11,000 of these are read at start).
    """

    symbol: str
    name: str
    kind: str
    exchange: str
    country: str
    sector: str
    company: str
    size: int
    joined_keys: str

    @property
    def keys(self) -> list[str]:
        """Its comparable names."""
        return self.joined_keys.split("|")

    def listing(self) -> Listing:
        """What is shown of it."""
        kind = cast("ListingKind", self.kind)
        return Listing(self.symbol, self.name, kind, self.exchange, self.country, self.sector)

    def preference(self) -> tuple[int, int, str]:
        """Sorts the listings of one company, the one that is meant by its bare name first.

        That is one on an American exchange, then the home exchange, then over the counter, then preferred shares,
        warrants and units.
        """
        if _NOT_COMMON_STOCK.fullmatch(self.symbol):
            rank = 3
        elif self.exchange in {"", "OTC"} and self.company.startswith("cik"):
            rank = 2
        else:
            rank = 0 if self.company.startswith("cik") and "." not in self.symbol else 1
        return rank, self.size, self.symbol


@dataclass(frozen=True)
class Directory:
    """All listings, and the words that need care. Lookups are exact; the rules live in `DirectoryResolver`."""

    entries: tuple[Entry, ...]
    aliases: dict[str, str]
    asked_back: dict[str, tuple[str, ...]]
    capitals: dict[str, str]
    common_words: frozenset[str]
    by_symbol: dict[str, Entry] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_symbol", {entry.symbol: entry for entry in self.entries})

    @cached_property
    def by_key(self) -> dict[str, list[Entry]]:
        """Comparable name → the entries that bear it."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for key in entry.keys:
                found.setdefault(key, []).append(entry)
        return found

    @cached_property
    def by_first_word(self) -> dict[str, list[Entry]]:
        """First word of a name → the entries whose name goes on after it."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for key in entry.keys:
                word, _, rest = key.partition(" ")
                if rest:
                    found.setdefault(word, []).append(entry)
        return found

    @cached_property
    def by_base(self) -> dict[str, Entry]:
        """A ticker without its exchange ("LLOY", "HSBA") → the best listing of the only company that has it.

        Not where the base is a symbol, a common word or a currency of its own; short ones only of large companies.
        """
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            base, dot, _ = entry.symbol.rpartition(".")
            if dot and base.replace("-", "").isalpha() and len(base) >= _SHORTEST_BASE and base not in self.by_symbol:
                found.setdefault(base, []).append(entry)
        return {
            base: best_of(entries)
            for base, entries in found.items()
            if len({entry.company for entry in entries}) == 1
            and (len(base) > _SHORTEST_BASE or entries[0].size <= HOUSEHOLD or entries[0].company.startswith(_OWN))
            and base.lower() not in self.common_words
            and parse_currency(base) is None
        }

    @cached_property
    def well_known(self) -> dict[str, str]:
        """Names that a slip of the keyboard may be corrected to → symbol, written without blanks.

        Aliases, the names of well-known listings, and first words that only one well-known company starts with.
        """
        names = {alias.replace(" ", ""): symbol for alias, symbol in self.aliases.items()}
        for key, symbol in self._well_known_names():
            squeezed = key.replace(" ", "")
            if len(squeezed) >= 4:
                names.setdefault(squeezed, symbol)
        return names

    def _well_known_names(self) -> Iterator[tuple[str, str]]:
        unfit = self.common_words.union(self.asked_back)
        for entry in self.entries:
            if entry.size <= HOUSEHOLD:
                for key in entry.keys:
                    if key not in unfit:
                        yield key, best_of(self.by_key[key]).symbol
        for word, entries in self.by_first_word.items():
            alone = len({entry.company for entry in entries}) == 1
            if alone and word not in unfit and entries[0].size <= HOUSEHOLD:
                yield word, best_of(entries).symbol


def best_of(entries: list[Entry]) -> Entry:
    """The listing meant by the bare name of the largest company among `entries`."""
    largest = min(entries, key=lambda entry: entry.size)
    return min((entry for entry in entries if entry.company == largest.company), key=Entry.preference)


def _bundled_entries() -> Iterator[Entry]:
    lines = LISTINGS_FILE.read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        symbol, name, kind, exchange, country, sector, company, size, keys = line.split("\t")
        yield Entry(symbol, name, kind, exchange, country, sector, company, int(size), keys)


def _own_entries() -> Iterator[Entry]:
    """Indices, funds, commodities and coins written down by hand, each an issuer of its own and well known."""
    for line in OWN_LISTINGS_FILE.read_text(encoding="utf-8").splitlines()[1:]:
        symbol, name, kind, exchange, country = line.split("\t")
        keys = "|".join(dict.fromkeys((comparable(name), name_key(name))))
        yield Entry(symbol, name, kind, exchange, country, "", f"{_OWN}{symbol}", PROMINENT - 1, keys)


@lru_cache(maxsize=1)
def bundled_directory() -> Directory:
    """The directory of the package; a hand-written listing replaces a bundled one of the same symbol."""
    table = tomllib.loads(ALIASES_FILE.read_text(encoding="utf-8"))
    own = tuple(_own_entries())
    replaced = {entry.symbol for entry in own}
    bundled = tuple(entry for entry in _bundled_entries() if entry.symbol not in replaced)
    words = COMMON_WORDS_FILE.read_text(encoding="ascii").split("\n")
    return Directory(
        entries=(*bundled, *own),
        aliases={alias: symbol for symbol, aliases in table["aliases"].items() for alias in aliases},
        asked_back={word: tuple(symbols) for word, symbols in table["ask"].items()},
        capitals=table["capitals"],
        common_words=frozenset(word for line in words if not line.startswith("#") for word in line.split()),
    )
