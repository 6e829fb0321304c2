"""Joins the SEC's company list and pytickersymbols' index members into one directory of listings (build time only)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tools.symbols.names import REGISTRATION_NOTE, name_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

COLUMNS = ("symbol", "name", "kind", "exchange", "country", "sector", "company", "size", "keys")

_SECTORS = {
    "information technology": "technology",
    "health care": "healthcare",
    "healthcare": "healthcare",
    "financials": "financial-services",
    "financial services": "financial-services",
    "consumer discretionary": "consumer-cyclical",
    "consumer staples": "consumer-defensive",
    "energy": "energy",
    "industrials": "industrials",
    "materials": "basic-materials",
    "basic materials": "basic-materials",
    "real estate": "real-estate",
    "utilities": "utilities",
    "communication services": "communication-services",
}
_BLUE_CHIPS = frozenset(
    ["AEX", "BEL 20", "CAC_40", "DAX", "EURO STOXX 50", "FTSE 100", "IBEX 35", "OMX Stockholm 30", "Switzerland 20"]
)
_EXCHANGES = {
    "AS": ("Amsterdam", "Netherlands"),
    "BR": ("Brussels", "Belgium"),
    "DE": ("Xetra", "Germany"),
    "HE": ("Helsinki", "Finland"),
    "L": ("London", "United Kingdom"),
    "MC": ("Madrid", "Spain"),
    "MI": ("Milan", "Italy"),
    "PA": ("Paris", "France"),
    "ST": ("Stockholm", "Sweden"),
    "SW": ("Zurich", "Switzerland"),
    "T": ("Tokyo", "Japan"),
}
_BLUE_CHIP_SIZE = 400
_INDEX_MEMBER_SIZE = 1500
_SHARED_LEGAL = re.compile(r"\b(INC|CORP|CO|LTD|PLC|LP|LLC|TRUST|FUND)\b", re.IGNORECASE)
_KEPT_UPPER = frozenset(
    [
        "ADR",
        "ETF",
        "ETN",
        "US",
        "USA",
        "UK",
        "II",
        "III",
        "IV",
        "VI",
        "VII",
        "VIII",
        "AG",
        "SE",
        "NV",
        "SA",
        "LP",
        "LLC",
        "REIT",
        "SPDR",
        "NY",
        "AI",
        "IT",
        "TV",
    ]
)
_LOWER = frozenset(["of", "and", "the", "for", "de", "del", "la", "y", "e", "in", "on", "at"])


@dataclass(frozen=True, slots=True)
class DirectoryRow:
    """One line of listings.tsv.

    `company` groups the listings of one issuer; `size` is the SEC list's position,
    which is ordered by market value (smaller is larger); `keys` are the comparable names, joined by "|".
    """

    symbol: str
    name: str
    kind: str
    exchange: str
    country: str
    sector: str
    company: str
    size: int
    keys: str

    def line(self) -> str:
        """The row as tab-separated text."""
        return "\t".join(str(getattr(self, column)) for column in COLUMNS)


def display_name(name: str) -> str:
    """An SEC conformed name as people write it: "AMAZON COM INC" → "Amazon Com Inc", "BOEING CO" → "Boeing Co"."""
    cleaned = REGISTRATION_NOTE.sub("", name).strip().rstrip("/").strip()
    letters = _SHARED_LEGAL.sub("", cleaned)
    if letters != letters.upper():
        return cleaned
    words = []
    for position, word in enumerate(cleaned.split()):
        bare = word.strip(".,()")
        if bare.upper() in _KEPT_UPPER or "&" in word or any(character.isdigit() for character in word):
            words.append(word)
        elif position and bare.lower() in _LOWER:
            words.append(word.lower())
        elif len(bare) > 1 and not re.search("[AEIOUY]", bare.upper()) and bare.upper() not in {"LTD", "MFG", "BLDG"}:
            words.append(word)
        else:
            words.append("-".join(part.capitalize() for part in word.split("-")))
    return " ".join(words)


def _sector(industries: Iterable[str]) -> str:
    """The one sector all recognised labels agree on, else unknown ("")."""
    found = {_SECTORS[label.lower()] for label in industries if label.lower() in _SECTORS}
    return found.pop() if len(found) == 1 else ""


def _country(label: str | None, exchange_country: str) -> str:
    """A country's name; "Austin, Texas" is in the United States, other towns fall back on the exchange's country."""
    if not label or label == "none":
        return exchange_country
    if "," not in label:
        return label
    tail = label.rsplit(",", 1)[1].strip()
    foreign = {"Switzerland", "Bahamas", "Canada", "United Kingdom", "Singapore", "Ireland", "Israel", "Bermuda"}
    foreign |= {"Netherlands", "Puerto Rico"}
    return tail if tail in foreign else "United States"


def _alike(name: str, row: DirectoryRow, *, first_listing: bool) -> bool:
    """Whether `name` may be that of `row`: guards against a ticker that changed hands or was joined in error.

    For a company's first listing a shared word is enough; for its others one name must begin the other.
    """
    ours, theirs = name_key(name), name_key(row.name)
    if row.symbol == name.upper() or ours.replace(" ", "") == theirs.replace(" ", ""):
        return True
    if first_listing:
        return any(len(word) > 2 for word in set(ours.split()) & set(theirs.split()))
    return f"{ours} ".startswith(f"{theirs} ") or f"{theirs} ".startswith(f"{ours} ")


def _keys(*names: str) -> str:
    return "|".join(dict.fromkeys(key for key in map(name_key, names) if key))


def _same_name(name: str, suffix: str, by_key: Mapping[str, list[DirectoryRow]]) -> list[str]:
    """The American tickers of a company listed abroad, by its very name.

    Only over-the-counter ones count, or any for Japan: two exchange-listed companies of different countries may
    well share a name (Compass Group and Compass).
    """
    namesakes = by_key.get(name_key(name), [])
    if len({row.company for row in namesakes}) != 1:
        return []
    if suffix != "T" and not all(row.exchange == "OTC" for row in namesakes):
        return []
    return [row.symbol for row in namesakes]


def sec_rows(companies: Iterable[tuple[str, str, str, str]]) -> dict[str, DirectoryRow]:
    """Ticker → row, from (cik, ticker, exchange, name) in the SEC's order."""
    rows: dict[str, DirectoryRow] = {}
    for size, (cik, ticker, exchange, name) in enumerate(companies):
        if not re.fullmatch(r"[A-Z][A-Z0-9.\-]{0,9}", ticker):
            continue
        kind = "etf" if re.search(r"\bETFs?\b", name, re.IGNORECASE) else "stock"
        rows[ticker] = DirectoryRow(
            ticker, display_name(name), kind, exchange or "", "", "", f"cik{int(cik)}", size, _keys(name)
        )
    return rows


