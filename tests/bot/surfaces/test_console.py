"""The terminal: what is drawn for people, what for pipes, and that nothing in an answer steers the terminal."""

from __future__ import annotations

import io
import re
import sys
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from bot.messages import ModelInfo, Reply, Timings
from bot.surfaces.console import BARS, ConsoleSurface, read_line, sparkline
from bot.turn.rendering import escape
from tools.charts import Chart, Series

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL = ModelInfo("tuppence", "embedded", "0123456789abcdef")


def reply(answer: str, *charts: Chart, model: ModelInfo | None = MODEL) -> Reply:
    return Reply("t1", "q", answer, "answered", charts=charts, model=model, timings=Timings(1, 2, 3, 1234))


def drawn(shown: Reply, *, width: int = 80, plain: bool = False) -> str:
    """What a terminal of that width shows, without its colours."""
    surface = ConsoleSurface(plain=plain)
    page = io.StringIO()
    surface.out = Console(file=page, highlight=False, width=width, force_terminal=not plain, no_color=True)
    surface.show(shown)
    return page.getvalue() if plain else re.sub(r"\x1b\[[0-9;]*m", "", page.getvalue())


@pytest.mark.parametrize(
    ("values", "width", "line"),
    [
        ((0.0, 7.0), 10, "▁█"),
        ((0.0, None, 7.0), 10, "▁ █"),
        ((5.0, 5.0), 10, "▆▆"),
        (tuple(float(n % 8) for n in range(8)), 10, BARS),
        ((), 10, ""),
        ((None, None), 10, "  "),
    ],
)
def test_a_sparkline_rises_with_its_values(values: tuple[float | None, ...], width: int, line: str) -> None:
    assert sparkline(values, width, 0.0, 7.0) == line


def test_a_long_sparkline_keeps_its_ends() -> None:
    line = sparkline((0.0, *([3.0] * 1000), 7.0), 60, 0.0, 7.0)
    assert (len(line), line[0], line[-1]) == (60, "▁", "█")


def test_a_line_without_any_change_is_drawn() -> None:
    assert sparkline((5.0, 5.0), 10, 5.0, 5.0) == "▁▁"


def test_lines_of_one_chart_share_a_scale() -> None:
    series = (Series("low", (0.0, 1.0)), Series("high", (0.0, 7.0)))
    text = drawn(reply("x", Chart("line", "Growth", ("2021", "2022"), series, "USD", "a source")))
    assert "low                   ▁▂" in text
    assert "high                  ▁█" in text
    assert "2021 to 2022, USD" in text


def test_bars_show_gains_losses_and_gaps_for_every_series() -> None:
    series = (Series("weight", (10.0, -5.0, None)), Series("target", (5.0, 0.0, 10.0)))
    text = drawn(reply("x", Chart("bar", "Weights", ("Apple", "Cash", "Gold"), series, "percent", "s")), width=54)
    assert "Apple                 ████████████████████\n  target              ██████████\n" in text
    assert "Cash                  ██████████\n  target              ·\n" in text
    assert "Gold                  ·\n  target              ████████████████████\n" in text


@pytest.mark.parametrize(
    "chart",
    [
        Chart("pie", "Allocation", ("Apple",), (Series("weight", (1.0,)),), "%", "s"),
        Chart("line", "Empty", (), (), "%", "s"),
    ],
)
def test_a_chart_that_adds_nothing_is_left_out(chart: Chart) -> None:
    assert chart.title not in drawn(reply("x", chart))


def test_a_chart_without_any_value_is_only_named() -> None:
    chart = Chart("line", "Unknown", ("a", "b"), (Series("x", (None, None)),), "%", "s")
    assert "Unknown" in drawn(reply("x", chart))


def test_a_table_fits_eighty_columns() -> None:
    rows = "\n".join(
        f"| A rather long company name number {n} (SYM{n}) | $1,234.56 | -3.07% | 28 Dec 2022 |" for n in range(3)
    )
    text = drawn(reply(f"| | price | day change | as of |\n|---|---:|---:|---:|\n{rows}"))
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "$1,234.56" in text
    assert "|---" not in text


def test_the_model_line_says_who_answered_and_how_fast() -> None:
    assert drawn(reply("x")).splitlines()[-1].strip() == "tuppence (embedded, 0123456789ab), 1.23 s"
    assert drawn(reply("x", model=None)).strip() == "x"


@pytest.mark.parametrize(
    "text", ["a * b ** c", "[x](y) <b> #1", "back\\slash\\", "50% | 60%", "S&amp;P `code` ~x~ _y_", "*"]
)
def test_a_pipe_gets_the_very_characters(text: str) -> None:
    assert drawn(reply(f"**{escape(text)}**: *{escape(text)}*"), plain=True).splitlines()[0] == f"{text}: {text}"


def test_a_pipe_gets_long_lines_whole_and_no_colours() -> None:
    text = drawn(reply("word " * 100), plain=True)
    assert "\x1b" not in text
    assert len(text.splitlines()[0]) > 400


@pytest.mark.parametrize("plain", [True, False])
def test_nothing_in_an_answer_steers_the_terminal(plain: bool) -> None:
    hostile = escape("\x1b]8;;http://evil.example\x07click\x1b]8;;\x07 \x1b[2J [red]x[/red] https://evil.example")
    text = drawn(reply(hostile), plain=plain)
    assert "\x1b]8" not in text
    assert "\x1b[2J" not in text
    assert "[red]x[/red]" in text


def test_progress_and_notices_go_to_stderr_only(capsys: pytest.CaptureFixture[str]) -> None:
    surface = ConsoleSurface()
    with surface.working():
        surface.say("Looking up quote: [bold]Apple[/bold]")
    surface.notice("[red]An old question was cut off[/red]")
    out, err = capsys.readouterr()
    assert out == ""
    assert "[red]An old question was cut off[/red]" in err


@pytest.mark.parametrize(("typed", "line"), [("price of Apple\nmore", "price of Apple"), ("\n", ""), ("", None)])
def test_a_line_is_read_until_the_input_ends(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, line: str | None
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert read_line("› ") == line
    assert capsys.readouterr().out == "› "


class _Raising(io.StringIO):
    def __init__(self, error: Callable[[], BaseException]) -> None:
        super().__init__()
        self._error = error

    def readline(self, *_: object) -> str:
        raise self._error()


def test_ctrl_c_at_the_prompt_is_an_end_and_bytes_that_are_no_text_are_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "stdin", _Raising(KeyboardInterrupt))
    assert read_line("") is None
    monkeypatch.setattr(sys, "stdin", _Raising(lambda: UnicodeDecodeError("utf-8", b"\xff", 0, 1, "no")))
    assert read_line("") == "\ufffd"


def test_what_is_written_of_an_answer_is_seen_until_it_stands_there_whole() -> None:
    surface = ConsoleSurface(plain=False)
    page = io.StringIO()
    surface.err = Console(file=page, highlight=False, width=80, force_terminal=True, no_color=True)
    with surface.working():
        surface("Looking up quote: AAPL")
        surface.drafted(reply("**Apple** closed at \\[125\\]."))
        assert surface._status
        assert str(surface._status.status) == "Looking up quote: AAPL…\n\nApple closed at [125]."
        surface.drafted(reply(""))
        assert str(surface._status.status) == "Looking up quote: AAPL…"
    with surface.working():
        surface.say("Reading your question")
        assert str(surface._status.status) == "Reading your question…"
