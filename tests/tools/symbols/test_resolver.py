"""What people type, and the one listing they mean; or a question back; or an honest "I don't know that"."""

from __future__ import annotations

import random
import string
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import AmbiguousSymbol, ToolError, UnknownSymbol
from tools.symbols.directory import ALIASES_FILE, bundled_directory
from tools.symbols.names import comparable, name_key
from tools.symbols.resolver import DirectoryResolver

if TYPE_CHECKING:
    from tools.context import SymbolResolver

RESOLVER: SymbolResolver = DirectoryResolver()

MEANT = {
    # Tickers as such, in every case
    "AAPL": "AAPL", "aapl": "AAPL", "Aapl": "AAPL", "MSFT": "MSFT", "msft": "MSFT", "nvda": "NVDA", "tsla": "TSLA",
    "F": "F", "T": "T", "V": "V", "C": "C", "KO": "KO", "ko": "KO", "ibm": "IBM", "amd": "AMD", "jpm": "JPM",
    "xom": "XOM", "SPY": "SPY", "voo": "VOO", "qqq": "QQQ", "vti": "VTI", "mtum": "MTUM", "USMV": "USMV", "gs": "GS",
    "smh": "SMH", "AAPLs": "AAPL", "TSLA's": "TSLA", "aapl stock": "AAPL", "TSLA shares": "TSLA", "pltr": "PLTR",
    # English words only in capitals or with a dollar sign
    "NOW": "NOW", "$now": "NOW", "IT": "IT", "ALL": "ALL", "ARE": "ARE", "LOW": "LOW", "KEY": "KEY", "SO": "SO",
    "ON": "ON", "CAT": "CAT", "$cat": "CAT", "SNOW": "SNOW", "$aapl": "AAPL", "$ F": "F",
    "$brk.b": "BRK-B", "A": "A", "SHOP": "SHOP", "NET": "NET", "OPEN": "OPEN", "SIZE": "SIZE",
    # Share classes
    "BRK.B": "BRK-B", "BRK/B": "BRK-B", "BRK-B": "BRK-B", "brk.b": "BRK-B", "brk/b": "BRK-B", "brk-b": "BRK-B",
    "BRK B": "BRK-B", "brk b": "BRK-B", "BRKB": "BRK-B", "brkb": "BRK-B", "BRK.A": "BRK-A", "brk a": "BRK-A",
    "BF.B": "BF-B", "bf/b": "BF-B", "GOOG": "GOOG", "GOOGL": "GOOGL", "berkshire b": "BRK-B",
    "Berkshire Hathaway Class A": "BRK-A", "alphabet class c": "GOOG",
    # Exchanges
    "VOD.L": "VOD.L", "vod.l": "VOD.L", "VOD LN": "VOD.L", "vod ln": "VOD.L", "VOD.LN": "VOD.L", "LON:VOD": "VOD.L",
    "LSE: VOD": "VOD.L", "SAP GR": "SAP.DE", "SAP GY": "SAP.DE", "SAP.DE": "SAP.DE", "ETR:SAP": "SAP.DE",
    "xetra: sap": "SAP.DE", "7203 JP": "7203.T", "7203.T": "7203.T", "TYO:7203": "7203.T", "MC FP": "MC.PA",
    "EPA:MC": "MC.PA", "ASML NA": "ASML.AS", "SAN SM": "SAN.MC", "NESN SW": "NESN.SW", "700 HK": "0700.HK",
    "0700.HK": "0700.HK", "NASDAQ:AAPL": "AAPL", "nasdaq: aapl": "AAPL", "NYSE:BRK.B": "BRK-B", "AAPL US": "AAPL",
    "AAPL US Equity": "AAPL", "tsla.us": "TSLA", "SHEL LN": "SHEL.L", "HSBA LN": "HSBA.L", "AZN.L": "AZN.L",
    "Apple (AAPL)": "AAPL", "Berkshire Hathaway (BRK.B)": "BRK-B", "SAP SE": "SAP", "Airbus SE": "AIR.PA",
    # Full names, with and without legal forms
    "Apple": "AAPL", "APPLE": "AAPL", "apple inc": "AAPL", "Apple Inc.": "AAPL", "Microsoft Corporation": "MSFT",
    "microsoft corp": "MSFT", "The Coca-Cola Company": "KO", "Coca-Cola Co": "KO", "Procter & Gamble Co.": "PG",
    "Johnson & Johnson": "JNJ", "johnson and johnson": "JNJ", "JPMorgan Chase & Co.": "JPM", "Exxon Mobil Corp": "XOM",
    "Wells Fargo & Co": "WFC", "Bank of America Corporation": "BAC", "Vodafone Group Plc": "VOD",
    "Allianz SE": "ALV.DE",
    "Siemens AG": "SIE.DE", "Siemens Energy": "ENR.DE", "Nestlé S.A.": "NESN.SW", "L'Oréal": "OR.PA",
    "Hermès International": "RMS.PA", "LVMH": "MC.PA", "Novo Nordisk A/S": "NVO", "Toyota Motor Corporation": "TM",
    "Moody's": "MCO", "McDonald's": "MCD", "Lowe's": "LOW", "Kohl's": "KSS", "Macy's": "M",
    "Palantir Technologies": "PLTR",
    "Uber Technologies, Inc.": "UBER", "ASML Holding N.V.": "ASML", "Costco Wholesale": "COST", "eli lilly": "LLY",
    "T. Rowe Price": "TROW", "Charles Schwab": "SCHW", "o'reilly automotive": "ORLY", "Volkswagen AG": "VOW3.DE",
    "AstraZeneca PLC": "AZN", "Rio Tinto plc": "RIO", "Advanced Micro Devices": "AMD", "Walt Disney Co": "DIS",
    "Ball Corporation": "BALL", "Rocket Companies": "RKT", "the progressive corporation": "PGR", "Sage Group": "SGE.L",
    "Strategy Inc": "MSTR", "Merck & Co": "MRK", "Merck KGaA": "MRK.DE", "SSE plc": "SSE.L", "Prudential plc": "PUK",
    # Everyday names
    "google": "GOOGL", "Google": "GOOGL", "facebook": "META", "meta": "META", "instagram": "META", "coke": "KO",
    "Coke": "KO", "coca cola": "KO", "pepsi": "PEP", "jp morgan": "JPM", "J.P. Morgan": "JPM", "jpmorgan": "JPM",
    "p&g": "PG", "P&G": "PG", "big blue": "IBM", "visa": "V", "mastercard": "MA", "amex": "AXP", "disney": "DIS",
    "lvmh": "MC.PA", "louis vuitton": "MC.PA", "tsmc": "TSM", "berkshire": "BRK-B", "j&j": "JNJ", "at&t": "T",
    "AT&T": "T", "bofa": "BAC", "citi": "C", "goldman": "GS", "morgan stanley": "MS", "wells fargo": "WFC", "ford": "F",
    "FORD": "F", "gm": "GM", "exxon": "XOM", "mcdonalds": "MCD", "mickey d's": "MCD", "starbucks": "SBUX",
    "fedex": "FDX",
    "h&m": "HM-B.ST", "m&s": "MKS.L", "vw": "VOW3.DE", "bmw": "BMW.DE", "mercedes": "MBG.DE", "samsung": "005930.KS",
    "toyota": "TM", "sony": "SONY", "nintendo": "7974.T", "hewlett packard": "HPQ", "square": "XYZ", "snapchat": "SNAP",
    "tesla motors": "TSLA", "home depot": "HD", "best buy": "BBY", "united health": "UNH", "lilly": "LLY",
    "merck": "MRK",
    "pfizer": "PFE", "nike": "NKE", "target": "TGT", "gap": "GAP", "shell": "SHEL", "orange": "ORA.PA", "bp": "BP",
    "hsbc": "HSBC", "barclays": "BCS", "unilever": "UL", "nestle": "NESN.SW", "roche": "ROG.SW", "airbus": "AIR.PA",
    "rolls royce": "RR.L", "british airways": "IAG.L", "aramco": "2222.SR", "alibaba": "BABA", "byd": "1211.HK",
    "range resources": "RRC", "chevron": "CVX", "general electric": "GE", "chase": "JPM", "delta airlines": "DAL",
    "united airlines": "UAL", "american express": "AXP", "american airlines": "AAL", "palantir": "PLTR",
    # Possessives, plurals, and words around the name
    "apple's": "AAPL", "Apple’s": "AAPL", "apples": "AAPL", "teslas": "TSLA", "microsoft's": "MSFT",
    "the apple": "AAPL",
    "apple stock": "AAPL", "tesla stock price": "TSLA", "Nvidia shares": "NVDA", "disney+": "DIS", "“Apple”": "AAPL",
    "apple?": "AAPL", "  apple ": "AAPL", "'tesla'": "TSLA", "apple company": "AAPL", "amazon.com": "AMZN",
    "price of gold": "GC=F",
    "the share price of Apple": "AAPL", "shares of the Gap": "GAP",
    # Indices, funds, commodities, coins, currency pairs
    "^GSPC": "^GSPC", "sp500": "^GSPC", "S&P 500": "^GSPC", "s and p": "^GSPC", "the s&p": "^GSPC", "S&P": "^GSPC",
    "sp 500": "^GSPC", "SPX": "^GSPC", "nasdaq": "^IXIC", "the Nasdaq": "^IXIC", "nasdaq 100": "^NDX",
    "dow jones": "^DJI", "the dow": "^DJI", "dow": "^DJI", "djia": "^DJI", "ftse": "^FTSE", "footsie": "^FTSE",
    "FTSE 100": "^FTSE", "dax": "^GDAXI", "the DAX": "^GDAXI", "cac 40": "^FCHI", "nikkei": "^N225",
    "hang seng": "^HSI",
    "euro stoxx 50": "^STOXX50E", "russell 2000": "^RUT", "vix": "^VIX", "VIX": "^VIX", "10 year treasury": "^TNX",
    "gold": "GC=F", "silver": "SI=F", "oil": "CL=F", "crude oil": "CL=F", "brent": "BZ=F", "natural gas": "NG=F",
    "GC=F": "GC=F", "bitcoin": "BTC-USD", "btc": "BTC-USD", "BTC": "BTC-USD", "BTC-USD": "BTC-USD",
    "ethereum": "ETH-USD", "doge": "DOGE-USD", "EUR/USD": "EURUSD=X", "eurusd": "EURUSD=X", "USD JPY": "USDJPY=X",
    "gbp-usd": "GBPUSD=X", "gold etf": "GLD", "momentum etf": "MTUM", "min vol": "USMV", "vanguard s&p 500": "VOO",
    "tech etf": "XLK", "dollar index": "DX-Y.NYB",
    # Slips of the keyboard
    "mircosoft": "MSFT", "microsft": "MSFT", "micorsoft": "MSFT", "amazn": "AMZN", "amazom": "AMZN", "telsa": "TSLA",
    "tesls": "TSLA", "nvidea": "NVDA", "nvdia": "NVDA", "gogle": "GOOGL", "facebok": "META", "netflx": "NFLX",
    "disnep": "DIS", "walmrat": "WMT", "starbuks": "SBUX", "mcdonlads": "MCD", "pfizzer": "PFE", "boeng": "BA",
    "palentir": "PLTR", "jonson and jonson": "JNJ", "procter gambel": "PG", "goldman sacs": "GS", "hershy": "HSY",
    "bank of amercia": "BAC", "berkshire hathway": "BRK-B", "lockeed martin": "LMT", "cocacola": "KO", "nkie": "NKE",
    "bitconi": "BTC-USD", "volkswagon": "VOW3.DE", "exxon mobile": "XOM", "unitedhelth": "UNH", "qualcom": "QCOM",
}  # fmt: skip

