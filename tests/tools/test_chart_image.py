"""Charts as PNG files: every kind, odd values, and a scale that reads easily."""

from __future__ import annotations

import io
import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tools.chart_image import COLOURS, chart_png, is_legible, nice_ticks, small_chart_png
from tools.chart_page import HEIGHT, NARROW, TOP, WIDTH, spelt
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


LONG = ("WWWW" * 60, "Wide Words Without End " * 20)


@pytest.mark.parametrize("draw", [chart_png, small_chart_png])
@pytest.mark.parametrize("kind", ["line", "area", "bar", "pie"])
@pytest.mark.parametrize("name", LONG)
def test_no_text_leaves_the_picture(draw: Callable[[Chart], bytes], kind: str, name: str) -> None:
    labels, series = tuple(f"{name}{number}" for number in range(14)), 6
    values = tuple(Series(name, tuple(float(place + 1) * 10**9 for place in range(14))) for _ in range(series))
    image = Image.open(io.BytesIO(draw(Chart(kind, name, labels, values, name, name)))).convert("RGB")  # type: ignore[arg-type]
    for x in (0, image.width - 1):
        assert {image.getpixel((x, y)) for y in range(image.height)} == {(255, 255, 255)}


@pytest.mark.parametrize(("kind", "points"), [("line", 500), ("area", 500), ("bar", 12), ("pie", 6)])
def test_the_small_picture_is_small_and_has_all_colours(kind: str, points: int) -> None:
    labels = tuple(f"day {number}" for number in range(points))
    waves = tuple(Series(f"s{n}", tuple(2 + math.sin(x / 9 + n) for x in range(points))) for n in range(6))
    png = small_chart_png(Chart(kind, "Waves", labels, waves, "USD", "a source"))  # type: ignore[arg-type]
    assert len(png) < 16_000
    image = Image.open(io.BytesIO(png)).convert("RGB")
    assert image.size == (NARROW.width, NARROW.height)
    colours = {f"#{red:02x}{green:02x}{blue:02x}" for _, (red, green, blue) in image.getcolors(1 << 16) or ()}  # type: ignore[misc]
    assert colours >= set(COLOURS)
    assert "#ffffff" in colours


@pytest.mark.parametrize(
    ("text", "drawn"),
    [("Nestlé – 5 €", "Nestle - 5 EUR"), ("Åre × 2\u00a0½…", "Are x 2 1⁄2..."), ("“Łódź”", "“Lodz”"), ("-3 %", "-3 %")],
)
def test_letters_that_the_font_lacks_are_spelt_with_those_it_has(text: str, drawn: str) -> None:
    assert spelt(text) == drawn


@pytest.mark.parametrize(("name", "legible"), [("Société Générale", True), ("東京電力", False), ("Газпром", False)])
def test_a_chart_of_other_letters_says_that_it_can_not_be_drawn(name: str, legible: bool) -> None:
    assert is_legible(Chart("bar", "t", (name,), (Series("s", (1.0,)),), "", "s")) is legible
