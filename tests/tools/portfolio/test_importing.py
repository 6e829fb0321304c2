"""Brokers' CSV files are read exactly or refused with the line and the reason; never half, never by guessing."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.market_data import FakeSymbols
from tools.context import Listing, Transaction
from tools.errors import AmbiguousSymbol, UnknownSymbol
from tools.portfolio.importing import ImportPreview, preview_import

TODAY = date(2026, 11, 24)
LISTINGS = {
    listing.symbol: listing
    for listing in (
        Listing("AAPL", "Apple Inc.", "stock"),
        Listing("MSFT", "Microsoft Corporation", "stock"),
        Listing("BRK-B", "Berkshire Hathaway Inc.", "stock"),
        Listing("VOD.L", "Vodafone Group plc", "stock"),
        Listing("SAP.DE", "SAP SE", "stock"),
        Listing("TRUE", "TrueCar, Inc.", "stock"),
        Listing("NAN", "Nuveen New York Quality Municipal Income Fund", "stock"),
    )
}
ALIASES = {"BRK.B": "BRK-B", "BRK/B": "BRK-B", "apple": "AAPL", "Apple Inc.": "AAPL"}


class Directory(FakeSymbols):
    """Knows the seven listings above, and that "Delta" could be two."""

    def resolve(self, text: str) -> Listing:
        if text == "Delta":
            raise AmbiguousSymbol(text, ("DAL (Delta Air Lines)", "DLA (Delta Apparel)"))
        listing = LISTINGS.get(ALIASES.get(text, text))
        if listing is None:
            raise UnknownSymbol(text, ("AAPL",) if text == "APPL" else ())
        return listing

    def search(self, text: str, limit: int = 5) -> tuple[Listing, ...]:
        return tuple(listing for listing in LISTINGS.values() if text in listing.name)[:limit]

    def name(self, symbol: str) -> str:
        return LISTINGS[symbol].name


def read(text: str | bytes, default_currency: str = "USD") -> ImportPreview:
    content = text.encode() if isinstance(text, str) else text
    return preview_import(content, Directory(), today=TODAY, default_currency=default_currency)


def lot(
    symbol: str, quantity: str, price: str | None, currency: str = "USD", day: date = TODAY, account: str = ""
) -> Transaction:
    return Transaction(symbol, Decimal(quantity), None if price is None else Decimal(price), currency, day, account)


EXPECTED = (
    lot("AAPL", "1234.5", "150.25", "USD", date(2021, 3, 15), "Main"),
    lot("SAP.DE", "10", "98.7", "EUR", date(2021, 12, 1), "Main"),
)
ENGLISH = (
    "symbol,quantity,cost,currency,date,account\n"
    'AAPL,"1,234.50",150.25,USD,2021-03-15,Main\n'
    "SAP.DE,10,98.70,EUR,2021-12-01,Main\n"
)
GERMAN = (
    "Kürzel;Stückzahl;Einstandskurs;Währung;Kaufdatum;Depot\r\n"
    "AAPL;1.234,50;150,25;USD;15.03.2021;Main\r\n"
    "SAP.DE;10;98,70;EUR;1.12.2021;Main\r\n"
)
FRENCH = (
    "Symbole\tQuantité\tPrix d’achat\tDevise\tDate d'achat\tCompte\n"
    "AAPL\t1 234,50\t150,25\tUSD\t15/03/2021\tMain\n"
    "SAP.DE\t10\t98,70\tEUR\t01/12/2021\tMain\n"
)
BROKER = (
    "Positions for account Main as of 24 Nov 2026\n\n"
    "Ticker|# of Shares|Avg. Cost|Last price|CCY|Trade Date|Account Name\n"
    'AAPL|1234.5|"$150.25"|$260.00|USD|03/15/2021|Main\n'
    "\n"
    "SAP.DE|10|€98.7|240|EUR|12/01/2021|Main|\n"
    "Total|1244.5|--|||--|\n"
)


@pytest.mark.parametrize(
    "content",
    [
        ENGLISH.encode(),
        ENGLISH.encode("utf-8-sig"),
        ENGLISH.encode("utf-16"),
        ENGLISH.encode("utf-16-be"),
        ENGLISH.encode("utf-16-le"),
        ENGLISH.replace("\n", "\r\n").encode(),
        ENGLISH.replace("\n", "\r").encode(),
        ENGLISH.rstrip("\n").encode(),
        (ENGLISH + "\n,,,,,\n\n").encode(),
        ("sep=,\n" + ENGLISH).encode(),
        GERMAN.encode(),
        GERMAN.encode("cp1252"),
        GERMAN.encode("latin-1"),
        FRENCH.encode(),
        FRENCH.replace(" 234", "\u202f234").encode(),
        BROKER.encode(),
    ],
)
def test_the_same_holdings_in_many_dialects(content: bytes) -> None:
    preview = read(content)
    assert preview.problems == ()
    assert preview.transactions == EXPECTED


def test_the_preview_names_what_was_bought_with_its_line() -> None:
    assert [(row.line, row.name) for row in read(ENGLISH).rows] == [(2, "Apple Inc."), (3, "SAP SE")]


def test_notes_say_what_was_assumed_and_skipped() -> None:
    notes = " ".join(read(BROKER).notes)
    assert "before the column names on line 3" in notes
    assert "“Last price”" in notes
    assert "Line 7 (“Total”)" in notes
    assert "Western European" in " ".join(read(GERMAN.encode("latin-1")).notes)


def test_equal_lines_are_separate_lots() -> None:
    text = "symbol,shares\nAAPL,1\nAAPL,1\n"
    assert read(text).transactions == (lot("AAPL", "1", None),) * 2


def test_what_is_missing_is_assumed_aloud_or_left_unknown() -> None:
    preview = read("ticker,qty\napple,2\n", default_currency="EUR")
    assert preview.transactions == (lot("AAPL", "2", None, "EUR"),)
    notes = " ".join(preview.notes)
    for words in ("“apple” was read as AAPL", "gains can't be shown", "in EUR", "held since today, 2026-11-24"):
        assert words in notes


@pytest.mark.parametrize("currency", ["GBX", "GBp", "pence", "gbx"])
def test_pence_become_pounds(currency: str) -> None:
    preview = read(f"symbol,quantity,avg cost,currency\nVOD.L,100,72.5,{currency}\n")
    assert preview.transactions == (lot("VOD.L", "100", "0.725", "GBP"),)
    assert any("pence" in note for note in preview.notes)


@pytest.mark.parametrize("currency", ["GBP", "gbp", "£"])
def test_pounds_stay_pounds(currency: str) -> None:
    assert read(f"symbol,quantity,avg cost,currency\nVOD.L,100,72.5,{currency}\n").transactions[0].price == Decimal(
        "72.5"
    )


@pytest.mark.parametrize(
    ("cell", "currency"),
    [("$12.50", "USD"), ("12.50 EUR", "EUR"), ("€12.50", "EUR"), ("GBP 12.50", "GBP"), ("£12.50", "GBP")],
)
def test_a_currency_may_stand_with_the_cost(cell: str, currency: str) -> None:
    assert read(f"symbol,quantity,avg cost\nAAPL,1,{cell}\n").transactions == (lot("AAPL", "1", "12.5", currency),)


def test_a_currency_may_stand_in_the_column_name() -> None:
    assert read("symbol,quantity,Avg cost (EUR)\nSAP.DE,1,12.5\n").transactions[0].currency == "EUR"


def test_a_total_cost_is_divided_and_said_so() -> None:
    preview = read("symbol,quantity,cost basis,ccy\nAAPL,3,100,USD\n")
    assert preview.transactions[0].price == Decimal("33.3333333333")
    assert any("total cost" in note for note in preview.notes)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2021-03-05", date(2021, 3, 5)),
        ("2021/3/5", date(2021, 3, 5)),
        ("2021-03-05T09:30:00Z", date(2021, 3, 5)),
        ("20210305", date(2021, 3, 5)),
        ("5.3.2021", date(2021, 3, 5)),
        ("05-Mar-2021", date(2021, 3, 5)),
        ("5 March 2021", date(2021, 3, 5)),
        ('"Mar 5, 2021"', date(2021, 3, 5)),
        ("25/03/2021", date(2021, 3, 25)),
        ("03/25/2021", date(2021, 3, 25)),
        ("03/03/2021", date(2021, 3, 3)),
        ("2024-02-29", date(2024, 2, 29)),
    ],
)
def test_dates(cell: str, day: date) -> None:
    assert read(f"symbol,quantity,date\nAAPL,1,{cell}\n").transactions[0].traded_on == day


def test_other_lines_show_which_way_round_dates_are() -> None:
    preview = read("symbol,quantity,date\nAAPL,1,03/04/2021\nAAPL,1,25/03/2021\n")
    assert [row.traded_on for row in preview.transactions] == [date(2021, 4, 3), date(2021, 3, 25)]


@pytest.mark.parametrize("symbol", ["BRK.B", "BRK/B", "BRK-B"])
def test_share_classes(symbol: str) -> None:
    assert read(f"symbol,quantity\n{symbol},1\n").transactions[0].symbol == "BRK-B"


@pytest.mark.parametrize("symbol", ["TRUE", "NAN"])
def test_words_that_are_symbols_stay_text(symbol: str) -> None:
    assert read(f"symbol,quantity\n{symbol},1\n").transactions[0].symbol == symbol


HEAD = "symbol,quantity,avg cost,currency,date,account\n"
BAD_ROWS = [
    # quantity
    ("AAPL,,10,USD,2021-01-04,A", "quantity is missing"),
    ("AAPL,0,10,USD,2021-01-04,A", "quantity is zero"),
    ("AAPL,0.000,10,USD,2021-01-04,A", "quantity is zero"),
    ("AAPL,-5,10,USD,2021-01-04,A", "negative"),
    ("AAPL,\u22125,10,USD,2021-01-04,A", "negative"),
    ("AAPL,(5),10,USD,2021-01-04,A", "negative"),
    ("AAPL,5-,10,USD,2021-01-04,A", "negative"),
    ("AAPL,+5,10,USD,2021-01-04,A", "not a number"),
    ("AAPL,NaN,10,USD,2021-01-04,A", "not a number"),
    ("AAPL,inf,10,USD,2021-01-04,A", "not a number"),
    ("AAPL,Infinity,10,USD,2021-01-04,A", "not a number"),
    ("AAPL,1e309,10,USD,2021-01-04,A", "not a number"),
    ("AAPL,1e5,10,USD,2021-01-04,A", "not a number"),
    ("AAPL,1_000,10,USD,2021-01-04,A", "not a number"),
    ("AAPL,٣٤,10,USD,2021-01-04,A", "not a number"),
    ("AAPL,１０,10,USD,2021-01-04,A", "not a number"),
    ("AAPL,0x10,10,USD,2021-01-04,A", "not a number"),
    ("AAPL,1/2,10,USD,2021-01-04,A", "not a number"),
    ("AAPL,ten,10,USD,2021-01-04,A", "not a number"),
    ("AAPL,=1+1,10,USD,2021-01-04,A", "not a number"),
    ("AAPL,1.2.3,10,USD,2021-01-04,A", "not a number"),
    ('AAPL,"1,23",10,USD,2021-01-04,A', "decimal mark"),
    ('AAPL,"12,34,567",10.5,USD,2021-01-04,A', "not a number"),
    (f"AAPL,{'9' * 16},10,USD,2021-01-04,A", "too many digits"),
    (f"AAPL,{'9' * 4000},10,USD,2021-01-04,A", "longer than any number"),
    ("AAPL,0.0000000000001,10,USD,2021-01-04,A", "too many digits"),
    # cost
    ("AAPL,1,0,USD,2021-01-04,A", "cost is zero"),
    ("AAPL,1,-10,USD,2021-01-04,A", "negative"),
    ("AAPL,1,nan,USD,2021-01-04,A", "not a number"),
    ("AAPL,1,#N/A,USD,2021-01-04,A", "not a number"),
    ("AAPL,1,€10,USD,2021-01-04,A", "the cost is in €"),
    # currency
    ("AAPL,1,10,XXX,2021-01-04,A", "no currency"),
    ("AAPL,1,10,dollars,2021-01-04,A", "no currency"),
    ("VOD.L,1,10,,2021-01-04,A", "currency of VOD.L is missing"),
    # date
    ("AAPL,1,10,USD,2021-02-29,A", "no date"),
    ("AAPL,1,10,USD,2021-13-01,A", "no date"),
    ("AAPL,1,10,USD,03/04/2021,A", "two days"),
    ("AAPL,1,10,USD,03/04/21,A", "no date"),
    ("AAPL,1,10,USD,yesterday,A", "no date"),
    ("AAPL,1,10,USD,44197,A", "no date"),
    ("AAPL,1,10,USD,2026-11-25,A", "in the future"),
    ("AAPL,1,10,USD,1899-12-31,A", "before 1900"),
    ("AAPL,1,10,USD,٢٠٢١-٠١-٠٤,A", "no date"),
    # symbol
    (",1,10,USD,2021-01-04,A", "symbol is missing"),
    ("APPL,1,10,USD,2021-01-04,A", "Did you mean AAPL"),
    ("Delta,1,10,USD,2021-01-04,A", "Which one"),
    ("AAPL\u202e,1,10,USD,2021-01-04,A", "invisible"),
    ("AA\u200bPL,1,10,USD,2021-01-04,A", "invisible"),
    # formulas: OWASP, "CSV injection"
    ("=AAPL,1,10,USD,2021-01-04,A", "looks like a formula"),
    ('"=""AAPL""",1,10,USD,2021-01-04,A', "looks like a formula"),
    ("+AAPL,1,10,USD,2021-01-04,A", "looks like a formula"),
    ("-AAPL,1,10,USD,2021-01-04,A", "looks like a formula"),
    ("@SUM(A1),1,10,USD,2021-01-04,A", "looks like a formula"),
    ('"\tAAPL",1,10,USD,2021-01-04,A', "looks like a formula"),
    ('"\r\nAAPL",1,10,USD,2021-01-04,A', "looks like a formula"),
    ("AAPL,1,10,USD,2021-01-04,=cmd|'/c calc'!A0", "looks like a formula"),
    ('AAPL,1,10,USD,2021-01-04,"=HYPERLINK(""http://x"",""y"")"', "looks like a formula"),
    ("AAPL,1,10,USD,2021-01-04, @A1", "looks like a formula"),
    ("AAPL,1,10,USD,2021-01-04,＝1+1", "looks like a formula"),
    ("AAPL,1,10,=1,2021-01-04,A", "looks like a formula"),
    # account
    (f"AAPL,1,10,USD,2021-01-04,{'a' * 101}", "longer than 100"),
    ('AAPL,1,10,USD,2021-01-04,"two\nlines"', "line break"),
    # shape
    ("AAPL,1,10,USD", "4 cells"),
    ("AAPL,1,10,USD,2021-01-04,A,B", "7 cells"),
    ('AAPL,1,10,USD,2021-01-04,"open', "never closed"),
    ('"AAPL"x,1,10,USD,2021-01-04,A', "never closed"),
    (f"AAPL,1,10,USD,2021-01-04,{'é' * 2100}", "longer than 4,096 bytes"),
    ("," * 60, "columns"),
    ("AAPL,1,10,USD,2021-01-04,a\x00b", "NUL"),
    ("AAPL,1,10,USD,2021-01-04,a\x1bb", "control character 27"),
]