ASKED_BACK = {
    "delta": {"DAL", "2308.TW"},
    "united": {"UAL", "UNH", "UPS"},
    "American": {"AAL", "AXP", "AMT"},
    "general": {"GE", "GM", "GD", "GIS"},
    "morgan": {"JPM", "MS"},
    "prudential": {"PRU", "PUK"},
    "porsche": {"P911.DE", "PAH3.DE"},
    "aple": {"AAPL", "APLE"},
    "vanguard": {"VOO", "VTI", "VT"},
    "s&p 500 etf": {"SPY", "VOO", "IVV"},
    "softbank": {"9984.T", "9434.T"},
    "compass": {"COMP", "CPG.L"},
    "warner": {"WBD", "WMG"},
    "COKE": {"COKE", "KO"},
    "DOW": {"DOW", "^DJI"},
    "HP": {"HP", "HPQ"},
    "GOLD": {"GOLD", "GC=F"},
}

UNKNOWN = [
    # words of the question, not names
    "my", "the", "price", "it", "all", "are", "true", "cash", "so", "now", "key", "low", "on", "for", "stock", "stocks",
    "share price", "the market", "market", "my portfolio", "dividend", "dividend yield", "chart", "performance",
    "today",
    "that one", "cat", "snow", "open", "good", "best", "cheap", "growth", "energy", "tech", "bank", "the bank", "money",
    "weather", "mortgage", "loan", "apply", "march", "may", "trade", "trades", "sell", "share", "target price",
    # invented or not listed
    "zorblax", "zorblax industries", "qwertyuiop", "asdfgh", "Acme Widgets Ltd", "blorptech", "ikea", "rolex", "chanel",
    "huawei", "aldi", "tiktok", "stripe", "lego", "twitter",
    # not a symbol at all
    "", " ", "?", "$", "!!!", "300", "7203", "42", "1.5", "f", "x", "a b c d", "$$$", "^", "^NOPE", "NOSUCH.L",
    "LON:NOPE",
    "'; drop table users; --", "<script>alert(1)</script>", "../../etc/passwd", "apple and microsoft", "AMZN and MSFT",
    # letters that only look Latin
    "Аpple", "ТЅLA", "АAPL", "ｇооgle", "αpple",
    "A" * 200, "apple " * 2_000,
]  # fmt: skip


