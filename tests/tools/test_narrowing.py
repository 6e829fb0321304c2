"""Which pieces of a question are names."""

from __future__ import annotations

import pytest

from bot.evaluation.scoring import reading_context
from tools.narrowing import known_names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("VWRL ticker's full name? Its return since 2019?", ["VWRL"]),
        ("and if i do it over 20 years insted", []),  # a slip of "instead", and nearly a company
        ("9988.HK = who?", ["9988.HK"]),
        ("which has risen more: Pool, Deckers Outdoor or Nike?", ["Pool", "Deckers Outdoor", "Nike"]),
        ("Pool supplies are dear", []),
        ("Ping An Insurance, its profit margin", ["Ping An Insurance"]),
        ("Seven & i Holdings ticker, go", ["Seven & i Holdings"]),
        ("how's 3i group done", ["3i group"]),
        ("what did Banco do Brasil do over the past month", ["Banco do Brasil"]),
        ("what did the MSCI World do", ["MSCI World"]),
        ("is Hyundai Shipbuilding up", ["Hyundai Shipbuilding"]),  # not Hyundai
        ("price of an apple", ["apple"]),
        ("news on M&G's boss and Mickey D's", ["M&G", "Mickey D"]),
        ("what's bang & olufsen trading at", ["bang & olufsen"]),
        ("the MACD for Hill & Smith", ["Hill & Smith"]),
        ("RSI & MACD of nike", ["nike"]),
        ("Black Rifle Coffee vs Starbucks", ["Black Rifle Coffee", "Starbucks"]),
        ("and how did the FTSE All Share do", ["FTSE All Share"]),
        ("I mean MOL, the oil company", ["MOL"]),
        ("how's square pharmaceuticals today", ["square pharmaceuticals"]),
        ("is it in an uptrend", []),
        ("and the gold one, gld", ["gld"]),
        ("what company is behind the ticker pins", ["pins"]),
    ],
)
def test_what_is_known_as_a_name(text: str, names: list[str]) -> None:
    assert [name.text for name in known_names(text, reading_context())] == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ticker for Greencoat Renewables", ["Greencoat Renewables"]),
        ("dividend from capitaland integrated commercial trust", ["capitaland integrated commercial trust"]),
        ("how has the Scottish Mortgage trust done", ["Scottish Mortgage"]),
        ("nasdq 100 this year", ["nasdq 100"]),
        ("news on BE Semiconductor", ["BE Semiconductor"]),
        ("price of 3m", ["3m"]),
        ("over a period of 3m", []),
    ],
)
def test_whole_names(text: str, names: list[str]) -> None:
    assert [span.text for span in known_names(text, reading_context())] == names
