"""A fund's name is one piece, from its house to what it is; a house that stands alone is none."""

from __future__ import annotations

import pytest

from bot.evaluation.scoring import reading_context
from tools.arguments import SYMBOL
from tools.narrowing import known_names
from tools.parsing.fund_names import find_fund_names, is_fund_name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("price of the schwab us dividend equity etf please", ["schwab us dividend equity etf"]),
        ("iShares MSCI Emerging Markets Small-Cap ETF news", ["iShares MSCI Emerging Markets Small-Cap ETF"]),
        ("how did Vanguard Total Stock Market Index Fund do", ["Vanguard Total Stock Market Index Fund"]),
        ("compare SPDR Gold Shares with iShares Bitcoin Trust", ["SPDR Gold Shares", "iShares Bitcoin Trust"]),
        ("the L&G Cyber Security UCITS ETF in 2022", ["L&G Cyber Security UCITS ETF"]),
        ("schwab or a fidelity fund", ["fidelity fund"]),
        ("ticker for Amundi MSCI Emerging Markets, please", ["Amundi MSCI Emerging Markets"]),
        ("Lyxor Core STOXX Europe 600 or Amundi Prime Europe", ["Lyxor Core STOXX Europe 600", "Amundi Prime Europe"]),
        ("WisdomTree Physical Bitcoin", ["WisdomTree Physical Bitcoin"]),
        ("vanguard s&p 500 in 2020", ["vanguard s&p 500"]),
        ("iShares Global Clean Energy fund news", ["iShares Global Clean Energy"]),
        ("blackrock total return, and fidelity core business", []),
        ("is schwab up", []),
        ("vanguard and any bond etf", []),  # two things
        ("what is an etf of ishares", []),
        ("spdr etfs in general", []),
        ("marking the fund", []),  # "ark" inside a word
        ("which etf or fund or trust", []),
        ("", []),
    ],
)
def test_whole_names_are_found(text: str, names: list[str]) -> None:
    assert [span.text for span in find_fund_names(text)] == names
    assert all(text[span.start : span.end] == span.text for span in find_fund_names(text))


def test_nothing_shorter_of_a_fund_may_be_copied() -> None:
    context = reading_context()
    for text in ("buy the schwab us dividend equity etf?", "iShares Core S&P Small-Cap ETF below $98"):
        offered = [span.text for span in SYMBOL.narrow(SYMBOL.find(text), context)]
        assert [name for name in offered if "schwab" in name.lower() or "ishares" in name.lower()] == [
            span.text for span in find_fund_names(text)
        ]
        assert [span.text for span in known_names(text, context)] == [span.text for span in find_fund_names(text)]


def test_only_all_of_it_is_a_fund() -> None:
    assert is_fund_name("vanguard s&p 500 etf")
    assert not is_fund_name("the vanguard s&p 500 etf")
    assert not is_fund_name("vanguard")