def test_the_tables_hold_at_least_250_cases() -> None:
    assert len(MEANT) + len(ASKED_BACK) + len(UNKNOWN) >= 400


@pytest.mark.parametrize(("typed", "symbol"), MEANT.items())
def test_a_name_or_ticker_resolves_to_the_listing_meant(typed: str, symbol: str) -> None:
    assert RESOLVER.resolve(typed).symbol == symbol


@pytest.mark.parametrize(("typed", "symbols"), ASKED_BACK.items())
def test_a_name_of_several_is_asked_back_with_four_choices_at_most(typed: str, symbols: set[str]) -> None:
    with pytest.raises(AmbiguousSymbol) as caught:
        RESOLVER.resolve(typed)
    choices = {choice.split(" ", 1)[0] for choice in caught.value.choices}
    assert choices == symbols
    assert len(choices) <= 4


@pytest.mark.parametrize("typed", UNKNOWN, ids=lambda typed: repr(typed[:24]))
def test_what_is_no_known_name_is_never_guessed(typed: str) -> None:
    with pytest.raises(UnknownSymbol) as caught:
        RESOLVER.resolve(typed)
    assert len(caught.value.suggestions) <= 3
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    ("typed", "suggested"),
    [("cat", "CAT (Caterpillar Inc.)"), ("now", "NOW (ServiceNow)"), ("progressive", "PGR (Progressive Corporation)")],
)
def test_a_word_that_is_also_a_listing_is_suggested(typed: str, suggested: str) -> None:
    with pytest.raises(UnknownSymbol) as caught:
        RESOLVER.resolve(typed)
    assert suggested in caught.value.suggestions


