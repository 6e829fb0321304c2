"""Slips of the keyboard are read as what was meant, and ordinary words and names are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tools.parsing.currencies import parse_currency
from tools.parsing.dates import parse_date
from tools.parsing.exchanges import parse_exchange
from tools.parsing.numbers import parse_percent, parse_years
from tools.parsing.periods import parse_period
from tools.parsing.sectors import parse_sector
from tools.parsing.typos import Spelling, ordinary_words
from tools.symbols.directory import COMMON_WORDS_FILE

if TYPE_CHECKING:
    from collections.abc import Callable

SLIPS: dict[Callable[[str], object], dict[str, str]] = {
    parse_period: {
        "this year": "tihs year|thsi year|this eyar|TIHS YEAR", "last 3 months": "last 3 motnhs|lsat 3 monhts",
        "past six months": "past six mnths|past six mnoths", "25 years": "25 yeras|25yeras",
        "last week": "last weke|last weak|las week|lst week", "52 weeks": "52 weak", "this month": "this moth",
        "last year": "lsat yaer|last yera", "yesterday": "yesturday|yesterady", "today": "tody",
        "last month": "last monht|last moth|lsat moth|las month",
        "last quarter": "last quater|last qaurter", "last decade": "last decdae", "recently": "recentyl",
        "since january": "since janury|sicne january", "since february 2020": "since febuary 2020|snice febrary 2020",
        "september 2020": "septembr 2020|setpember 2020", "october 2021": "octobre 2021", "all time": "all tiem",
        "twenty nineteen": "twnety nineteen", "first quarter": "frist quarter|first quater", "in june": "in juen",
        "last twelve months": "last twelv months", "over 3 months": "over 3 moths|over 3 motnhs",
        "last three months": "last thre months", "a fortnight": "a fornight",
    },
    parse_years: {
        "25 years": "25 yeras|25 yers", "twenty years": "twnety years|tewnty yaers", "18 months": "18 motnhs",
        "a decade": "a decdae",
    },
    parse_date: {
        "3 march 2021": "3 marhc 2021|march 3 2021|wendesday 3 march 2021", "1 september 2020": "1 septemebr 2020",
        "october 3 2021": "octber 3 2021",
    },
    parse_percent: {"7%": "7 percnet|7 pecent|sevn percent|7percnet", "0.5%": "50 basis pionts|half a percnt"},
    parse_currency: {
        "EUR": "eruos|euors|eruo|germny", "USD": "dollers|doller|dollrs|dolar|dolars|us dolalrs",
        "GBP": "ponuds|poudns|brittish pounds|united kindgom|sterlng", "CHF": "swiss frnacs|frnacs|swizerland",
        "THB": "bhat|thai bhat", "HKD": "hong kong dollers|hong kogn dollars", "JPY": "japenese yen", "CNY": "yaun",
        "AUD": "austrailian dollars", "CAD": "candian dollars|canadian dolars", "MXN": "mexcan pesos", "INR": "rupess",
    },
    parse_exchange: {
        "XTKS": "tokoy|tokyo stock exhange|nikei", "XFRA": "frankfrut", "XLON": "lonodn|londn", "XNAS": "nasdq|nazdaq",
        "XSHG": "shangai", "XHKG": "hong kogn", "XNYS": "new yrok|wall stret", "XETR": "the german maket",
    },
    parse_sector: {
        "technology": "tecnology|techonology|tech stcoks|tehc|semiconducters", "energy": "enrgy|enegry|energy sectr",
        "healthcare": "helthcare|helathcare|heathcare|helath care|pharam|biotehc", "real estate": "real estat",
        "financials": "finacials|finanical", "utilities": "utilites|utlities", "industrials": "industiral|industrals",
        "consumer staples": "consumr staples", "telecoms": "telecomunications",
    },
}  # fmt: skip
# Another word, a name, a ticker, or as near to two words as to one.
NO_SLIPS: dict[Callable[[str], object], str] = {
    parse_period: "last mouth|a moth|moth|weak|a weak|this weak|this yeah|this near|last dear|last bear|list year|lost year"
    "|form 2015 to 2018|that year|fall|late|yearn|yeah|TODY|last yearss|last 6 monthsly|time|data",
    parse_years: "tree years|there years|nike|fiver|25 tears|sevne|20 hears",
    parse_date: "3 marchy 2021|3 match 2021|3 juny 2021",
    parse_percent: "nike|severn|sevne|tree percent|7 recent|7 present",
    parse_currency: "pond|ponds|founds|found|bucket|take|last|talk|read|really|grand|frank|france lover|dollarss|doing"
    "|turn|crow|EROU|DOLAR|europa|stirling|bath|bait|pests|china town",
    parse_exchange: "pairs|chain|span|spin|milan kundera|marker|is|greed|LONDN|mexicali|sidney poitier",
    parse_sector: "teach|tesco|shock|baking|minding|charge|chap|fool|foot|stoke|medical school|TEHC|seems|energetic"
    "|really estate|case|core|consume|consumers|healthy",
}
COMMON_WORDS_READ: dict[Callable[[str], object], str] = {
    parse_period: "ever lately lifetime max maximum recently today yesterday ytd",
    parse_currency: "america argentina aud brazil britain buck bucks cad canada china cny dollar dollars eu euro europe euros "
    "franc france francs germany india indonesia israel japan korea mexico php pound pounds quid rm rs rupee "
    "rupees saudi sek sterling taiwan uk usa usd yen yuan",
    parse_sector: "ai airline airlines aluminium aluminum auto automotive banking banks biotech cable cars chemical "
    "chemicals communication construction consumer defence defense discretionary drugs electricity "
    "electronics energy finance financial financials freight gas grocery health healthcare industrial "
    "industrials insurance materials media medical metals mining pharma property realty restaurant retail "
    "retailers semiconductor semiconductors semis software staples steel tech technology telecom "
    "transportation travel upstream uranium utilities",
    parse_exchange: "america argentina brazil britain canada china france frankfurt germany india indonesia israel japan "
    "korea london mexico nyc nz oz paris taiwan tokyo toronto uk usa zurich",
}
"""The common words that mean something by themselves: a new one here must be looked at by a person."""


@pytest.mark.parametrize(
    ("parse", "right", "typed"),
    [
        (parse, right, typed)
        for parse, table in SLIPS.items()
        for right, slips in table.items()
        for typed in slips.split("|")
    ],
)
def test_reads_what_was_meant(parse: Callable[[str], object], right: str, typed: str) -> None:
    assert parse(right) is not None
    assert parse(typed) == parse(right)


@pytest.mark.parametrize(
    ("parse", "text"), [(parse, text) for parse, texts in NO_SLIPS.items() for text in texts.split("|")]
)
def test_leaves_other_words_alone(parse: Callable[[str], object], text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(("parse", "read"), COMMON_WORDS_READ.items())
def test_of_the_common_words_only_these_are_read(parse: Callable[[str], object], read: str) -> None:
    lines = COMMON_WORDS_FILE.read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    assert " ".join(word for word in words if parse(word) is not None) == read


def test_one_slip_in_a_word_and_two_in_a_long_one() -> None:
    spelling = Spelling(["switzerland", "pounds", "tin"])
    for word, meant in {
        "pounds": "pounds", "ponuds": "pounds", "opunds": "pounds", "pouds": "pounds", "pouunds": "pounds",
        "poinds": "pounds", "ponusd": None, "founds": None, "poundss": None, "swizterlnd": "switzerland",
        "swiztrlnd": None, "tni": None, "tinn": None, "tins": None,
    }.items():  # fmt: skip
        assert spelling.meant(word) == meant


def test_two_words_equally_near_are_no_correction_and_exact_words_are_never_one() -> None:
    assert Spelling(["shipping", "shopping"]).meant("shpping") is None
    assert Spelling(["shipping", "shopping"], exact=["shopping"]).meant("shpping") == "shipping"


def test_a_phrase_with_a_foreign_word_is_given_up() -> None:
    spelling = Spelling(["last week", "year's"])
    assert spelling.corrected("last week", "last week") == "last week"
    assert spelling.corrected("lsat weke", "Lsat weke") == "last week"
    assert spelling.corrected("last apple", "last apple") is None
    assert spelling.corrected("lsat", "LSAT") is None
    assert spelling.corrected("2015-2018", "2015-2018") == "2015-2018"


def test_a_slip_of_a_word_and_its_plural_means_one_thing() -> None:
    spelling = Spelling(["pound", "pounds", "sound", "rounds"])
    assert spelling.corrected("pouns", "pouns") == "pounds"
    assert spelling.corrected("poun", "poun") == "pound"
    assert Spelling(["bound", "bount"]).corrected("boun", "boun") is None


def test_ordinary_words_are_small_english_words() -> None:
    words = ordinary_words()
    assert {"mouth", "weak", "there", "form", "nike"} <= words
    assert all(word.isascii() and word.isalpha() and word.islower() for word in words)
