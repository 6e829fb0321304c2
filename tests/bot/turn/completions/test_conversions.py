"""Which currencies and sums a conversion is about: the follow-up's own, each of several, one beside another thing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.evaluation.scoring import reading_context
from bot.messages import ToolCall
from bot.turn.completing import settle
from bot.turn.completions.reading import Draft
from tests.bot.turn.completions.following import call, followed
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Callable

TOOLBOX = Toolbox(TOOLS)
CONVERT = "convert_currency"
BEFORE = {"amount": "1000", "from_currency": "EUR", "to_currency": "USD"}


@pytest.mark.parametrize(
    ("text", "written", "changed"),
    [
        ("same amount but JPY", BEFORE, {**BEFORE, "to_currency": "JPY"}),
        ("and from yen?", {**BEFORE, "to_currency": "yen"}, {**BEFORE, "from_currency": "yen"}),
        ("and 500 in yen?", {**BEFORE, "amount": "500"}, {**BEFORE, "amount": "500", "to_currency": "yen"}),
        ("and 500?", {**BEFORE, "amount": "500"}, {**BEFORE, "amount": "500"}),
        ("and in usd?", BEFORE, BEFORE),
        ("and yen to pounds", {"from_currency": "yen", "to_currency": "pounds"}, None),
    ],
)
def test_the_currency_of_a_follow_up(text: str, written: dict[str, Any], changed: dict[str, Any] | None) -> None:
    draft = Draft([ToolCall(CONVERT, written)])
    calls = settle(draft, text, TOOLBOX, reading_context(), [ToolCall(CONVERT, BEFORE)]).calls
    assert [call.arguments for call in calls] == [changed or written]


def test_another_tool_keeps_its_call_after_a_conversion() -> None:
    quote = ToolCall("get_quote", {"symbols": ["apple"]})
    assert settle(
        Draft([quote]), "price of apple in yen", TOOLBOX, reading_context(), [ToolCall(CONVERT, BEFORE)]
    ).calls == [quote]


def test_several_sums_into_one_currency(completed: Callable[..., Any]) -> None:
    call = (CONVERT, {"amount": "100", "from_currency": "euros", "to_currency": "bucks"})
    both = [(CONVERT, {"amount": "100", "from_currency": name, "to_currency": "bucks"}) for name in ("quid", "euros")]
    assert completed("whats 100 quid and 100 euros in bucks", call) == both
    assert completed("whats 100 quid and 100 euros in bucks", call, call) == both
    assert completed("whats 100 euros in bucks, i have 50 bucks", call) == [call]


def test_a_conversion_beside_another_thing(completed: Callable[..., Any]) -> None:
    quote = ("get_quote", {"symbols": ["Repsol"]})
    sum_ = {"amount": "100", "from_currency": "euros", "to_currency": "dollars"}
    assert completed("the price of Repsol and convert 100 euros to dollars", quote) == [quote, (CONVERT, sum_)]
    assert completed("the price of Repsol in dollars", quote) == [quote]
    assert completed("the price of Repsol, then change my list to dollars", quote) == [quote]


def test_nothing_that_lacks_its_name_stands_beside_a_conversion(completed: Callable[..., Any]) -> None:
    then = (CONVERT, {"from_currency": "usd", "to_currency": "inr", "date": "2020-01-15"})
    now = (CONVERT, {"from_currency": "usd", "to_currency": "inr"})
    history = ("get_price_history", {"symbol": "usd", "period": "2020-01-15"})
    on_that_day = (CONVERT, {**now[1], "date": "on 2020-01-15"})
    assert completed("usd to inr today and what was it on 2020-01-15", then, history) == [now, on_that_day]
    loan = ("loan_payment", {"principal": "1000", "annual_rate_percent": "5%", "years": "2 years"})
    assert loan in completed("1000 usd in inr, and a loan of 1000 at 5% for 2 years", now, loan)
    news = ("get_price_history", {"symbol": "apple"})
    assert news in completed("1000 usd in inr, and how did apple do", now, news)


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("my wage is in dirhams, what is that in rupees", "dirhams", "rupees"),
        ("how many forint does one euro buy", "euro", "forint"),
        ("koruna rate vs euro", "koruna", "euro"),
    ],
)
def test_a_currency_into_itself_is_into_the_other_one(
    completed: Callable[..., Any], text: str, first: str, second: str
) -> None:
    call = (CONVERT, {"from_currency": second, "to_currency": second})
    assert completed(text, call) == [(CONVERT, {"from_currency": first, "to_currency": second})]


def test_a_currency_into_itself_asks_nothing_beside_another_call(completed: Callable[..., Any]) -> None:
    own, same = ("get_portfolio", {}), (CONVERT, {"from_currency": "euros", "to_currency": "euros"})
    assert completed("what is it all worth, in euros", own, same) == [own]
    assert completed("what is it in euros", same) == [same]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "and the other way round?",
            {**BEFORE, "from_currency": BEFORE["to_currency"], "to_currency": BEFORE["from_currency"]},
        ),
        ("ok and now?", {name: said for name, said in BEFORE.items() if name != "date"}),
    ],
)
def test_a_conversion_is_turned_or_brought_up_to_date(text: str, wanted: dict[str, Any]) -> None:
    before = ToolCall(CONVERT, {**BEFORE, "date": "2020-01-15"} if "now" in text else BEFORE)
    calls = settle(Draft([before]), text, TOOLBOX, reading_context(), [before]).calls
    assert [call.arguments for call in calls] == [wanted]


def test_an_only_conversion_is_of_the_only_amount(completed: Callable[..., Any]) -> None:
    call = (CONVERT, {"from_currency": "dirhams", "to_currency": "rupees"})
    assert completed("i earn dirhams, 22k of them, in rupees please", call) == [(CONVERT, {**call[1], "amount": "22k"})]
    assert completed("dirhams in rupees please", call) == [call]


def test_a_rate_now_and_then(completed: Callable[..., Any]) -> None:
    call = (CONVERT, {"amount": "90", "from_currency": "usd", "to_currency": "pesos", "date": "3 june 2020"})
    now = (CONVERT, {name: said for name, said in call[1].items() if name != "date"})
    then = (CONVERT, {**call[1], "date": "on 3 june 2020"})
    got = completed("90 usd in pesos and what was it on 3 june 2020", call)
    assert got in ([now, call], [now, then])


def test_the_currency_of_before_by_its_last_word() -> None:
    before = ToolCall("convert_currency", {"amount": "5", "from_currency": "pounds", "to_currency": "philippine pesos"})
    written = ToolCall("convert_currency", {"amount": "9", "from_currency": "pounds", "to_currency": "pesos"})
    settled = settle(Draft([written]), "and 9 to those pesos", TOOLBOX, reading_context(), [before])
    assert [call.arguments["to_currency"] for call in settled.calls] == ["philippine pesos"]


def test_a_day_is_no_name_beside_a_conversion(completed: Callable[..., Any]) -> None:
    now = (CONVERT, {"from_currency": "usd", "to_currency": "inr"})
    day = ("get_quote", {"symbols": ["4 May 2021"]})
    got = completed("usd to inr now and also the rate on 4 May 2021", now, day)
    assert [(name, arguments.get("date")) for name, arguments in got] == [(CONVERT, None), (CONVERT, "on 4 May 2021")]


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("eur/jpy", [("eur", "jpy")]),
        ("GBP/USD too", [("GBP", "USD")]),
        ("EUR / CHF and USD/JPY today", [("EUR", "CHF"), ("USD", "JPY")]),
    ],
)
def test_a_pair_as_traders_write_it(completed: Callable[..., Any], text: str, pairs: list[tuple[str, str]]) -> None:
    wanted = [(CONVERT, {"from_currency": base, "to_currency": quote}) for base, quote in pairs]
    assert completed(text, (CONVERT, {"from_currency": "EUR", "to_currency": "USD"})) == wanted
    assert completed("the p/e and the yes/no", (CONVERT, BEFORE)) == [(CONVERT, BEFORE)]


def test_what_a_conversion_is_from_is_its_source(completed: Callable[..., Any]) -> None:
    written = {"amount": "20", "from_currency": "krone", "to_currency": "pounds"}
    turned = {"amount": "20", "from_currency": "pounds", "to_currency": "krone"}
    assert completed("how much is 20 in krone from pounds", (CONVERT, written)) == [(CONVERT, turned)]
    assert completed("20 krone in pounds", (CONVERT, written)) == [(CONVERT, written)]


def test_a_follow_up_that_names_a_pair_is_between_these() -> None:
    before = ToolCall(CONVERT, {"from_currency": "gbp", "to_currency": "eur"})
    written = ToolCall(CONVERT, {"from_currency": "gbp", "to_currency": "jpy"})
    settled = settle(Draft([written]), "now do it for usd to jpy", TOOLBOX, reading_context(), [before])
    assert settled.calls == [ToolCall(CONVERT, {"from_currency": "usd", "to_currency": "jpy"})]


def test_each_of_two_calls_has_its_own_amount(completed: Callable[..., Any]) -> None:
    plan = ("project_growth", {"principal": "8,000", "annual_rate_percent": "4.75%", "years": "6 years"})
    pair = {"from_currency": "yen", "to_currency": "dollars"}
    text = "how much is 15,000 yen in dollars? And what would 8,000 at 4.75% be worth in 6 years?"
    whole = (CONVERT, {"amount": "15,000", **pair})
    for written in ({"amount": "8,000", **pair}, pair, {"amount": "15,000", **pair}):
        assert completed(text, (CONVERT, written), plan) == [
            (CONVERT, {**written, "amount": "15,000"}),
            plan,
        ]
    assert completed(text, plan, whole) == [plan, whole]


def test_a_rate_beside_a_plan_takes_nothing_of_it(completed: Callable[..., Any]) -> None:
    plan = ("project_growth", {"principal": "20,000", "annual_rate_percent": "4%", "years": "8 years"})
    pair = {"from_currency": "sterling", "to_currency": "yen"}
    text = "the growth of 20,000 at 4% over 8 years, and the rate from sterling to yen"
    assert completed(text, plan, (CONVERT, {"amount": "20,000", **pair})) == [plan, (CONVERT, pair)]
    text = "a loan of 20,000 at 4% over 8 years, and how many yen do I get for 20,000 in sterling"
    loan = ("loan_payment", plan[1])
    assert completed(text, loan, (CONVERT, {"amount": "20,000", **pair})) == [
        loan,
        (CONVERT, {"amount": "20,000", **pair}),
    ]


def test_a_side_that_was_left_out_is_the_other_currency(completed: Callable[..., Any]) -> None:
    quote = ("get_quote", {"symbols": ["Genting Singapore"]})
    text = "2,000 Malaysian ringgit in Thai baht, and the price of Genting Singapore"
    said = {"amount": "2,000", "from_currency": "Malaysian ringgit"}
    assert completed(text, (CONVERT, said), quote)[0] == (CONVERT, {**said, "to_currency": "Thai baht"})


def test_what_two_agree_on_stays_beside_a_conversion() -> None:
    text = "how many roubles was a dollar, and how did Zorblax do in 2021?"
    calls = [
        ToolCall(CONVERT, {"from_currency": "dollar", "to_currency": "roubles"}),
        ToolCall("get_price_history", {"symbol": "Zorblax", "period": "in 2021"}),
    ]
    kept = settle(Draft(calls, "", -0.1, is_agreed=True), text, Toolbox(TOOLS), reading_context())
    assert list(kept.calls) == calls


def test_what_it_is_from_is_told_by_the_words_beside_it(completed: Callable[..., Any]) -> None:
    plan = ("project_growth", {"principal": "20 grand", "annual_rate_percent": "4.5%", "years": "3 years"})
    text = "20 grand at 4.5% for 3 years whats it turn into, and 20 grand in euros from pounds"
    turned = {"amount": "20 grand", "from_currency": "euros", "to_currency": "pounds"}
    right = {"amount": "20 grand", "from_currency": "pounds", "to_currency": "euros"}
    assert completed(text, plan, (CONVERT, turned)) == [plan, (CONVERT, right)]


def test_so_much_of_one_for_another(completed: Callable[..., Any]) -> None:
    wrong = ("convert_currency", {"from_currency": "INR", "to_currency": "AED"})
    assert completed("AED per USD?", wrong) == [("convert_currency", {"from_currency": "USD", "to_currency": "AED"})]


@pytest.mark.parametrize("text", ["flip it", "turn it around", "other way round please"])
def test_more_ways_to_turn_a_conversion(text: str) -> None:
    before = call("convert_currency", from_currency="gbp", to_currency="ngn")
    assert followed(text, before, before) == [call("convert_currency", from_currency="ngn", to_currency="gbp")]


def test_a_sum_of_another_currency_is_what_is_converted() -> None:
    before = call("convert_currency", amount="90,000", from_currency="yen", to_currency="dollars")
    written = call("convert_currency", amount="70", from_currency="yen", to_currency="dollars")
    assert followed("and 70 euros?", before, written) == [
        call("convert_currency", amount="70", from_currency="euros", to_currency="dollars")
    ]


def test_into_each_of_several_after_one() -> None:
    before = ToolCall("convert_currency", {"amount": "1000", "from_currency": "NOK", "to_currency": "SEK"})
    both = [replace(before, arguments={**before.arguments, "to_currency": code}) for code in ("DKK", "PLN")]
    assert followed("to DKK, to PLN", before, both[1]) == both
    assert followed("and in DKK and PLN?", before, both[0]) == both
    pair = ToolCall("convert_currency", {"from_currency": "euro", "to_currency": "yen"})
    assert followed("what about euro to yen", before, pair) == [pair]
