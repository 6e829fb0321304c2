"""Which way each price alert goes, and which name it is on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

WATCH, ALERT = "propose_watchlist_change", "propose_price_alert"


def change(action: str, *names: str) -> tuple[str, dict[str, Any]]:
    return WATCH, {"action": action, "symbols": [*names]}


def alert(symbol: str, condition: str, price: str) -> tuple[str, dict[str, Any]]:
    return ALERT, {"symbol": symbol, "condition": condition, "price": price}


@pytest.mark.parametrize(
    ("text", "written", "wanted"),
    [
        ("alert me if nike goes under 70", [alert("nike", "above", "70")], [alert("nike", "below", "70")]),
        ("tell me when nike is at 70 or higher", [alert("nike", "below", "70")], [alert("nike", "above", "70")]),
        ("ping me over text when nike drops to 70", [alert("nike", "below", "70")], None),
        ("tell me when nike hits 70", [alert("nike", "below", "70")], None),
        ("no, make it 65", [alert("nike", "below", "70")], [alert("nike", "below", "65")]),
        (
            "alert when nike is above 90 and when tesla is below 200",
            [alert("nike", "above", "200"), alert("tesla", "above", "90")],
            [alert("nike", "above", "90"), alert("tesla", "below", "200")],
        ),
        (
            "alert when nike is above 90 or below 60",
            [alert("nike", "above", "90")],
            [alert("nike", "above", "90"), alert("nike", "below", "60")],
        ),
        ("go with wapex 200", [alert("wapex 200", "below", "310")], None),
        ("alert for nike at 90 and 60", [alert("nike", "above", "90")], None),
    ],
)
def test_alerts(completed: Callable[..., Any], text: str, written: list[Any], wanted: list[Any] | None) -> None:
    assert completed(text, *written) == (written if wanted is None else wanted)


def test_what_is_followed_has_no_price(completed: Callable[..., Any]) -> None:
    text = "stop following nike and set an alert for tesla above 150"
    alerts = [alert("nike", "above", "150"), alert("tesla", "above", "150")]
    assert completed(text, *alerts) == [change("remove", "nike"), alerts[1]]
    assert completed(text, change("remove", "nike", "tesla"), alerts[1]) == [change("remove", "nike"), alerts[1]]
    both = [alert("nike", "above", "150"), alert("tesla", "above", "150")]
    assert completed("alert me when nike or tesla is above 150", *both) == both


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("alert me if zorblax tanks to 30", "below"),
        ("alert me once zorblax tops 30", "above"),
        ("zorblax is at 30, alert me if it goes lower than that", "below"),
        ("alert me when zorblax climbs back up to 30", "above"),
    ],
)
def test_which_way_a_price_moves(completed: Callable[..., Any], text: str, condition: str) -> None:
    for written in ("above", "below"):
        assert completed(text, alert("zorblax", written, "30")) == [alert("zorblax", condition, "30")]


def test_alerts_on_names_that_nobody_knows_keep_them(completed: Callable[..., Any]) -> None:
    alerts = [alert("nike", "above", "150"), alert("zorblax", "below", "20")]
    assert completed("alert me if nike goes over 150 and if zorblax drops below 20", *alerts) == alerts


def test_the_number_of_an_index_is_no_price(completed: Callable[..., Any]) -> None:
    alert = {"symbol": "S&P 500", "condition": "below", "price": "500"}
    [(_, arguments)] = completed("tell me when the S&P 500 drops through 4000", (ALERT, alert))
    assert arguments == {"symbol": "S&P 500", "condition": "below", "price": "4000"}
