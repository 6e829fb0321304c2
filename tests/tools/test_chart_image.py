"""Charts as PNG files: every kind, odd values, and a scale that reads easily."""

from __future__ import annotations

import io
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tools.chart_image import COLOURS, HEIGHT, TOP, WIDTH, chart_png, nice_ticks
from tools.charts import Chart, Series


def drawn(chart: Chart) -> tuple[Image.Image, set[str]]:
    """(the picture, which of the chart's colours are in the plot, beside the legend)."""
    image = Image.open(io.BytesIO(chart_png(chart)))
    plot = image.crop((0, TOP - 9, WIDTH if chart.kind != "pie" else 620, HEIGHT))
    colours = {f"#{red:02x}{green:02x}{blue:02x}" for _, (red, green, blue) in plot.getcolors(1 << 20) or ()}  # type: ignore[misc]
    return image, colours & set(COLOURS)


@pytest.mark.parametrize("kind", ["line", "area", "bar"])
def test_each_series_is_drawn_in_its_colour(kind: str) -> None:
    labels = tuple(f"day {number}" for number in range(30))
    series = tuple(Series(f"s{n}", tuple(math.sin(x + n) for x in range(30))) for n in range(3))
    image, colours = drawn(Chart(kind, "Waves", labels, series, "USD", "a source"))  # type: ignore[arg-type]
    assert (image.format, image.size) == ("PNG", (WIDTH, HEIGHT))
    assert colours == set(COLOURS[:3])


def test_a_pie_has_no_more_slices_than_colours() -> None:
    labels = tuple(f"company {number}" for number in range(9))
    _, colours = drawn(Chart("pie", "Shares", labels, (Series("w", tuple(map(float, range(1, 10)))),), "percent", "s"))
    assert colours == set(COLOURS)


@pytest.mark.parametrize("kind", ["line", "area", "bar", "pie"])
@pytest.mark.parametrize("values", [(), (None,), (5.0,), (math.nan, None), (0.0, 0.0), (-1e12, 1e12), (1.0, None, 2.0)])
def test_odd_values_are_drawn_as_far_as_they_can_be(kind: str, values: tuple[float | None, ...]) -> None:
    labels = tuple(f"l{number}" for number in range(len(values)))
    image, _ = drawn(Chart(kind, "Odd" * 60, labels, (Series("x", values),), "u" * 60, "s" * 200))  # type: ignore[arg-type]
    assert image.size == (WIDTH, HEIGHT)


@settings(max_examples=200)
@given(st.floats(-1e12, 1e12), st.floats(-1e12, 1e12))
def test_ticks_reach_around_all_values(one: float, other: float) -> None:
    low, high = sorted((one, other))
    if 0 < high - low < 1e-6 * max(abs(low), abs(high)) + 1e-9:
        return  # closer than a chart can tell apart
    ticks = nice_ticks(low, high)
    slack = 1e-9 * max(1.0, abs(low), abs(high))
    assert ticks[0] <= low + slack
    assert ticks[-1] >= high - slack
    assert 2 <= len(ticks) <= 8
    assert ticks == sorted(ticks)


def test_ticks_are_round() -> None:
    assert nice_ticks(71.4, 102.5) == [70, 80, 90, 100, 110]
    assert nice_ticks(0, 15.1) == [0, 5, 10, 15, 20]
