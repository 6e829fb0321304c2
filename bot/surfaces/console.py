"""The terminal: markdown drawn by rich, a sparkline for each chart, live progress on stderr."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markdown import Markdown
from rich.text import Text

if TYPE_CHECKING:
    from rich.status import Status

    from bot.messages import Reply
    from tools.charts import Chart, Series

BARS = "▁▂▃▄▅▆▇█"
WIDEST_CHART = 60


def sparkline(values: tuple[float | None, ...], width: int) -> str:
    """Up to `width` block characters from lowest to highest; a gap where a value is unknown."""
    if len(values) > width:
        values = tuple(values[round(i * (len(values) - 1) / (width - 1))] for i in range(width))
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    step = (high - low) / (len(BARS) - 1) or 1.0
    return "".join(" " if value is None else BARS[round((value - low) / step)] for value in values)


class ConsoleSurface:
    """Draws replies on stdout and progress on stderr; `plain` leaves out all decoration, for pipes."""

    def __init__(self, *, plain: bool | None = None) -> None:
        self.out = Console(highlight=False)
        self.err = Console(stderr=True, highlight=False)
        self.plain = not sys.stdout.isatty() if plain is None else plain
        self._status: Status | None = None

    def working(self) -> Status:
        """A context that shows what is being done, where somebody watches."""
        self._status = self.err.status("Starting…", spinner="dots")
        return self._status

    def say(self, text: str) -> None:
        """Live progress: what is being looked up."""
        if self._status and self.err.is_terminal:
            self._status.update(Text(f"{text}…"))

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
        self.out.print(Text(self._model_line(reply), style="dim"))

    def _chart(self, chart: Chart) -> None:
        if chart.kind == "pie" or not chart.series:
            return  # the table beside it says the same
        width = min(WIDEST_CHART, max(self.out.width - 24, 10))
        self.out.print(Text(f"\n{chart.title}", style="bold"))
        if chart.kind == "bar":
            self._bars(chart, width)
            return
        for series in chart.series:
            line = sparkline(series.values, width)
            self.out.print(Text(f"{series.name[:20]:<20}  "), Text(line, style="cyan"), sep="")
        self.out.print(Text(f"{'':<22}{chart.labels[0]} to {chart.labels[-1]}, {chart.unit}", style="dim"))

    def _bars(self, chart: Chart, width: int) -> None:
        series: Series = chart.series[0]
        largest = max((abs(value) for value in series.values if value is not None), default=0.0) or 1.0
        for label, value in zip(chart.labels, series.values, strict=True):
            length = 0 if value is None else round(abs(value) / largest * (width - 10))
            colour = "red" if value is not None and value < 0 else "green"
            self.out.print(Text(f"{label[:20]:<20}  "), Text("█" * length or "·", style=colour), sep="")

    def _model_line(self, reply: Reply) -> str:
        seconds = f"{reply.timings.total / 1000:.2f} s" if reply.timings else ""
        if reply.model is None:
            return seconds
        return f"{reply.model.name} ({reply.model.backend}, {reply.model.digest[:12]}), {seconds}"


def _unescape(markdown: str) -> str:
    """Markdown as plain text: escapes undone, emphasis marks dropped."""
    text = re.sub(r"(?<!\\)\*\*?", "", markdown)
    return re.sub(r"\\([\\`*_\[\]<>|#~])", r"\1", text)
