"""Charts for Slack: few enough points, each with a value, and the same told in words."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.surfaces.slack.chart_blocks import chart_block, chart_in_words
from bot.turn.evidence import chart_record
from tests.fakes.block_check import CHECKS, live_parts
from tests.fakes.hostile_text import hostile
from tests.fakes.replies import replies
from tools.charts import Chart, Series


def block_of(chart: Chart) -> dict[str, Any] | None:
    block = chart_block(chart_record(chart), str)
    assert block is None or CHECKS["data_visualization"](block) == []
    return block


def line(values: list[float | None], *more: Series) -> Chart:
    labels = tuple(f"day {number}" for number in range(len(values)))
    return Chart("line", "Prices", labels, (Series("Apple", tuple(values)), *more), "USD", "a source")


def test_every_chart_of_every_tool_is_drawn() -> None:
    charts = [chart for reply in replies() for chart in reply.charts]
    assert {chart.kind for chart in charts} == {"line", "bar", "area", "pie"}
    assert all(block_of(chart) for chart in charts)


def test_a_long_line_keeps_its_first_and_last_point() -> None:
    block = block_of(line([float(number) for number in range(120)]))
    assert block is not None
    data = block["chart"]["series"][0]["data"]
    assert len(data) == 20
    assert (data[0], data[-1]) == ({"label": "day 0", "value": 0.0}, {"label": "day 119", "value": 119.0})
    assert block["chart"]["axis_config"]["y_label"] == "USD"


def test_a_point_that_is_not_known_of_every_series_is_left_out() -> None:
    short = Series("New", (None, None, 5.0, 6.0, 7.0))
    block = block_of(line([1.0, 2.0, 3.0, float("nan"), 5.0], short))
    assert block is not None
    assert block["chart"]["axis_config"]["categories"] == ["day 2", "day 4"]


def test_a_series_that_is_mostly_unknown_is_left_out_whole() -> None:
    block = block_of(line([1.0, 2.0, 3.0], Series("New", (None, None, 5.0))))
    assert block is not None
    assert [series["name"] for series in block["chart"]["series"]] == ["Apple"]
    assert len(block["chart"]["axis_config"]["categories"]) == 3


def test_a_chart_of_nothing_is_no_block() -> None:
    assert block_of(line([None, None])) is None
    assert block_of(Chart("line", "x", (), (), "USD", "s")) is None
    assert block_of(Chart("pie", "x", ("a",), (Series("w", (0.0,)),), "percent", "s")) is None


def test_a_pie_has_six_slices_and_all_of_the_whole() -> None:
    labels = ("A", "B", "C", "D", "E", "F", "other", "none")
    pie = Chart(
        "pie", "Allocation", labels, (Series("w", (30.0, 20.0, 15.0, 12.0, 10.0, 8.0, 5.0, 0.0)),), "percent", "s"
    )
    block = block_of(pie)
    assert block is not None
    segments = block["chart"]["segments"]
    assert [segment["label"] for segment in segments] == ["A", "B", "C", "D", "E", "Other"]
    assert segments[-1]["value"] == 13.0
    assert sum(segment["value"] for segment in segments) == 100.0


def test_a_pie_with_a_debt_in_it_becomes_bars() -> None:
    block = block_of(Chart("pie", "Allocation", ("Stocks", "Cash"), (Series("w", (120.0, -20.0)),), "percent", "s"))
    assert block is not None
    assert block["chart"]["type"] == "bar"


def test_a_long_title_loses_its_last_parts_not_its_last_letters() -> None:
    chart = Chart(
        "line",
        "Apple and Microsoft, 1 Jan 2022 to 28 Dec 2022, rebased to 100",
        ("a", "b"),
        (Series("x", (1.0, 2.0)),),
        "",
        "s",
    )
    block = block_of(chart)
    assert block is not None
    assert block["title"] == "Apple and Microsoft, 1 Jan 2022 to 28 Dec 2022"


def test_labels_that_are_cut_alike_stay_apart() -> None:
    labels = tuple(f"A very long company name {number}" for number in range(12))
    block = block_of(Chart("bar", "Long", labels, (Series("x", tuple(map(float, range(12)))),), "", "s"))
    assert block is not None
    assert len(set(block["chart"]["axis_config"]["categories"])) == 12


def test_the_same_in_words() -> None:
    told = chart_in_words(chart_record(line([1.0, 2.5])), str)
    assert told == "Prices. Apple from 1 (day 0) to 2.5 (day 1) (USD)."


@given(
    st.sampled_from(["line", "bar", "area", "pie"]),
    st.lists(st.tuples(hostile, st.none() | st.floats(-1e12, 1e12)), max_size=30),
    hostile,
)
def test_hostile_charts_keep_the_limits(kind: Any, points: list[tuple[str, float | None]], text: str) -> None:
    labels = tuple(label for label, _ in points)
    values = tuple(value for _, value in points)
    block = block_of(Chart(kind, text, labels, (Series(text, values), Series(text, values)), text, text))
    if block:
        assert live_parts({"blocks": [block]}) == []
