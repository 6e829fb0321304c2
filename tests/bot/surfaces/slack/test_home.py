"""The Home tab and what opens at "Show how": lawful views of plain data."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.surfaces.slack.home import Home, Quoted, home_view
from bot.surfaces.slack.how import how_view
from bot.surfaces.slack.record import turn_record
from tests.fakes.block_check import live_parts, texts, view_problems
from tests.fakes.hostile_text import hostile
from tests.fakes.replies import replies
from tools.charts import Chart, Series
from tools.values import Figure, Source

SOURCE = Source("bundled history", date(2022, 12, 28))


def figure(value: str, unit: Any = "money") -> Figure:
    return Figure("x", "y", Decimal(value), unit, SOURCE, "USD")


FULL = Home(
    value=figure("77620.15"),
    day_change=figure("-512.4"),
    day_change_percent=figure("-0.66", "percent"),
    allocation=Chart("pie", "Allocation", ("Apple", "Cash"), (Series("weight", (60.0, 40.0)),), "percent", "s"),
    movers=(Quoted("AAPL", "Apple", figure("125.67"), figure("-3.07", "percent")),),
    watchlist=(Quoted("KO", "Coca-Cola", figure("62.61"), figure("1.2", "percent")), Quoted("XX", "")),
    digests=("Every weekday at 08:00",),
    alerts=("Apple above $200",),
    notes=("As of 28 Dec 2022, bundled history",),
    disclosure="An automated assistant that can be wrong.",
)


def view_of(home: Home, *, native: bool = True, locale: str = "en_US") -> dict[str, Any]:
    view = home_view(home, locale=locale, time_zone="UTC", native=native)
    assert view_problems(json.loads(json.dumps(view))) == []
    assert live_parts(view) == []
    return view


def test_a_full_tab() -> None:
    view = view_of(FULL)
    kinds = [block["type"] for block in view["blocks"]]
    assert kinds == [
        "header", "section", "data_visualization", "header", "table", "header", "table", "header", "rich_text", "header",
        "rich_text", "context", "actions",
    ]  # fmt: skip
    seen = list(texts(view))
    assert "*Day change*\n-$512.40 (-0.66%)" in seen
    assert "Apple (AAPL)" in seen
    assert "+1.20%" in seen
    assert seen.count("unknown") == 2
    assert view["blocks"][-1]["elements"][-1]["action_id"] == "home_settings"


def test_what_is_not_there_is_left_out() -> None:
    seen = " ".join(texts(view_of(Home())))
    assert "no portfolio here yet" in seen
    for title in ("Movers", "Watchlist", "Digests", "Alerts"):
        assert title not in seen


def test_a_reader_elsewhere() -> None:
    seen = " ".join(texts(view_of(FULL, locale="de_DE"))).replace("\xa0", " ")
    assert "77.620,15 $" in seen
    assert "-0,66 %" in seen
    assert "28.12.2022" in seen


def test_an_older_server_gets_no_native_block() -> None:
    kinds = {block["type"] for block in view_of(FULL, native=False)["blocks"]}
    assert not kinds & {"table", "data_visualization"}


@given(hostile, st.integers(0, 60))
def test_hostile_and_plenty(text: str, count: int) -> None:
    rows = (Quoted(text, text, figure("1.5")),) * count
    for native in (True, False):
        view_of(
            Home(movers=rows, watchlist=rows, digests=(text,) * count, alerts=(text,) * count, notes=(text,) * count),
            native=native,
        )


def test_how_every_answer_was_found() -> None:
    for reply in replies():
        view = how_view(json.loads(json.dumps(turn_record(reply))), locale="en_US", time_zone="UTC")
        assert view_problems(view) == [], reply.question
        assert live_parts(view) == []
        seen = " ".join(texts(view))
        assert reply.results[0].call.name in seen
        assert "tuppence-slm (dddddddddddd)" in seen


def test_how_one_answer_was_found() -> None:
    reply = next(reply for reply in replies() if reply.question == "How is JPMorgan?")
    view = how_view({**turn_record(reply), "withheld": 2}, locale="en_US", time_zone="UTC")
    seen = list(texts(view))
    assert "get_quote(symbols=[JPM])" in seen
    assert "$129.58" in seen
    assert " – JPM price, get_quote" in seen
    assert seen[-1].split("\n") == [
        "Source: bundled history, as of Dec 28, 2022",
        "2 sentences were left out, because of a figure that could not be traced to a tool.",
        "Model: tuppence-slm (dddddddddddd)",
        "Reference: 5f0c1d5f",
    ]