@pytest.mark.parametrize(("row", "words"), BAD_ROWS)
def test_a_bad_row_is_refused_with_its_line_and_nothing_is_imported(row: str, words: str) -> None:
    good = "AAPL,1,10.5,USD,2021-01-04,A\n"
    preview = read(HEAD + good + row + "\n")
    assert preview.rows == ()
    assert [problem.line for problem in preview.problems] == [3]
    assert words in str(preview.problems[0])
    assert str(preview.problems[0]).startswith("line 3: ")
    assert "\n" not in str(preview.problems[0])
    assert len(str(preview.problems[0])) < 250


def test_every_bad_row_is_named_in_order() -> None:
    preview = read(HEAD + "AAPL,0,1,USD,,\nAAPL,1,1,USD,,\nAAPL,1\nXYZ,1,1,USD,,\n")
    assert [problem.line for problem in preview.problems] == [2, 4, 5]


def test_at_most_a_hundred_problems_are_listed() -> None:
    preview = read(HEAD + "AAPL,0,1,USD,,\n" * 250)
    assert len(preview.problems) == 101
    assert "150 more lines" in str(preview.problems[-1])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"  \r\n \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"PK\x03\x04rest", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "image"),
        (b"\xd0\xcf\x11\xe0\xa1", "old Excel"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"SQLite format 3\x00", "database"),
        (b"\x00\x01\x02\x03" * 50, "text"),
        (b"<html><body>", "web page"),
        (b'{"symbol": 1}', "JSON"),
        (b"\xff\xfea", "damaged"),
        (b"symbol,quantity\n", "no holdings"),
        (b"symbol,quantity\n\n,\n", "no holdings"),
        (b"AAPL,1\nMSFT,2\n", "no line of column names"),
        (b'"AAPL";"1"\n', "no line of column names"),
        (b"symbol,cost\nAAPL,1\n", "no line of column names"),
        (b"isin,quantity\nUS0378331005,1\n", "no line of column names"),
        (b"symbol,symbol,quantity\nAAPL,AAPL,1\n", "two columns"),
        (b"symbol,quantity\nAAPL,1\n" + b" " * 2_000_000, "at most 2,000,000"),
        (b"symbol,quantity\n" + b"AAPL,1\n" * 5_001, "at most 5,000"),
        (b"symbol,quantity\n" + b"AAPL,1\n" * 6_000, "at most 5,000"),
    ],
)
def test_what_is_no_list_of_holdings_is_refused_by_name(content: bytes, words: str) -> None:
    preview = read(content)
    assert preview.rows == ()
    assert words in str(preview.problems[0])