def test_control_and_invisible_characters_are_dropped() -> None:
    assert RESOLVER.resolve("\x00aa\u200bpl\u202e\n").symbol == "AAPL"


def test_an_error_repeats_no_more_than_a_line_of_what_was_typed() -> None:
    with pytest.raises(UnknownSymbol) as caught:
        RESOLVER.resolve("\x1b[31m" + "zq" * 5_000)
    assert len(str(caught.value)) < 200
    assert "\x1b" not in str(caught.value)


@given(st.text(max_size=120))
def test_any_text_gives_a_listing_or_a_tool_error(text: str) -> None:
    try:
        listing = RESOLVER.resolve(text)
    except ToolError:
        return
    assert listing.symbol
    assert listing.name


@given(st.sampled_from(sorted(bundled_directory().by_symbol.keys() - bundled_directory().capitals.keys())))
def test_every_symbol_of_the_directory_resolves_to_itself_or_asks(symbol: str) -> None:
    try:
        offered: tuple[str, ...] = (f"{RESOLVER.resolve(symbol).symbol} ",)
    except AmbiguousSymbol as error:
        offered = error.choices
    assert any(choice.startswith(f"{symbol} ") for choice in offered)


def test_random_letters_are_not_corrected_into_a_company() -> None:
    rng = random.Random(7)
    wrong = []
    for _ in range(500):
        word = "".join(rng.choices(string.ascii_lowercase, k=rng.randint(6, 12)))
        try:
            wrong.append((word, RESOLVER.resolve(word).symbol))
        except ToolError:
            continue
    assert wrong == []


