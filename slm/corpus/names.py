"""Names for the corpus: thousands of real ones, half of them well known, and some that nobody bears."""

from __future__ import annotations

import csv
import re
from importlib import resources
from typing import TYPE_CHECKING

from slm.corpus.heldout import HeldOut, load_held_out, words
from slm.corpus.noise import slip
from tools.parsing.spans import FUNCTION_WORDS
from tools.symbols.directory import bundled_directory

if TYPE_CHECKING:
    from random import Random

_SUFFIX = re.compile(
    r",?\s+(?:inc|corp|corporation|co|company|plc|ltd|limited|llc|lp|ag|se|sa|nv|spa|asa|ab|holdings?|group|trust|"
    r"bancorp|adr|class [a-c]|new|/[a-z]+/?)\.?$",
    re.IGNORECASE,
)
_STARTS = (
    *(
        "al",
        "an",
        "ar",
        "be",
        "bo",
        "bra",
        "ca",
        "cor",
        "da",
        "del",
        "dra",
        "el",
        "en",
        "far",
        "fi",
        "fre",
        "ga",
        "glo",
    ),
    *("har", "hy", "in", "jo", "ka", "kor", "la", "lu", "ma", "mer", "mo", "na", "nor", "o", "or", "pa", "pre", "qua"),
    *("ra", "ro", "sa", "se", "so", "sta", "ta", "te", "tri", "u", "va", "ver", "vi", "wa", "xe", "ya", "za", "zo"),
)
_ENDS = (
    *("bix", "cor", "da", "dex", "don", "dyne", "fen", "gen", "gon", "kin", "la", "len", "lix", "lon", "lux", "max"),
    *("mer", "mos", "na", "nex", "nis", "nix", "nova", "pex", "plex", "qua", "ra", "rix", "ron", "rus", "sen", "sia"),
    *("sol", "son", "ta", "tech", "tel", "tis", "tra", "tron", "va", "vance", "vex", "via", "vis", "wave", "xa", "zon"),
)
_WORDS = (
    *(
        "Blue",
        "Red",
        "Silver",
        "Golden",
        "Northern",
        "Pacific",
        "Summit",
        "River",
        "Harbor",
        "Cedar",
        "Maple",
        "Granite",
    ),
    *("Eagle", "Falcon", "Lion", "Fox", "Bright", "Clear", "Prime", "United", "First", "Union", "Crown", "Star", "Sun"),
    *("Moon", "Stone", "Iron", "Copper", "Coastal", "Atlas", "Apex", "Vertex", "Quantum", "Digital", "Smart", "Fresh"),
)
_TRADES = (
    *("Foods", "Energy", "Motors", "Pharma", "Health", "Media", "Systems", "Software", "Bank", "Financial", "Airlines"),
    *(
        "Steel",
        "Mining",
        "Oil",
        "Robotics",
        "Brands",
        "Stores",
        "Networks",
        "Semiconductor",
        "Labs",
        "Logistics",
        "Water",
    ),
)
_KINDS = ("index", "100", "500", "200", "composite", "ETF", "fund", "50", "futures", "small cap index", "growth ETF")
_TERM_WORDS = (
    *(
        "forward",
        "net",
        "gross",
        "implied",
        "rolling",
        "adjusted",
        "synthetic",
        "deferred",
        "floating",
        "reverse",
        "cash",
    ),
    *(
        "dual",
        "naked",
        "senior",
        "convertible",
        "index",
        "credit",
        "yield",
        "basis",
        "carry",
        "margin",
        "equity",
        "tax",
    ),
)
_TERM_ENDS = (
    *(
        "ratio",
        "spread",
        "swap",
        "yield",
        "curve",
        "margin",
        "option",
        "call",
        "note",
        "bond",
        "split",
        "trade",
        "premium",
    ),
    *(
        "coverage",
        "turnover",
        "rule",
        "effect",
        "order",
        "risk",
        "hedge",
        "multiple",
        "fund",
        "cost",
        "leverage",
        "loss",
    ),
)
WELL_KNOWN = 2000
"""Places by market value: people ask about these far more often than about the rest."""
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _short(name: str) -> str:
    """ "Northwind Traders, Inc." → "Northwind Traders"."""
    previous = ""
    while previous != name:
        previous, name = name, _SUFFIX.sub("", name).strip(" ,.")
    return name


