"""Each name gets the change of the verb before it, each price the direction of the word at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.bot.turn.completions.following import call, followed

if TYPE_CHECKING:
    from collections.abc import Callable

WATCH = "propose_watchlist_change"


def change(action: str, *names: str) -> tuple[str, dict[str, Any]]:
    return WATCH, {"action": action, "symbols": [*names]}


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


def test_what_nobody_wants_to_follow_anymore_goes(completed: Callable[..., Any]) -> None:
    text = "i do not want anymore to follow nike, delete it"
    assert completed(text, change("add", "nike")) == [change("remove", "nike")]


def test_the_list_is_shown_where_that_is_asked_for(completed: Callable[..., Any]) -> None:
    shown: tuple[str, dict[str, Any]] = ("get_watchlist", {})
    assert completed("watchlist + nike", shown, change("add", "nike")) == [change("add", "nike")]
    assert completed("drop nike and show me the list", change("remove", "nike")) == [change("remove", "nike"), shown]
    both = [change("remove", "nike"), shown]
    assert completed("drop nike and show me the list", *both) == both


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("put nike and zorblax on my watchlist", ["nike", "zorblax"]),
        ("take uh nike, blue barn and zorblax off my list", ["nike", "blue barn", "zorblax"]),
        ("put nike and what i said on my watchlist", ["nike"]),
    ],
)
def test_names_that_nobody_knows_are_listed_too(completed: Callable[..., Any], text: str, names: list[str]) -> None:
    action = "remove" if text.startswith("take") else "add"
    [(name, arguments)] = completed(text, (WATCH, {"action": action, "symbols": ["nike"]}))
    assert (name, arguments) == (WATCH, {"action": action, "symbols": names})


def test_what_the_list_holds_may_be_taken_off_it(completed: Callable[..., Any]) -> None:
    shown = ("get_watchlist", {})
    removed = [(WATCH, {"action": "remove", "symbols": ["nike"]})]
    assert completed("nike is still on my watchlist. please remove it", shown) == removed
    assert completed("is nike still on my watchlist", shown) == [shown]


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("keep tabs on nike", "add"),
        ("yeet nike outta my watchlist", "remove"),
        ("i want to observe nike from now", "add"),
    ],
)
def test_verbs_of_following(completed: Callable[..., Any], text: str, action: str) -> None:
    other = "remove" if action == "add" else "add"
    assert completed(text, (WATCH, {"action": other, "symbols": ["nike"]})) == [
        (WATCH, {"action": action, "symbols": ["nike"]})
    ]


def test_a_name_said_after_the_list_shares_the_verb_before_it(completed: Callable[..., Any]) -> None:
    written = ("propose_watchlist_change", {"action": "add", "symbols": ["Nike", "Ford"]})
    assert completed("put Nike on my watchlist, and, uh, Ford too", written) == [written]
    other = ("propose_watchlist_change", {"action": "remove", "symbols": ["Ford"]})
    first = ("propose_watchlist_change", {"action": "add", "symbols": ["Nike"]})
    assert completed("put Nike on my watchlist, and, uh, Ford too", first, other) == [written]


@pytest.mark.parametrize(
    "text",
    [
        "chuck GameStop in the bin from my watchlist",
        "I'm done keeping an eye on GameStop, so drop it from what I follow",
        "bin GameStop off my watchlist",
        "I wish to follow no more GameStop",
        "I used to follow GameStop, delete from the watchlist",
    ],
)
@pytest.mark.parametrize("written", ["add", "remove"])
def test_more_ways_to_take_a_name_off(completed: Callable[..., Any], text: str, written: str) -> None:
    changed = completed(text, (WATCH, {"action": written, "symbols": ["GameStop"]}))
    assert changed == [(WATCH, {"action": "remove", "symbols": ["GameStop"]})]


def test_one_that_goes_and_one_that_comes(completed: Callable[..., Any]) -> None:
    both = (WATCH, {"action": "remove", "symbols": ["Snap", "Pinterest"]})
    assert completed("Remove Snap, add Pinterest to watchlist", both) == [
        (WATCH, {"action": "remove", "symbols": ["Snap"]}),
        (WATCH, {"action": "add", "symbols": ["Pinterest"]}),
    ]


def test_what_is_only_compared_is_not_listed(completed: Callable[..., Any]) -> None:
    compared = ("compare_performance", {"symbols": ["Ford", "Tesla"], "period": "2023"})
    text = "did Ford beat Tesla in 2023, and place Ford on my watchlist"
    listed = (WATCH, {"action": "add", "symbols": ["Ford", "Tesla"]})
    assert completed(text, compared, listed) == [compared, (WATCH, {"action": "add", "symbols": ["Ford"]})]


@pytest.mark.parametrize(
    ("text", "written", "symbols"),
    [
        ("add Zorblax and Tesla to it", ["Tesla"], ["Zorblax", "Tesla"]),
        ("follow Zorblax, Tesla", ["Tesla"], ["Zorblax", "Tesla"]),
        ("watch Zorblax", ["watch Zorblax"], ["Zorblax"]),
        ("would you strike Zorblax from my watchlist", ["strike Zorblax"], ["Zorblax"]),
    ],
)
def test_all_that_is_listed_and_no_verb(
    completed: Callable[..., Any], text: str, written: list[str], symbols: list[str]
) -> None:
    (changed,) = completed(text, ("propose_watchlist_change", {"action": "add", "symbols": written}))
    assert changed[1]["symbols"] == symbols


def test_it_with_another() -> None:
    text = "please add it to the ones I follow, together with Apple"
    written = call("propose_watchlist_change", action="add", symbols=["Apple"])
    assert followed(text, call("get_quote", symbols=["Tesla"]), written) == [
        call("propose_watchlist_change", action="add", symbols=["Tesla", "Apple"])
    ]


def test_remove_it_and_add_another() -> None:
    before = call("propose_watchlist_change", action="add", symbols=["Spotify"])
    written = call("propose_watchlist_change", action="remove", symbols=["Warner Music"])
    both = [
        call("propose_watchlist_change", action="remove", symbols=["Spotify"]),
        call("propose_watchlist_change", action="add", symbols=["Warner Music"]),
    ]
    assert followed("actually remove it again and add Warner Music", before, written) == both


def test_it_and_another_one_too() -> None:
    text = "add it to my list and walmart too"
    asked = call("get_events", symbol="costco")
    assert followed(text, asked, call("propose_watchlist_change", action="add", symbols=["walmart"])) == [
        call("propose_watchlist_change", action="add", symbols=["costco", "walmart"])
    ]


def test_the_list_after_a_change_is_no_portfolio() -> None:
    added, shown = call("propose_watchlist_change", action="add", symbols=["nike"]), call("get_watchlist")
    text = "add nike to my watchlist and then show me the full list"
    assert followed(text, call("get_quote", symbols=["nike"]), added, call("get_portfolio"), shown) == [
        added,
        shown,
    ]


def test_a_name_with_and_in_it_is_no_list() -> None:
    whole = call("propose_watchlist_change", action="add", symbols=["Brown and Brown", "Arthur J Gallagher"])
    text = "put Brown and Brown and Arthur J Gallagher on my watchlist"
    assert followed(text, call("get_watchlist"), whole) == [whole]
