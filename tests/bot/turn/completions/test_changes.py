"""Each name gets the change of the verb before it, each price the direction of the word at it."""

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
        ("drop nike and add tesla", [change("remove", "nike", "tesla")], [change("remove", "nike"), change("add", "tesla")]),
        ("follow nike, stop following tesla", [change("add", "nike")], [change("add", "nike"), change("remove", "tesla")]),
        ("take nike and tesla off my watchlist", [change("remove", "nike", "tesla")], None),
        ("take nike off and put tesla on", [change("add", "nike", "tesla")], [change("remove", "nike"), change("add", "tesla")]),
        ("remove nike and tesla", [change("add", "nike"), change("add", "tesla")], [change("remove", "nike", "tesla")]),
        ("don't remove nike, it is fine", [change("add", "nike")], None),
        ("let's quit following nike", [change("remove", "nike")], None),
        ("I'm done tracking nike", [change("add", "nike")], [change("remove", "nike")]),
        ("which do I follow? removing nike, I mean", [change("remove", "nike")], None),
        ("of those I am following nike may go", [change("remove", "nike")], None),
        ("nike can go from the watchlist", [change("remove", "nike")], None),
        ("take it off again", [change("remove", "nike")], None),  # the name is from the question before
    ],
)  # fmt: skip
def test_watchlist(completed: Callable[..., Any], text: str, written: list[Any], wanted: list[Any] | None) -> None:
    assert completed(text, *written) == (written if wanted is None else wanted)


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


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("nike no longer belongs on my watchlist", "remove"),
        ("I don't want more to see nike in my list", "remove"),
        ("nike should go", "remove"),
        ("nike should go on my watchlist", "add"),
        ("I want to see nike in my list", "add"),
    ],
)
def test_what_is_said_after_the_name_or_of_seeing_it(completed: Callable[..., Any], text: str, action: str) -> None:
    assert completed(text, change("add", "nike")) == [change(action, "nike")]


def test_what_is_followed_has_no_price(completed: Callable[..., Any]) -> None:
    text = "stop following nike and set an alert for tesla above 150"
    alerts = [alert("nike", "above", "150"), alert("tesla", "above", "150")]
    assert completed(text, *alerts) == [change("remove", "nike"), alerts[1]]
    assert completed(text, change("remove", "nike", "tesla"), alerts[1]) == [change("remove", "nike"), alerts[1]]
    both = [alert("nike", "above", "150"), alert("tesla", "above", "150")]
    assert completed("alert me when nike or tesla is above 150", *both) == both


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("chuck it on the watchlist", "add"),
        ("ok stick them on my list", "add"),
        ("take it off again", "remove"),
        ("yeet that off the list", "remove"),
    ],
)
def test_what_is_pointed_at_goes_where_it_is_said(completed: Callable[..., Any], text: str, action: str) -> None:
    for written in ("add", "remove"):
        assert completed(text, change(written, "zorblax")) == [change(action, "zorblax")]


def test_a_verb_without_a_place_leaves_what_was_written(completed: Callable[..., Any]) -> None:
    assert completed("watchlist it", change("add", "zorblax")) == [change("add", "zorblax")]


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


def test_what_nobody_wants_to_follow_anymore_goes(completed: Callable[..., Any]) -> None:
    text = "i do not want anymore to follow nike, delete it"
    assert completed(text, change("add", "nike")) == [change("remove", "nike")]


def test_the_list_is_shown_where_that_is_asked_for(completed: Callable[..., Any]) -> None:
    shown: tuple[str, dict[str, Any]] = ("get_watchlist", {})
    assert completed("watchlist + nike", shown, change("add", "nike")) == [change("add", "nike")]
    assert completed("drop nike and show me the list", change("remove", "nike")) == [change("remove", "nike"), shown]
    both = [change("remove", "nike"), shown]
    assert completed("drop nike and show me the list", *both) == both
