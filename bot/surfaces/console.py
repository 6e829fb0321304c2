"""The terminal: markdown drawn by rich, a sparkline for each chart, live progress on stderr."""

from __future__ import annotations

import re
import signal
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

if TYPE_CHECKING:
    from rich.status import Status

    from bot.messages import ModelInfo, Reply
    from tools.charts import Chart

BARS = "▁▂▃▄▅▆▇█"
WIDEST_CHART = 60


def sparkline(values: tuple[float | None, ...], width: int, low: float, high: float) -> str:
    """Up to `width` block characters, of which the lowest means `low`; a gap where a value is unknown."""
    if len(values) > width:
        values = tuple(values[round(i * (len(values) - 1) / (width - 1))] for i in range(width))
    step = (high - low) / (len(BARS) - 1) or 1.0
    return "".join(" " if value is None else BARS[round((value - low) / step)] for value in values)


def read_line(prompt: str) -> str | None:
    """One line from the person, or None at the end of the input and at Ctrl-C. Only for the main thread.

    It blocks, as there is nothing else to do; asyncio's own handler would note a Ctrl-C and go on waiting.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        return None
    except UnicodeDecodeError:
        return "\ufffd"
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)


class ConsoleSurface:
    """Draws replies on stdout and progress on stderr; `plain` leaves out all decoration, for pipes."""

    def __init__(self, *, plain: bool | None = None) -> None:
        self.out = Console(highlight=False)
        self.err = Console(stderr=True, highlight=False)
        self.plain = not sys.stdout.isatty() if plain is None else plain
        self._status: Status | None = None
        self._doing = self._draft = ""

    def working(self) -> Status:
        """A context that shows what is being done, where somebody watches."""
        self._status = self.err.status("Starting…", spinner="dots")
        self._doing = self._draft = ""
        return self._status

    def say(self, text: str) -> None:
        """Live progress: what is being looked up."""
        self._doing = text
        self._update()

    def __call__(self, text: str) -> None:
        """The same, for a turn, which tells how far the answer is written, too."""
        self.say(text)

    def drafted(self, draft: Reply) -> None:
        """Live progress: what is written of the answer, until it stands there whole."""
        self._draft = draft.answer
        self._update()

    def _update(self) -> None:
        if self._status and self.err.is_terminal:
            written = f"\n\n{_unescape(self._draft)}" if self._draft else ""
            self._status.update(Text(f"{self._doing}…{written}"))

    def notice(self, text: str) -> None:
        """Something the person should know beside the answer."""
        self.err.print(Text(text, style="yellow"))

    def show(self, reply: Reply) -> None:
        """One reply: the answer, its charts, and who answered in what time."""
        if self.plain:
            self.out.print(Text(_unescape(reply.answer)), soft_wrap=True)
        else:
            self.out.print(Markdown(reply.answer))
        for chart in reply.charts:
            self._chart(chart)
        if reply.disclosure:
            self.out.print(Text(reply.disclosure, style="dim italic"), soft_wrap=self.plain)
        if reply.model:
            self.out.print(Text(_model_line(reply, reply.model), style="dim"))

    def _chart(self, chart: Chart) -> None:
        if chart.kind == "pie" or not chart.series:
            return  # the table beside it says the same
        width = min(WIDEST_CHART, max(self.out.width - 24, 10))
        self.out.print(Text(f"\n{chart.title}", style="bold"))
        if chart.kind == "bar":
            self._bars(chart, width)
            return
        known = [value for series in chart.series for value in series.values if value is not None]
        for series in chart.series if known else ():
            line = sparkline(series.values, width, min(known), max(known))  # one scale, so that lines can be compared
            self.out.print(Text(f"{series.name[:20]:<20}  "), Text(line, style="cyan"), sep="")
        self.out.print(Text(f"{'':<22}{chart.labels[0]} to {chart.labels[-1]}, {chart.unit}", style="dim"))

    def _bars(self, chart: Chart, width: int) -> None:
        known = [abs(value) for series in chart.series for value in series.values if value is not None]
        largest = max(known, default=0.0) or 1.0
        for place, label in enumerate(chart.labels):
            for number, series in enumerate(chart.series):
                value = series.values[place]
                length = 0 if value is None else round(abs(value) / largest * (width - 10))
                colour = "dim" if number else "red" if value is not None and value < 0 else "green"
                name = f"  {series.name}" if number else label
                self.out.print(Text(f"{name[:20]:<20}  "), Text("█" * length or "·", style=colour), sep="")


def _model_line(reply: Reply, model: ModelInfo) -> str:
    seconds = f", {reply.timings.total / 1000:.2f} s" if reply.timings else ""
    return f"{model.name} ({model.backend}, {model.digest[:12]}){seconds}"


def _unescape(markdown: str) -> str:
    """Markdown as plain text: escapes undone, emphasis marks dropped."""
    return re.sub(r"\\([\\`*_\[\]<>|#~&])|\*\*?", lambda mark: mark[1] or "", markdown)