class NameMaker:
    """Makes names as people type them, none of them held out for evaluation."""

    def __init__(self, rng: Random, held_out: HeldOut | None = None) -> None:
        self.rng = rng
        self.held_out = held_out or load_held_out()
        path = resources.files("tools.market_data") / "bundle" / "listings.tsv"
        with path.open(encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t"))
        barred = self.held_out.holds_name
        kept = [row for row in rows if not barred(row["symbol"]) and not barred(_short(row["name"]))]
        words_file = resources.files("tools.symbols") / "common_words.txt"
        listed = words_file.read_text(encoding="utf-8").split()
        self.ordinary = [word for word in listed if word.isalpha() and len(word) > 2 and word not in FUNCTION_WORDS]
        self.tickers = [row["symbol"] for row in kept if row["symbol"].casefold() not in FUNCTION_WORDS]
        self.names = [short for row in kept if 2 < len(short := _short(row["name"])) < 30]
        well_known = [row for row in kept if int(row["size"]) < WELL_KNOWN]
        everyday = bundled_directory().aliases
        spoken = [_short(row["name"]) for row in well_known]
        self.famous = [name for name in (*everyday, *spoken) if len(name) < 30 and not barred(name)]

    def make(self) -> str:
        """One name or ticker, cased as people do."""
        while True:
            name = self._any()
            if not self.held_out.holds_name(name) and name.casefold() not in FUNCTION_WORDS:
                return name

    def make_term(self) -> str:
        """A finance term that no glossary has."""
        first, second = self.rng.choice(_TERM_WORDS), self.rng.choice(_TERM_ENDS)
        text = f"{first} {second}" if self.rng.random() < 0.7 else f"{first} {self.rng.choice(_TERM_WORDS)} {second}"
        is_free = self.rng.random() < 0.8 and words(text) not in self.held_out.terms
        return text if is_free else self._syllables().lower()

    def _any(self) -> str:
        """Three in four are real; the shares are of all names drawn."""
        draw = self.rng.random()
        if 0.50 <= draw < 0.80:
            return self._cased_ticker(self._ticker(real=draw < 0.74))
        name = self._real_name(famous=draw < 0.30) if draw < 0.50 else self._invented_name(draw)
        return name.lower() if self.rng.random() < 0.45 else name

    def _real_name(self, *, famous: bool) -> str:
        """A company's name, a well-known one now and then with a slip, another one now and then cut short."""
        rng = self.rng
        if famous:
            name = rng.choice(self.famous)
            return slip(name, rng) if rng.random() < 0.06 and name.isalpha() and len(name) > 5 else name
        name = rng.choice(self.names)
        if rng.random() < 0.4 and " " in name:
            name = " ".join(name.split()[: rng.randint(1, 2)]).rstrip(" &-,")
        return name

    def _ticker(self, *, real: bool) -> str:
        rng = self.rng
        if real:
            return rng.choice(self.tickers)
        return "".join(rng.choice(_LETTERS) for _ in range(rng.choice((1, 2, 3, 3, 4, 4, 5))))

    def _invented_name(self, draw: float) -> str:
        """Syllables, words and a trade, or an index; `draw` says which."""
        rng = self.rng
        if draw < 0.91:
            name = self._syllables()
            if rng.random() < 0.15:
                name += rng.choice((" " + rng.choice(_TRADES), " & Co", "'s", "-" + self._syllables(), " Inc", " SA"))
            return name
        if draw < 0.97:
            parts = [rng.choice(_WORDS)]
            if rng.random() < 0.75:
                parts.append(rng.choice(_TRADES))
            if rng.random() < 0.2:
                parts.insert(0, rng.choice(_WORDS))
            return " ".join(parts)
        return f"{rng.choice(('the ', '', ''))}{self._syllables()} {rng.choice(_KINDS)}"

    def _cased_ticker(self, ticker: str) -> str:
        return ticker.lower() if self.rng.random() < 0.25 and len(ticker) > 1 else ticker

    def _syllables(self) -> str:
        rng = self.rng
        middle = rng.choice(_STARTS) if rng.random() < 0.3 else ""
        return (rng.choice(_STARTS) + middle + rng.choice(_ENDS)).capitalize()
