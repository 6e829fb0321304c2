"""The Home tab: lawful views of what was gathered, whatever it is called, and nothing personal for strangers."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.surfaces.localising import Reader
from bot.surfaces.slack.home import ADMIN, ASK, PAUSE, SETTINGS, home_view
from bot.turn.home import Home
from bot.turn.sendings import Sending
from tests.fakes.block_check import live_parts, texts, view_problems
from tests.fakes.hostile_text import hostile
from tools.charts import Chart, Series
from tools.portfolio.glance import Glance, Quoted
from tools.values import Figure, Source

SOURCE = Source("bundled history", date(2022, 12, 28))


def figure(value: str, unit: Any = "money", source: Source = SOURCE, note: str = "") -> Figure:
    return Figure("x", "y", Decimal(value), unit, source, "USD", note=note)


SEEN = Glance(
    value=figure("77620.15"),
    day_change=figure("-512.4"),
    day_change_percent=figure("-0.66", "percent"),
    allocation=Chart("pie", "Allocation", ("Apple", "Cash"), (Series("weight", (60.0, 40.0)),), "percent", "s"),
    movers=(Quoted("AAPL", "Apple", figure("125.67"), figure("-3.07", "percent")),),
    watched=(Quoted("KO", "Coca-Cola", figure("62.61"), figure("1.2", "percent")), Quoted("XX", "")),
)
FULL = Home(
    glance=SEEN,
    digests=(Sending("digest", "d1", "My portfolio: 08:00, Mon to Fri (UTC)"),),
    alerts=(
        Sending("alert", "a1", "Apple above $200.00", paused=True),
        Sending("alert", "a2", "Tesla below $100.00", failure="Tesla is not listed any more"),
    ),
    notes=("As of 28 Dec 2022, bundled history",),
    disclosure="An automated assistant that can be wrong.",
    has_portfolio=True,
)


def view_of(
    home: Home, *, native: bool = True, locale: str = "en_US", zone: str = "UTC", **more: Any
) -> dict[str, Any]:
    view = home_view(home, Reader(locale, zone), native=native, **more)
    assert view_problems(json.loads(json.dumps(view))) == []
    assert live_parts(view) == []
    return view


def buttons(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    elements = [e for block in view["blocks"] for e in (*block.get("elements", ()), block.get("accessory"))]
    return {e["action_id"]: e for e in elements if e and e.get("type") == "button"}


def test_a_full_tab() -> None:
    view = view_of(FULL)
    kinds = [block["type"] for block in view["blocks"]]
    assert kinds == [
        "header", "section", "data_visualization", "header", "rich_text", "header", "table", "header", "section",
        "header", "section", "section", "context", "actions",
    ]  # fmt: skip
    seen = list(texts(view))
    assert "*Day change*\n-$512.40 (-0.66%)" in seen
    assert "Apple (AAPL): -3.07%, at $125.67" in seen
    assert "+1.20%" in seen
    assert seen.count("unknown") == 2
    assert "Apple above $200.00 – paused" in seen
    assert "Tesla below $100.00 – switched off: Tesla is not listed any more" in seen


def test_its_buttons_say_what_they_do_and_to_what() -> None:
    found = buttons(view_of(FULL))
    assert {name: (each["text"]["text"], each["value"]) for name, each in found.items()} == {
        f"{PAUSE}_digest_d1": ("Pause", "pause:digest:d1"),
        f"{PAUSE}_alert_a1": ("Resume", "resume:alert:a1"),
        f"{PAUSE}_alert_a2": ("Resume", "resume:alert:a2"),
        f"{ASK}_0": ("How is my portfolio?", "how is my portfolio doing?"),
        f"{ASK}_1": ("Market today", "how is the market?"),
        SETTINGS: ("Settings", "settings"),
    }


def test_the_admins_corner_is_a_link_or_a_hint_and_for_admins() -> None:
    home = Home(is_admin=True, has_portfolio=True)
    found = buttons(view_of(home, admin_url="https://tuppence.example.com/admin"))
    assert found[ADMIN]["url"] == "https://tuppence.example.com/admin"
    hinted = view_of(home)
    assert ADMIN not in buttons(hinted)
    assert any("/admin of the server" in text for text in texts(hinted))
    assert ADMIN not in buttons(view_of(FULL, admin_url="https://tuppence.example.com/admin"))
    assert not any("/admin" in text for text in texts(view_of(FULL)))


def test_what_is_not_there_is_left_out() -> None:
    seen = " ".join(texts(view_of(Home())))
    assert "no portfolio here yet" in seen
    for title in ("Movers", "Watchlist", "Digests", "Alerts", "Looking up"):
        assert title not in seen


def test_while_prices_are_looked_up_it_says_so() -> None:
    seen = " ".join(texts(view_of(Home(is_waiting=True, has_portfolio=True, alerts=FULL.alerts))))
    assert "Looking up prices…" in seen
    assert "no portfolio here yet" not in seen
    assert "Apple above $200.00" in seen


def test_prices_that_failed_do_not_make_a_portfolio_vanish() -> None:
    seen = " ".join(texts(view_of(Home(has_portfolio=True, notes=("Prices could not be looked up in time.",)))))
    assert "no portfolio here yet" not in seen
    assert "could not be looked up" in seen


def test_who_gets_nothing_personal_is_offered_nothing_personal() -> None:
    view = view_of(Home(refusal="I answer guests about markets only."))
    assert "I answer guests about markets only." in list(texts(view))
    assert set(buttons(view)) == {f"{ASK}_0"}
    assert buttons(view)[f"{ASK}_0"]["value"] == "how is the market?"


def test_partial_sums_and_the_sample_say_so() -> None:
    seen = list(texts(view_of(Home(glance=Glance(value=figure("5", note="partial")), is_sample=True))))
    assert "Sample portfolio" in seen
    assert "*Value*\n$5.00, partial" in seen


def test_a_reader_elsewhere() -> None:
    at = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
    home = Home(
        glance=Glance(value=figure("77620.15", source=Source("live", at))),
        notes=("As of 20 Nov 2026, 21:30 UTC, live",),
        has_portfolio=True,
    )
    seen = " ".join(texts(view_of(home, locale="de_DE", zone="Europe/Berlin"))).replace("\xa0", " ")
    assert "77.620,15 $" in seen
    assert "As of 20.11.2026, 22:30 MEZ, live" in seen
    seen = " ".join(texts(view_of(FULL, locale="de_DE"))).replace("\xa0", " ")
    assert "-0,66 %" in seen
    assert "28.12.2022" in seen


def test_an_older_server_gets_no_native_block() -> None:
    kinds = {block["type"] for block in view_of(FULL, native=False)["blocks"]}
    assert not kinds & {"table", "data_visualization"}


@pytest.mark.parametrize("native", [True, False])
@given(text=hostile, count=st.integers(0, 60))
def test_hostile_and_plenty(native: bool, text: str, count: int) -> None:
    rows = (Quoted(text, text, figure("1.5"), figure("2")),) * count
    sendings = tuple(Sending("alert", str(n), text, paused=bool(n % 2), failure=text) for n in range(count))
    chart = Chart("pie", text, (text, "b"), (Series(text, (60.0, 40.0)),), "percent", text)
    view_of(
        Home(
            glance=Glance(movers=rows, watched=rows, allocation=chart),
            digests=sendings,
            notes=(text,) * count,
            disclosure=text,
            has_portfolio=True,
        ),
        native=native,
    )
    view_of(Home(refusal=text), native=native)