@pytest.mark.parametrize("action", ["Sell", "Dividend", "Verkauf", "Deposit", "SHORT"])
def test_sales_and_payments_are_not_taken_for_purchases(action: str) -> None:
    preview = read(f"Action,Symbol,Quantity\nBuy,AAPL,2\n{action},AAPL,1\n")
    assert [problem.line for problem in preview.problems] == [3]
    assert action in str(preview.problems[0])


def test_a_column_called_type_may_say_what_kind_of_thing_it_is() -> None:
    assert len(read("Type,Symbol,Quantity\nStock,AAPL,2\nBuy,AAPL,1\n").rows) == 2
    assert [problem.line for problem in read("Type,Symbol,Quantity\nStock,AAPL,2\nSell,AAPL,1\n").problems] == [3]


def test_a_remark_in_a_column_name_is_no_currency() -> None:
    assert read("symbol,quantity,Avg cost (per share)\nAAPL,1,2\n").transactions == (lot("AAPL", "1", "2"),)


def test_a_number_that_could_be_two_is_not_guessed() -> None:
    assert "could mean two numbers" in str(read("symbol;quantity\nAAPL;1,234\n").problems[0])
    assert read("symbol;quantity;avg cost\nAAPL;1,234;10.50\n").transactions[0].quantity == 1234
    assert read("symbol;quantity;avg cost\nAAPL;1,234;10,50\n").transactions[0].quantity == Decimal("1.234")
    assert read('symbol,quantity\nAAPL,"1,234"\n').transactions[0].quantity == 1234


