"""Names by their shape are one piece, and what only looks like one is none."""

from __future__ import annotations

import pytest

from tools.parsing.shaped_names import find_shaped_names, is_shaped_name


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SHOP.TO and BHP.AX, quote", ["SHOP.TO", "BHP.AX"]),
        ("add bhp.ax, rio.l and vale3.sa, and 0700.hk", ["bhp.ax", "rio.l", "vale3.sa", "0700.hk"]),
        ("see apple.is or mail me@bhp.ax", []),
        ("price of J D Wetherspoon", ["J D Wetherspoon"]),
        ("A2A, a2 Milk and abev3 in May of a B2B firm", ["A2A", "a2 Milk", "abev3"]),
        ("palm oil and Robusta coffee, in crude oil", ["palm oil", "Robusta coffee"]),
        ("P/E of Ping An", ["Ping An"]),
        ("quote: BRK.B, BF.A, 9984.T", ["BRK.B", "BF.A", "9984.T"]),
        ("how did b.p. marsh & partners do", ["b.p. marsh & partners"]),
        ("how is A.P. Møller - Mærsk doing", ["A.P. Møller - Mærsk"]),
        ("news on 1Spatial and 4imprint", ["1Spatial", "4imprint"]),
        ("prices of 888 Holdings and 1&1 AG", ["888 Holdings", "1&1 AG"]),
        ("S4 Capital or 5N Plus", ["S4 Capital", "5N Plus"]),
        ("chuck in S32 and A200", ["S32", "A200"]),
        ("Dr. Reddy's Labs and St. James's Place", ["Dr. Reddy's Labs", "St. James's Place"]),
        ("How did Personal Assets Trust do", ["Personal Assets Trust"]),
        ("compare City of London Investment Trust", ["City of London Investment Trust"]),
    ],
)
def test_each_is_one_name(text: str, names: list[str]) -> None:
    assert [span.text for span in find_shaped_names(text)] == names


@pytest.mark.parametrize("text", ["SHOP.TO", "b.p. marsh & partners", "1Spatial", "S32", "Personal Assets Trust"])
def test_a_piece_is_one_as_a_whole(text: str) -> None:
    assert is_shaped_name(text)
    assert not is_shaped_name(f"price of {text}")


@pytest.mark.parametrize(
    "text",
    [
        "U.S. stocks, e.g. the p.e. ratio at 5 p.m. today",
        "over 10years at 5million, 200euros or 20quid",
        "what is an Investment Trust",
        "can I Trust you",
        "the 50dma, MA200, EMA50 and RSI14 in Q4 or H1 of FY23",
        "is it CET1 or T+1",
        "price of apple.is it up",
    ],
)
def test_these_are_none(text: str) -> None:
    assert find_shaped_names(text) == []
