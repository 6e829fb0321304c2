"""Schemas for the model, candidate pieces for the decoder, and the repair or refusal of what a small model writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.market_data import FakeMarketData, FakeSymbols, history, quote, tool_context
from tools.catalogue import TOOLS
from tools.context import ToolContext
from tools.errors import ArgumentError, MarketDataError, MissingArgument, UnknownSymbol
from tools.toolbox import MAX_LIST, MAX_TEXT, Toolbox

TOOLBOX = Toolbox(TOOLS)
NAMES = {"AAPL": "Apple", "MSFT": "Microsoft", "TSLA": "Tesla", "BRK-B": "Berkshire Hathaway"}

# name → (required, optional), in the order offered.
PARAMETERS: dict[str, tuple[list[str], list[str]]] = {
    "find_symbol": (["query"], []),
    "get_quote": (["symbols"], []),
    "get_price_history": (["symbol"], ["period"]),
    "compare_performance": (["symbols"], ["period"]),
    "get_fundamentals": (["symbol"], []),
    "get_news": ([], ["symbol"]),
    "get_events": (["symbol"], []),
    "get_technicals": (["symbol"], []),
    "get_market_overview": ([], []),
    "get_market_status": ([], ["exchange"]),
    "get_sector_performance": ([], ["period"]),
    "screen_stocks": ([], ["sector", "max_price", "min_price", "max_pe", "min_dividend_yield_percent",
                           "min_market_cap", "sort_by", "limit"]),
    "convert_currency": (["from_currency", "to_currency"], ["amount", "date"]),
    "get_portfolio": ([], []),
    "get_portfolio_performance": ([], ["period"]),
    "get_portfolio_risk": ([], []),
    "get_portfolio_income": ([], ["period"]),
    "suggest_rebalance": ([], []),
    "get_watchlist": ([], []),
    "project_growth": (["annual_rate_percent", "years"], ["principal", "monthly_contribution"]),
    "loan_payment": (["principal", "annual_rate_percent", "years"], []),
    "define_term": (["term"], []),
    "propose_watchlist_change": (["action", "symbols"], []),
    "propose_price_alert": (["symbol", "condition", "price"], []),
}  # fmt: skip
CLOSED = {
    ("screen_stocks", "sort_by"): ["market_cap", "price", "change_percent", "pe", "dividend_yield"],
    ("propose_watchlist_change", "action"): ["add", "remove"],
    ("propose_price_alert", "condition"): ["above", "below"],
}


def _context() -> ToolContext:
    market = FakeMarketData(
        quote_of={symbol: quote(symbol, "100", "98") for symbol in NAMES},
        history_of={symbol: history(symbol, [float(90 + i % 7) for i in range(300)]) for symbol in NAMES},
    )
    return tool_context(market, NAMES)


def _function(name: str, texts: list[str] | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = TOOLBOX.tools[name].schema(texts)
    assert schema["type"] == "function"
    function: dict[str, Any] = schema["function"]
    return function


@pytest.mark.parametrize("name", PARAMETERS)
def test_schema_has_exactly_the_agreed_parameters_all_described(name: str) -> None:
    function = _function(name)
    required, optional = PARAMETERS[name]
    properties = function["parameters"]["properties"]
    assert set(properties) == {*required, *optional}
    assert sorted(function["parameters"]["required"]) == sorted(required)
    assert function["name"] == name
    assert "Use this when" in function["description"]
    for forbidden in ("Returns:", "Raises:", "Source:", "Args:"):
        assert forbidden not in function["description"]
    for key, item in properties.items():
        inner = item["items"] if item["type"] == "array" else item
        assert inner["type"] == "string"
        assert len(inner["description"]) > 3, f"{name}.{key} is not described"
        assert inner.get("enum") == CLOSED.get((name, key))


def _offered(*texts: str) -> list[str]:
    return [schema["function"]["name"] for schema in TOOLBOX.schemas(texts or None)]


def test_every_tool_is_offered_to_a_model_that_writes() -> None:
    assert _offered() == list(PARAMETERS)


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("hi", {"convert_currency", "project_growth", "loan_payment", "propose_price_alert"}),
        ("what's the FTSE 100 at", {"convert_currency"}),
        ("300 quid in euros", set()),
        ("200k at 5% over 20 years", {"convert_currency"}),
    ],
)
def test_a_model_that_copies_is_not_offered_what_it_could_not_fill(text: str, missing: set[str]) -> None:
    offered = set(_offered(text))
    assert not missing & offered
    assert {"get_quote", "get_news", "get_portfolio", "define_term"} <= offered


def test_lists_say_how_many_they_take() -> None:
    assert _function("get_quote")["parameters"]["properties"]["symbols"]["minItems"] == 1
    assert _function("compare_performance")["parameters"]["properties"]["symbols"]["minItems"] == 2
    assert _function("get_quote")["parameters"]["properties"]["symbols"]["maxItems"] == MAX_LIST


# question → tool, argument, pieces that must be among the candidates
CANDIDATES: list[tuple[str, str, str, list[str]]] = [
    ("hows tesla doing", "get_quote", "symbols", ["tesla"]),
    ("price of coke and pepsi pls", "get_quote", "symbols", ["coke", "pepsi"]),
    ("AAPL vs MSFT over 5 years", "compare_performance", "symbols", ["AAPL", "MSFT"]),
    ("AAPL vs MSFT over 5 years", "compare_performance", "period", ["over 5 years"]),
    ("is berkshire hathaway b up today", "get_quote", "symbols", ["berkshire hathaway", "berkshire hathaway b"]),
    ("what does johnson & johnson do", "get_fundamentals", "symbol", ["johnson & johnson"]),
    ("AT&T dividend dates", "get_events", "symbol", ["AT&T"]),
    ("rsi for BRK.B", "get_technicals", "symbol", ["BRK.B"]),
    ("hows ^GSPC", "get_quote", "symbols", ["^GSPC"]),
    ("mcdonald's earnings when", "get_events", "symbol", ["mcdonald"]),
    ("How did Apple do in 2022 compared with Microsoft?", "compare_performance", "period", ["in 2022"]),
    ("How did Apple do in 2022 compared with Microsoft?", "compare_performance", "symbols", ["Apple", "Microsoft"]),
    ("nvidia past 6 months", "get_price_history", "period", ["past 6 months"]),
    ("nvidia ytd", "get_price_history", "period", ["ytd"]),
    ("nvidia since march 2020", "get_price_history", "period", ["since march 2020"]),
    ("show me ford from 2015 to 2018", "get_price_history", "period", ["from 2015 to 2018"]),
    ("ford q3 2021", "get_price_history", "period", ["q3 2021"]),
    ("ford all time chart", "get_price_history", "period", ["all time"]),
    ("how did i do last week", "get_portfolio_performance", "period", ["last week"]),
    ("dividends i got this year", "get_portfolio_income", "period", ["this year"]),
    ("which sectors led last month", "get_sector_performance", "period", ["last month"]),
    ("whats 300 quid in euros", "convert_currency", "amount", ["300"]),
    ("whats 300 quid in euros", "convert_currency", "from_currency", ["quid", "euros"]),
    ("convert $5k to yen", "convert_currency", "from_currency", ["$", "yen"]),
    ("eurusd", "convert_currency", "from_currency", ["eur", "usd"]),
    ("1.2 million rupees in dollars", "convert_currency", "amount", ["1.2 million"]),
    ("usd to gbp on 2021-03-03", "convert_currency", "date", ["on 2021-03-03"]),
    ("is tokyo open", "get_market_status", "exchange", ["tokyo"]),
    ("NYSE hours", "get_market_status", "exchange", ["NYSE"]),
    ("tech stocks under $50", "screen_stocks", "sector", ["tech stocks"]),
    ("tech stocks under $50", "screen_stocks", "max_price", ["$50"]),
    ("energy stocks yielding over 4%", "screen_stocks", "min_dividend_yield_percent", ["4%"]),
    ("10k at 7% for 20 years", "project_growth", "principal", ["10k"]),
    ("10k at 7% for 20 years", "project_growth", "annual_rate_percent", ["7%"]),
    ("10k at 7% for 20 years", "project_growth", "years", ["20 years"]),
    ("save 200 a month at 5 percent for 18 months", "project_growth", "monthly_contribution", ["200"]),
    ("save 200 a month at 5 percent for 18 months", "project_growth", "years", ["18 months"]),
    ("mortgage 350,000 at 6.5 percent 30 yrs", "loan_payment", "principal", ["350,000"]),
    ("mortgage 350,000 at 6.5 percent 30 yrs", "loan_payment", "annual_rate_percent", ["6.5 percent"]),
    ("mortgage 350,000 at 6.5 percent 30 yrs", "loan_payment", "years", ["30 yrs"]),
    ("whats a dividend yield", "define_term", "term", ["dividend yield"]),
    ("explain p/e ratio to me", "define_term", "term", ["p/e ratio"]),
    ("what is EBITDA", "define_term", "term", ["EBITDA"]),
    ("add shopify to my watchlist", "propose_watchlist_change", "symbols", ["shopify"]),
    ("ping me if amd drops under 90", "propose_price_alert", "symbol", ["amd"]),
    ("ping me if amd drops under 90", "propose_price_alert", "price", ["90"]),
    ("whats the ticker of rolls royce", "find_symbol", "query", ["rolls royce"]),
]


@pytest.mark.parametrize(("question", "tool", "argument", "pieces"), CANDIDATES)
def test_what_was_meant_is_among_the_candidates(question: str, tool: str, argument: str, pieces: list[str]) -> None:
    item = _function(tool, [question])["parameters"]["properties"][argument]
    offered = (item["items"] if item["type"] == "array" else item)["enum"]
    missing = [piece for piece in pieces if piece not in offered]
    assert not missing, f"{missing} not in {offered}"
    assert all(piece in question for piece in offered)


def test_a_name_may_open_with_a_function_word_in_lower_case() -> None:
    offered = _function("get_quote", ["at&t price"])["parameters"]["properties"]["symbols"]["items"]["enum"]
    assert "at&t" in offered


NARROWED = [
    # question, tool, argument, pieces offered, pieces not offered
    ("how shell returned in 2022", "get_price_history", "symbol", ["shell"], ["shell returned"]),
    ("is shell doing well", "get_quote", "symbols", ["shell"], ["shell doing", "is shell"]),
    ("how is home depot doing", "get_quote", "symbols", ["home depot"], ["home", "depot"]),
    ("home depot or shell", "compare_performance", "symbols", ["home depot", "shell"], ["depot", "depot or shell"]),
    ("zorblax price", "get_quote", "symbols", ["zorblax"], []),
    ("how did apple do in 2022", "get_price_history", "symbol", ["apple"], ["2022", "apple do"]),
    ("what is a price earnings ratio", "define_term", "term", ["price earnings ratio"], ["price", "ratio", "earnings"]),
    ("10000 at 7% for 20 years", "project_growth", "annual_rate_percent", ["7%"], ["10000", "20"]),
    ("10000 at 7 percent for 20 years", "project_growth", "annual_rate_percent", ["7 percent"], ["10000", "7", "20"]),
    ("10000 at 7% for 20 years", "project_growth", "years", ["20 years"], ["10000", "7", "20"]),
    ("10000 at 7% for 20 years", "project_growth", "principal", ["10000"], ["7", "20", "7%", "20 years"]),
    ("10000 at 7 for 20", "project_growth", "annual_rate_percent", ["7"], []),
    ("5 dollars in euros in 2022", "convert_currency", "amount", ["5"], ["2022"]),
    ("top 5 stocks over 10 billion", "screen_stocks", "limit", ["5"], ["10 billion"]),
    ("top 5 stocks over 10 billion", "screen_stocks", "min_market_cap", ["10 billion"], ["5"]),
    ("top 500 stocks over 10 billion", "screen_stocks", "max_price", ["500"], ["10 billion"]),
]


@pytest.mark.parametrize(("question", "tool", "argument", "offered", "absent"), NARROWED)
def test_candidates_are_narrowed_by_what_is_known(
    question: str, tool: str, argument: str, offered: list[str], absent: list[str]
) -> None:
    names = {**NAMES, "SHEL": "Shell", "HD": "Home Depot"}
    context = replace(tool_context(names=names), knows_term=lambda text: text.casefold() == "price earnings ratio")
    (schema,) = [s for s in TOOLBOX.schemas([question], context) if s["function"]["name"] == tool]
    item = schema["function"]["parameters"]["properties"][argument]
    pieces = (item["items"] if item["type"] == "array" else item)["enum"]
    assert set(offered) <= set(pieces)
    assert not set(absent) & set(pieces)


@pytest.mark.parametrize(
    ("question", "argument"),
    [("stocks under 2 million", "limit"), ("stocks under 2 million", "max_price"), ("top 101", "limit"),
     ("top 5 stocks", "min_market_cap"), ("the last 10 years", "limit")],
)  # fmt: skip
def test_an_optional_number_out_of_bounds_is_not_offered(question: str, argument: str) -> None:
    schema = TOOLBOX.tools["screen_stocks"].schema([question], _context())
    assert argument not in schema["function"]["parameters"]["properties"]


def test_a_schema_without_a_context_is_not_narrowed() -> None:
    offered = _function("get_quote", ["how is home depot doing"])["parameters"]["properties"]["symbols"]["items"][
        "enum"
    ]
    assert {"home depot", "depot"} <= set(offered)


def test_the_longest_form_offered_means_what_was_said() -> None:
    """Candidates keep their little words ("over 5 years"): they must be read as the bare form is."""
    context = _context()
    for tool, argument, said, bare in (
        ("compare_performance", "period", "over 5 years", "5y"),
        ("compare_performance", "period", "in 2022", "2022"),
        ("convert_currency", "date", "on 2021-03-03", "2021-03-03"),
        ("screen_stocks", "sector", "tech stocks", "technology"),
    ):
        kind = next(p.kind for p in TOOLBOX.tools[tool].parameters if p.name == argument)
        assert kind is not None
        assert kind.write(kind.read(said, context)) == bare


def test_an_optional_argument_nobody_said_is_not_offered() -> None:
    properties = _function("get_price_history", ["how is tesla"])["parameters"]["properties"]
    assert "period" not in properties
    assert "amount" not in _function("convert_currency", ["pounds in euros"])["parameters"]["properties"]


def test_earlier_questions_add_candidates_after_the_latest() -> None:
    item = _function("get_quote", ["and microsoft", "hows tesla"])["parameters"]["properties"]["symbols"]["items"]
    assert item["enum"].index("microsoft") < item["enum"].index("tesla")


# what a small model wrote → what it must come to
REPAIRS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("get_quote", {"symbols": "AAPL"}, {"symbols": ["AAPL"]}),
    ("get_quote", {"symbols": "AAPL, MSFT"}, {"symbols": ["AAPL", "MSFT"]}),
    ("get_quote", {"symbols": ["apple"]}, {"symbols": ["AAPL"]}),
    ("get_quote", {"symbols": ["AAPL", "apple"]}, {"symbols": ["AAPL"]}),
    ("get_price_history", {"symbol": ["apple"]}, {"symbol": "AAPL"}),
    ("get_price_history", {"symbol": "apple", "period": None}, {"symbol": "AAPL"}),
    ("get_price_history", {"symbol": "apple", "period": ""}, {"symbol": "AAPL"}),
    ("get_price_history", {"symbol": "apple", "period": "last 6 months"}, {"symbol": "AAPL", "period": "6mo"}),
    ("get_price_history", {"symbol": "apple", "period": 2022}, {"symbol": "AAPL", "period": "2022"}),
    ("get_news", {"symbol": []}, {}),
    ("loan_payment", {"principal": 300000, "annual_rate_percent": 6.5, "years": 30},
     {"principal": 300000, "annual_rate_percent": 6.5, "years": 30}),
    ("project_growth", {"principal": "5k", "annual_rate_percent": "7%", "years": "18 months"},
     {"principal": 5000, "annual_rate_percent": 7, "years": 1.5}),
    ("propose_watchlist_change", {"action": "Add", "symbols": "tesla"}, {"action": "add", "symbols": ["TSLA"]}),
    ("propose_price_alert", {"symbol": "tesla", "condition": " ABOVE ", "price": 250},
     {"symbol": "TSLA", "condition": "above", "price": 250}),
    ("screen_stocks", {"sort_by": "Market Cap"}, {"sort_by": "market_cap"}),
    ("get_quote", {"symbols": ["SHOP.TO", "LON:AAF"]}, {"symbols": ["SHOP.TO", "AAF.L"]}),
    ("convert_currency", {"amount": "300", "from_currency": "quid", "to_currency": "euros"},
     {"amount": 300, "from_currency": "GBP", "to_currency": "EUR"}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "written", "resolved"), REPAIRS)
def test_slips_of_small_models_are_repaired(name: str, written: dict[str, Any], resolved: dict[str, Any]) -> None:
    assert TOOLBOX.tools[name].read(written, _context())[1] == resolved


REFUSALS: list[tuple[str, dict[str, Any], type[Exception], str]] = [
    ("get_quote", {}, MissingArgument, "get_quote needs symbols"),
    ("get_quote", {"symbols": []}, MissingArgument, "symbols"),
    ("get_quote", {"symbols": ["zzzz"]}, UnknownSymbol, "zzzz"),
    ("get_quote", {"symbols": ["shop.to"]}, UnknownSymbol, "shop.to"),
    ("get_quote", {"symbols": ["AAPL"] * (MAX_LIST + 1)}, ArgumentError, "symbols"),
    ("get_quote", {"symbols": ["AAPL"], "user": "bob"}, ArgumentError, "has no argument called user"),
    ("get_price_history", {"symbol": "apple", "period": "soonish"}, ArgumentError, "soonish"),
    ("get_price_history", {"symbol": ["apple", "tesla"]}, ArgumentError, "symbol"),
    ("get_price_history", {"symbol": {"name": "apple"}}, ArgumentError, "symbol"),
    ("get_price_history", {"symbol": True}, ArgumentError, "symbol"),
    ("get_price_history", {"symbol": "a" * (MAX_TEXT + 1)}, ArgumentError, "symbol"),
    ("loan_payment", {"principal": "lots", "annual_rate_percent": "5", "years": "3"}, ArgumentError, "lots"),
    ("loan_payment", {"principal": "5", "annual_rate_percent": "much", "years": "3"}, ArgumentError, "much"),
    ("loan_payment", {"principal": "5", "annual_rate_percent": "5", "years": "long"}, ArgumentError, "long"),
    ("convert_currency", {"from_currency": "bananas", "to_currency": "EUR"}, ArgumentError, "bananas"),
    ("propose_watchlist_change", {"action": "burn", "symbols": ["AAPL"]}, ArgumentError, "action"),
    ("screen_stocks", {"sort_by": "vibes"}, ArgumentError, "sort by"),
    ("get_market_status", {"exchange": "the moon"}, ArgumentError, "moon"),
    ("drop_tables", {}, ArgumentError, "no tool called"),
]


@pytest.mark.parametrize(("name", "written", "kind", "words"), REFUSALS)
async def test_what_cannot_be_understood_is_refused_in_one_sentence(
    name: str, written: dict[str, Any], kind: type[Exception], words: str
) -> None:
    outcome = await TOOLBOX.call(name, written, _context())
    assert outcome.findings is None
    assert isinstance(outcome.error, kind)
    assert words in str(outcome.error)
    assert "\n" not in str(outcome.error)
    assert len(str(outcome.error)) < 300


async def test_a_call_that_works_has_findings_and_the_resolved_arguments() -> None:
    outcome = await TOOLBOX.call("get_quote", {"symbols": "apple, msft"}, _context())
    assert outcome.error is None
    assert outcome.findings is not None
    assert outcome.resolved == {"symbols": ["AAPL", "MSFT"]}
    assert {figure.subject for figure in outcome.findings.figures} >= {"AAPL", "MSFT"}


async def test_a_source_that_fails_is_an_error_not_an_exception() -> None:
    context = tool_context(FakeMarketData(), NAMES)
    outcome = await TOOLBOX.call("get_price_history", {"symbol": "apple"}, context)
    assert isinstance(outcome.error, MarketDataError)
    assert outcome.resolved == {"symbol": "AAPL"}


async def test_a_bug_is_raised_and_never_told_to_the_model() -> None:
    class Broken(FakeSymbols):
        def resolve(self, text: str) -> Any:
            raise RuntimeError(text)

    context = _context()
    broken = ToolContext(context.market, Broken(), context.portfolio, context.now)
    with pytest.raises(RuntimeError):
        await TOOLBOX.call("get_quote", {"symbols": ["AAPL"]}, broken)


@pytest.mark.parametrize(
    ("name", "arguments", "texts", "unsaid"),
    [
        ("get_quote", {"symbols": ["tesla"]}, ["hows Tesla"], None),
        ("get_quote", {"symbols": ["tesla", "ford"]}, ["hows Tesla"], "symbols"),
        ("get_price_history", {"symbol": "tesla", "period": "1y"}, ["hows tesla"], "period"),
        ("get_price_history", {"symbol": "tesla"}, ["and last year?", "hows tesla"], None),
        ("get_price_history", {"symbol": "tesla", "period": None}, ["hows tesla"], None),
        ("propose_watchlist_change", {"action": "remove", "symbols": ["ford"]}, ["drop ford from it"], None),
        ("loan_payment", {"principal": 300, "annual_rate_percent": "5", "years": "3"}, ["300 at 5 for 3"], None),
        ("no_such_tool", {"x": "y"}, ["z"], None),
        ("get_quote", {"symbols": ["BA"]}, ["is it back"], "symbols"),
        ("get_quote", {"symbols": ["BA"]}, ["hows ba's price"], None),
        ("convert_currency", {"from_currency": "EUR", "to_currency": "USD"}, ["EURUSD"], None),
        ("convert_currency", {"amount": "5", "from_currency": "EUR", "to_currency": "USD"}, ["50 EURUSD"], "amount"),
        ("convert_currency", {"amount": "50", "from_currency": "€", "to_currency": "USD"}, ["€50 in usd"], None),
        ("get_quote", {"symbols": ["SP500"]}, ["sp500 now"], None),
    ],
)
def test_a_copied_argument_that_nobody_typed_is_found(
    name: str, arguments: dict[str, Any], texts: list[str], unsaid: str | None
) -> None:
    assert TOOLBOX.unsaid(name, arguments, texts) == unsaid


def test_a_parameter_without_a_kind_is_a_bug_seen_at_import() -> None:
    async def careless(context: ToolContext, amount: int) -> None:
        """Do nothing."""

    careless.__annotations__ = {"context": ToolContext, "amount": int, "return": type(None)}
    with pytest.raises(TypeError, match="amount needs a kind"):
        Toolbox([careless])  # type: ignore[list-item]