def test_search_puts_what_is_meant_first_and_its_other_listings_next() -> None:
    assert [listing.symbol for listing in RESOLVER.search("google")] == ["GOOGL", "GOOG"]
    assert [listing.symbol for listing in RESOLVER.search("SAP")][:2] == ["SAP", "SAP.DE"]
    assert {listing.symbol for listing in RESOLVER.search("delta")} >= {"DAL"}
    assert RESOLVER.search("zorblax") == ()
    assert len(RESOLVER.search("united", limit=2)) == 2


def test_names_are_those_people_use_and_unknown_symbols_stay_as_they_are() -> None:
    assert RESOLVER.name("AAPL") == "Apple"
    assert RESOLVER.resolve("AAPL").name == "Apple Inc.", "the full name is kept for who asks for it"
    assert RESOLVER.name("^GSPC") == "S&P 500"
    assert RESOLVER.name("EURUSD=X") == "EUR/USD"
    assert RESOLVER.name("ZZZZ") == "ZZZZ"


def test_listings_carry_kind_exchange_and_country() -> None:
    vodafone = RESOLVER.resolve("VOD.L")
    assert (vodafone.kind, vodafone.exchange, vodafone.country) == ("stock", "London", "United Kingdom")
    kinds = [RESOLVER.resolve(text).kind for text in ("spy", "dax", "bitcoin", "gold", "EURUSD")]
    assert kinds == ["etf", "index", "currency", "commodity", "currency"]


def test_every_alias_is_a_listing_and_is_written_as_it_is_compared() -> None:
    directory = bundled_directory()
    assert len(directory.aliases) >= 1_000
    for alias, symbol in directory.aliases.items():
        assert symbol in directory.by_symbol, alias
        assert comparable(alias) == alias
        assert RESOLVER.resolve(alias).symbol == symbol
    for word, symbols in directory.asked_back.items():
        assert len(symbols) != 1, word
        assert directory.by_symbol.keys() >= set(symbols)
        assert word not in directory.aliases


def test_no_alias_is_written_twice() -> None:
    lines = ALIASES_FILE.read_text(encoding="utf-8").split("[capitals]")[0].splitlines()
    names = [name for line in lines if " = [" in line for name in line.split(" = ", 1)[1].strip("[]").split(", ")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("COSTCO WHOLESALE CORP /NEW", "costco wholesale"),
        ("The Coca-Cola Company", "coca cola"),
        ("Merck & Co., Inc.", "merck"),
        ("NOVO NORDISK A S", "novo nordisk"),
        ("Nestlé SA", "nestle"),
        ("U.S. Bancorp", "us bancorp"),
        ("Limited", "limited"),
        ("Аpple", ""),
    ],
)
def test_a_name_is_compared_by_its_telling_words(name: str, key: str) -> None:
    assert name_key(name) == key


@pytest.mark.parametrize(
    ("typed", "symbol"),
    [("LLOY", "LLOY.L"), ("lgen", "LGEN.L"), ("BT.A", "BT-A.L"), ("VAS", "VAS.AX"), ("HSBA", "HSBA.L")],
)
def test_a_ticker_without_its_exchange(typed: str, symbol: str) -> None:
    assert DirectoryResolver().resolve(typed).symbol == symbol


@pytest.mark.parametrize("typed", ["AED", "SOON", "SHOP.TO", "BHP.NZ", "vas"])
def test_what_is_no_such_ticker(typed: str) -> None:
    """A currency, a common word, another exchange than the known listing's, and three small letters."""
    with pytest.raises(UnknownSymbol):
        DirectoryResolver().resolve(typed)