def test_dates_that_contradict_each_other_are_refused() -> None:
    preview = read("symbol,quantity,date\nAAPL,1,25/03/2021\nAAPL,1,03/25/2021\n")
    assert [problem.line for problem in preview.problems] == [3]


def test_a_total_line_with_a_date_is_a_holding_not_skipped() -> None:
    assert read("symbol,quantity,date\nAAPL,1,2021-01-04\nTotal,1,2021-01-04\n").problems[0].line == 3


def test_the_largest_file_is_read_in_time() -> None:
    text = HEAD + "AAPL,1,10.50,USD,2021-01-04,Main\n" * 5_000
    before = time.process_time()
    assert len(read(text).rows) == 5_000
    assert time.process_time() - before < 2


@pytest.mark.parametrize("cell", ["1" * 4000 + "x", "1," * 2000, "1 " * 2000, "(" * 4000, "-" * 4000, "a " * 2000])
@pytest.mark.parametrize("column", ["symbol", "quantity", "avg cost", "currency", "date", "account"])
def test_long_cells_take_no_time(column: str, cell: str) -> None:
    good = {"symbol": "AAPL", "quantity": "1", "avg cost": "1", "currency": "USD", "date": "2021-01-04", "account": "A"}
    row = "\t".join({**good, column: cell}.values())
    before = time.process_time()
    assert read("\t".join(good) + "\n" + row + "\n").problems
    assert time.process_time() - before < 0.1


@given(st.binary(max_size=300))
def test_any_bytes_give_rows_or_problems_never_both_never_an_error(content: bytes) -> None:
    preview = read(content)
    assert bool(preview.rows) != bool(preview.problems)


@given(st.lists(st.text(max_size=12), min_size=6, max_size=6))
def test_any_cells_give_rows_or_problems_with_the_right_line(cells: list[str]) -> None:
    quoted = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    preview = read((HEAD + quoted + "\n").encode("utf-8", "surrogatepass"))
    assert bool(preview.rows) != bool(preview.problems)
    for transaction in preview.transactions:
        assert transaction.quantity > 0
        assert transaction.quantity.is_finite()


@given(
    st.decimals(min_value="0.000001", max_value=10**14, places=6, allow_nan=False, allow_infinity=False),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("’", "."), ("\u202f", ",")]),
)
def test_numbers_survive_every_style(number: Decimal, style: tuple[str, str]) -> None:
    grouping, mark = style
    written = f"{number:,f}".translate({ord(","): grouping, ord("."): mark})
    preview = read(f"symbol;quantity\nAAPL;{written}\n")
    assert [row.quantity for row in preview.transactions] == [number]
