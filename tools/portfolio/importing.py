"""A broker's CSV file → dated purchases, or every reason why not, each with its line. Nothing is kept here."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from tools.context import Transaction
from tools.errors import ArgumentError
from tools.portfolio.csv_cells import (
    Refused,
    day_first,
    decimal_mark,
    read_currency,
    read_date,
    read_number,
    read_text,
    split_money,
)
from tools.portfolio.csv_file import MAX_ROWS, Problem, Row, Unreadable, decode, records
from tools.portfolio.csv_header import Field, Header, find_header, plain_title

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from tools.context import Listing, SymbolResolver
    from tools.portfolio.csv_cells import DecimalMark

MAX_PROBLEMS = 100
MAX_PRICE = Decimal(10) ** 15
_OPTIONAL = frozenset({"cost", "total_cost", "currency", "date", "account"})
_EMPTY = frozenset({"-", "--", "---", "–", "—", "n/a", "n.a."})
_TOTALS = frozenset(
    "total, totals, grand total, subtotal, sub total, sum, summe, gesamt, gesamtsumme, totaux, total general, "
    "total portfolio, account total, portfolio total, somme, totale".split(", ")
)
_BUYS = frozenset("buy, bought, b, purchase, long, kauf, k, achat, a, compra, acquisto, open".split(", "))
# A column called "type" says what was done, or what kind of thing was bought: there, only these words are refused.
_LOOSE_SIDES = frozenset({"type", "art"})
_NO_BUYS = frozenset(
    "sell, sold, sale, s, short, dividend, div, interest, deposit, withdrawal, fee, transfer, split, verkauf, v, "
    "dividende, zins, zinsen, einzahlung, auszahlung, gebuehr, vente, depot, retrait, frais, interets".split(", ")
)
# A price worked out from a total is rounded here: a ten-billionth, whatever the currency.
_PRICE_STEP = Decimal("1e-10")


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """One purchase as understood: the line it came from, and the name of what was bought, for the preview."""

    line: int
    name: str
    transaction: Transaction


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What importing would do. With any problem there are no rows: a file is imported as a whole or not at all.

    `notes` say what was assumed or skipped; a person must see them before confirming.
    """

    rows: tuple[ImportedRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """The purchases, in the file's order; equal ones are separate lots."""
        return tuple(row.transaction for row in self.rows)


@dataclass(slots=True)
class _Reading:
    """What is known of the whole file while its lines are read."""

    header: Header
    symbols: SymbolResolver
    today: date
    default_currency: str
    rows: list[Row]
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    listings: dict[str, Listing | str] = field(default_factory=dict)
    undated: list[int] = field(default_factory=list)
    in_hundredths: bool = False
    by_default_currency: bool = False
    from_totals: bool = False

    def cell(self, row: Row, name: Field) -> str:
        """The cell of a field, or "" when the file has no such column or marks the cell as empty ("--", "n/a")."""
        column = self.header.columns.get(name)
        cell = "" if column is None else row.cells[column]
        return "" if name in _OPTIONAL and cell.strip().casefold() in _EMPTY else cell

    def cells(self, *names: Field) -> Iterator[tuple[int, str]]:
        """The line and cell of these fields in all rows, empty cells left out."""
        for row in self.rows:
            for name in names:
                cell = self.cell(row, name)
                if cell.strip():
                    yield row.line, cell


def preview_import(
    content: bytes, symbols: SymbolResolver, *, today: date, default_currency: str = "USD"
) -> ImportPreview:
    """Read a broker's CSV file of holdings, one purchase a line.

    Needed are a symbol and a quantity; cost per share, currency, date and account are used when there. Comma,
    semicolon, tab and bar as delimiter, both decimal marks, and UTF-8, UTF-16 or Western European text are
    understood. A line without a date counts from `today`; without any currency, costs are in `default_currency`.

    Returns:
        The rows, or every problem with its line, never both; and notes on what was assumed.

    Source: the column names are those of common brokers' exports; formula cells after OWASP, "CSV injection".
    """
    try:
        text, note = decode(content)
        text = _without_separator_line(text)
        header = find_header(text)
        rows = [row for row in records(text, header.delimiter) if row.line > header.line]
    except Unreadable as error:
        return ImportPreview(problems=(error.problem,))
    reading = _Reading(header, symbols, today, default_currency, [])
    reading.notes += [*([note] if note else []), *header.notes]
    trimmed = (_trimmed(row, header.width) for row in rows)
    reading.rows = [row for row in trimmed if _is_holding(row, reading)]
    found = _read_rows(reading)
    if not found and not reading.problems:
        reading.problems.append(Problem(header.line, "no holdings follow the column names; add a line for each"))
    if reading.problems:
        return ImportPreview(problems=_in_order(reading.problems))
    return ImportPreview(rows=tuple(found), notes=(*reading.notes, *_assumptions(reading)))


def _without_separator_line(text: str) -> str:
    """Excel's first line "sep=;" only names the delimiter; blanked, so that line numbers stay right."""
    first, newline, rest = text.partition("\n")
    return newline + rest if first.strip().lower().startswith("sep=") else text


def _trimmed(row: Row, width: int) -> Row:
    """The row without empty cells past the last column, as a delimiter at the end of a line leaves them."""
    cells = row.cells
    while len(cells) > width and not cells[-1].strip():
        cells = cells[:-1]
    return Row(row.line, cells)


def _is_holding(row: Row, reading: _Reading) -> bool:
    """Whether a row is to be read: blank ones and totals are not, and a ragged one is a problem."""
    if row.is_blank:
        return False
    filled = [cell for cell in row.cells if cell.strip()]
    if plain_title(filled[0]) in _TOTALS and not _has_date(row, reading.header):
        reading.notes.append(f"Line {row.line} (“{filled[0].strip()}”) was skipped as a total.")
        return False
    if len(row.cells) != reading.header.width:
        reason = f"it has {len(row.cells)} cells where the column names have {reading.header.width}; add or remove some"
        reading.problems.append(Problem(row.line, reason))
        return False
    return True


def _has_date(row: Row, header: Header) -> bool:
    column = header.columns.get("date")
    cell = row.cells[column].strip() if column is not None and column < len(row.cells) else ""
    return bool(cell) and cell not in _EMPTY


def _read_rows(reading: _Reading) -> list[ImportedRow]:
    if len(reading.rows) > MAX_ROWS:
        reason = f"there are {len(reading.rows):,} holdings; at most {MAX_ROWS:,} are imported at a time"
        reading.problems.append(Problem(reading.rows[MAX_ROWS].line, reason))
        return []
    numbers = ((line, split_money(cell)[0]) for line, cell in reading.cells("quantity", "cost", "total_cost"))
    mark, disagreeing = decimal_mark(numbers, reading.header.delimiter)
    days_first, other_way_round = day_first(reading.cells("date"))
    bad_lines = {**disagreeing, **other_way_round}
    found: list[ImportedRow] = []
    for row in reading.rows:
        try:
            if row.line in bad_lines:
                raise Refused(bad_lines[row.line])  # noqa: TRY301 (told like every other problem of a line)
            found.append(_read_row(row, reading, mark, days_first=days_first))
        except Refused as error:
            reading.problems.append(Problem(row.line, str(error)))
    return found


def _read_row(row: Row, reading: _Reading, mark: DecimalMark | None, *, days_first: bool | None) -> ImportedRow:
    side = reading.cell(row, "side").strip()
    if _is_no_buy(plain_title(side), plain_title(reading.header.titles.get("side", ""))):
        raise Refused(f"this line says “{side[:40]}”; only what was bought and is still held can be imported")
    listing = _listing(read_text(reading.cell(row, "symbol"), "the symbol"), reading)
    quantity = read_number(reading.cell(row, "quantity"), mark, "the quantity")
    price, currency = _price(row, reading, mark, quantity, listing)
    date_cell = reading.cell(row, "date")
    if date_cell.strip():
        traded_on = read_date(date_cell, reading.today, days_first=days_first)
    else:
        reading.undated.append(row.line)
        traded_on = reading.today
    account = read_text(reading.cell(row, "account"), "the account")
    return ImportedRow(
        row.line, listing.name, Transaction(listing.symbol, quantity, price, currency, traded_on, account)
    )


def _is_no_buy(side: str, title: str) -> bool:
    if title in _LOOSE_SIDES:
        return not _NO_BUYS.isdisjoint(side.split())
    return bool(side) and side not in _BUYS


def _listing(text: str, reading: _Reading) -> Listing:
    if not text:
        raise Refused("the symbol is missing; write one, or remove the line")
    if text not in reading.listings:
        try:
            listing = reading.symbols.resolve(text)
        except ArgumentError as error:
            reading.listings[text] = str(error)
        else:
            reading.listings[text] = listing
            if listing.symbol != text:
                reading.notes.append(f"“{text}” was read as {listing.symbol} ({listing.name}).")
    found = reading.listings[text]
    if isinstance(found, str):
        raise Refused(found)
    return found


def _price(
    row: Row, reading: _Reading, mark: DecimalMark | None, quantity: Decimal, listing: Listing
) -> tuple[Decimal | None, str]:
    """The price of one share, None when the file doesn't say, and its currency."""
    name: Field = "cost" if "cost" in reading.header.columns else "total_cost"
    number, in_cell = split_money(reading.cell(row, name))
    currency, divisor = _currency(read_text(reading.cell(row, "currency"), "the currency"), in_cell, reading, listing)
    if not number:
        return None, currency
    price = read_number(number, mark, "the cost") / divisor
    if name == "total_cost":
        reading.from_totals = True
        price /= quantity
        if price > MAX_PRICE:
            raise Refused("the cost of one share comes out too large; correct the quantity or the total cost")
        price = price.quantize(_PRICE_STEP).normalize()
    return price, currency


def _currency(column: str, in_cell: str, reading: _Reading, listing: Listing) -> tuple[str, int]:
    """The currency of a row and what its cost is divided by: from its column, its cost, or the cost's title."""
    text = column or in_cell or reading.header.cost_currency
    if not text:
        if "." in listing.symbol:  # a listing outside the United States is rarely priced in the base currency
            raise Refused(f"the currency of {listing.symbol} is missing; add a currency column")
        reading.by_default_currency = True
        return reading.default_currency, 1
    code, divisor = read_currency(text)
    if column and in_cell and in_cell != "$" and read_currency(in_cell)[0] != code:
        raise Refused(f"the cost is in {in_cell}, but the currency says {column}; correct one of them")
    reading.in_hundredths = reading.in_hundredths or divisor != 1
    return code, divisor


def _assumptions(reading: _Reading) -> Iterator[str]:
    """What was assumed where the file says nothing."""
    if "cost" not in reading.header.columns and "total_cost" not in reading.header.columns:
        yield "There is no column for the cost, so gains can't be shown."
    if reading.from_totals:
        yield "The cost of one share was worked out from the total cost."
    if reading.in_hundredths:
        yield "Costs in pence or cents were turned into whole pounds or units."
    if reading.by_default_currency:
        yield f"There is no currency, so costs were taken to be in {reading.default_currency}."
    if reading.undated:
        lines = f"line {reading.undated[0]}" if len(reading.undated) == 1 else f"{len(reading.undated)} lines"
        yield f"There is no date on {lines}, so these count as held since today, {reading.today}."


def _in_order(problems: list[Problem]) -> tuple[Problem, ...]:
    """By line, at most a hundred, and then how many more there are."""
    problems = sorted(problems, key=lambda problem: problem.line)
    more = len(problems) - MAX_PROBLEMS
    if more > 0:
        problems = [*problems[:MAX_PROBLEMS], Problem(problems[MAX_PROBLEMS].line, f"{more} more lines have problems")]
    return tuple(problems)