def index_members(indices: Mapping[str, Any]) -> dict[str, tuple[dict[str, Any], list[str]]]:
    """Company name → (its record, the indices it is in)."""
    members: dict[str, tuple[dict[str, Any], list[str]]] = {}
    for index, data in indices.items():
        for company in data["companies"]:
            members.setdefault(company["name"], (company, []))[1].append(index)
    return members


def join(
    sec: dict[str, DirectoryRow], members: dict[str, tuple[dict[str, Any], list[str]]]
) -> tuple[DirectoryRow, ...]:
    """All listings, largest first.

    The SEC's, named and described better where the other list agrees, and the home listings of the companies outside
    the United States, grouped with their American ones.
    """
    rows = dict(sec)
    by_key: dict[str, list[DirectoryRow]] = {}
    for row in sec.values():
        by_key.setdefault(row.keys, []).append(row)
    firsts = {record.get("symbol") for record, _ in members.values()}
    for name, (record, indices) in members.items():
        symbol = record.get("symbol") or ""
        others = [entry.get("yahoo", "") for entry in record.get("symbols", [])]
        plain_name = re.sub(r"\s*\(.*\)$", "", name).strip()
        american = [
            ticker
            for ticker in dict.fromkeys((symbol, *others))
            if ticker in sec
            and (ticker == symbol or ticker not in firsts)
            and _alike(plain_name, sec[ticker], first_listing=ticker == symbol)
        ]
        namesakes = {row.company for row in by_key.get(name_key(plain_name), ())}
        if namesakes:
            # The very name belongs to another company: the source has joined two.
            american = [ticker for ticker in american if sec[ticker].company in namesakes]
        sector = _sector(record.get("industries", []))
        _, _, suffix = symbol.partition(".")
        if not american and suffix in _EXCHANGES:
            american = _same_name(plain_name, suffix, by_key)
        if suffix in _EXCHANGES:
            exchange, exchange_country = _EXCHANGES[suffix]
            company = sec[american[0]].company if american else f"at{symbol}"
            blue = bool(_BLUE_CHIPS.intersection(indices))
            size = _BLUE_CHIP_SIZE if blue else _INDEX_MEMBER_SIZE
            size = min([size, *(sec[ticker].size for ticker in american)])
            country = _country(record.get("country"), exchange_country)
            keys = _keys(plain_name, *(key for ticker in american for key in sec[ticker].keys.split("|")))
            home = DirectoryRow(symbol, plain_name, "stock", exchange, country, sector, company, size, keys)
            rows[symbol] = home
            for other in others:
                second = other.partition(".")[2]
                # London's codes that begin with a digit are only for trades reported there.
                if second in _EXCHANGES and other not in rows and (second != "L" or not other[0].isdigit()):
                    rows[other] = replace(home, symbol=other, exchange=_EXCHANGES[second][0], size=size + 1)
        for ticker in american:
            row = rows[ticker]
            country = _country(record.get("country"), "") or row.country
            keys = _keys(*row.keys.split("|"), plain_name)
            rows[ticker] = replace(row, name=plain_name, country=country, sector=sector, keys=keys)
    return tuple(sorted(rows.values(), key=lambda row: (row.size, row.symbol)))
