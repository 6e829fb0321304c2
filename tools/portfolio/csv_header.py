"""Which column of a broker's CSV file is which: the names brokers use, in English, German, French and some more."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tools.portfolio.csv_cells import Refused, read_currency
from tools.portfolio.csv_file import DELIMITERS, Row, Unreadable, records

if TYPE_CHECKING:
    from collections.abc import Sequence

Field = Literal["symbol", "quantity", "cost", "total_cost", "currency", "date", "account", "side"]

MAX_TITLE = 100
HEADER_WITHIN = 20
"""Brokers put a title and dates first: the header is looked for in this many records."""

# Best name first: where several columns could be the field, the first named here is taken.
_NAMES: dict[Field, str] = {
    "symbol": "symbol, ticker, ticker symbol, stock symbol, symbol ticker, trading symbol, kuerzel, symbole, simbolo, "
    "instrument, stock, security, wertpapier, aktie, titel, titre, valeur, name, company, company name, security name, "
    "description, bezeichnung, libelle",
    "quantity": "quantity, qty, shares, units, no of shares, number of shares, share count, shares held, anzahl, "
    "stueck, stueckzahl, menge, bestand, anteile, nominal stueck, quantite, qte, nombre, nombre de titres, nb titres, "
    "parts, cantidad, quantita, position, holding",
    "cost": "cost per share, average cost per share, avg cost per share, unit cost, purchase price, purchase price per "
    "share, price paid, buy price, avg cost, average cost, avg price, average price, avg buy price, average buy price, "
    "cost price, entry price, open price, price per share, cost share, einstandskurs, einstandspreis, kaufkurs, "
    "kaufpreis, durchschnittskurs, durchschnittspreis, einstand, prix d achat, prix de revient, "
    "prix de revient unitaire, "
    "pru, cout unitaire, prix unitaire, prix moyen, trade price, unit price, cost, price, cout, kurs, preis, "
    "prix, cours",
    "total_cost": "total cost, cost basis, total cost basis, cost basis total, book cost, book value, amount invested, "
    "einstandswert, kaufwert, cout total, montant investi",
    "currency": "currency, ccy, cur, curr, currency code, trading currency, waehrung, whg, devise, monnaie, divisa, "
    "valuta",
    "date": "trade date, purchase date, buy date, date acquired, date purchased, acquisition date, transaction date, "
    "open date, acquired, kaufdatum, handelsdatum, handelstag, date d achat, date achat, date d operation, "
    "date de transaction, date, datum, fecha, data",
    "account": "account, account name, account number, account no, konto, depot, depotnummer, kontonummer, compte, "
    "cuenta, conto, portfolio",
    "side": "action, side, buy sell, b s, transaction type, trade type, order type, type, art, transaktion, "
    "kauf verkauf, sens, operation",
}
_RANKS: dict[str, tuple[Field, int]] = {
    name: (field, rank) for field, names in _NAMES.items() for rank, name in enumerate(names.split(", "))
}
_LOOSE_COSTS = frozenset({"cost", "price", "cout", "kurs", "preis", "prix", "cours"})
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class Header:
    """Where each field is; `cost_currency` is a code in the cost column's own name ("Price (EUR)"), or ""."""

    line: int
    delimiter: str
    width: int
    columns: dict[Field, int]
    titles: dict[Field, str]
    cost_currency: str
    notes: tuple[str, ...]


class _TwiceTheSame(Unreadable):
    """The header was found, but names a column twice."""


def find_header(text: str) -> Header:
    """The header, under the delimiter that makes most sense of it. Raises `Unreadable` when there is none."""
    found: list[Header] = []
    broken: list[Unreadable] = []
    for delimiter in DELIMITERS:
        try:
            for number, row in enumerate(records(text, delimiter)):
                header = _as_header(row, delimiter)
                if header:
                    found.append(header)
                if header or number >= HEADER_WITHIN:
                    break
        except _TwiceTheSame:
            raise
        except Unreadable as error:
            broken.append(error)
    if found:
        return max(found, key=lambda header: len(header.columns))
    if len(broken) == len(DELIMITERS):
        raise broken[0]
    raise Unreadable(
        1,
        "there is no line of column names with a symbol and a quantity; "
        "begin the file with symbol,quantity,cost,currency,date,account",
    )


def _as_header(row: Row, delimiter: str) -> Header | None:
    titles = [" ".join(cell.split()) for cell in row.cells]
    candidates: dict[Field, list[tuple[int, int]]] = {}
    for column, title in enumerate(titles):
        known = _RANKS.get(plain_title(title))
        if known:
            candidates.setdefault(known[0], []).append((known[1], column))
    if "symbol" not in candidates or "quantity" not in candidates:
        return None
    columns: dict[Field, int] = {}
    for field, ranked in candidates.items():
        ranked.sort()
        if len(ranked) > 1 and ranked[0][0] == ranked[1][0]:
            raise _TwiceTheSame(row.line, f"two columns are called “{titles[ranked[0][1]]}”; rename or remove one")
        columns[field] = ranked[0][1]
    if "cost" in columns:
        columns.pop("total_cost", None)
    cost = columns.get("cost", columns.get("total_cost"))
    return Header(
        line=row.line,
        delimiter=delimiter,
        width=len(row.cells),
        columns=columns,
        titles={field: titles[column] for field, column in columns.items()},
        cost_currency="" if cost is None else _code_in(titles[cost]),
        notes=_notes(row.line, titles, columns),
    )


def plain_title(title: str) -> str:
    """A column's name without case, accents, punctuation and what is in brackets: "Kaufkurs (EUR)" → "kaufkurs"."""
    title = _IN_BRACKETS.sub(" ", title[:MAX_TITLE].casefold()).replace("#", " no ").translate(_GERMAN)
    letters = unicodedata.normalize("NFKD", title)
    letters = "".join(character for character in letters if not unicodedata.combining(character))
    return " ".join(re.findall(r"[a-z0-9]+", letters))


def _code_in(title: str) -> str:
    """The currency in brackets in a column's name, or "" when that is something else ("per share")."""
    match = _IN_BRACKETS.search(title[:MAX_TITLE])
    try:
        return match[1].strip() if match and read_currency(match[1]) else ""
    except Refused:
        return ""


def _notes(line: int, titles: Sequence[str], columns: dict[Field, int]) -> tuple[str, ...]:
    notes = []
    if line > 1:
        notes.append(f"What stands before the column names on line {line} was skipped.")
    if "cost" in columns and plain_title(titles[columns["cost"]]) in _LOOSE_COSTS:
        notes.append(f"The column “{titles[columns['cost']]}” was read as the price paid for one share.")
    unused = [title for column, title in enumerate(titles) if column not in columns.values() and title]
    if unused:
        notes.append(f"Not used: {', '.join(f'“{title[:40]}”' for title in unused)}.")
    return tuple(notes)
