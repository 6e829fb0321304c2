"""What counts as right: the same tools with all arguments equal after normalisation; an abstention calls nothing."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from tools.arguments import NAME, SYMBOL, TERM
from tools.context import ToolContext
from tools.errors import ToolError
from tools.knowledge.entries import knows_term
from tools.market.overview import DEFAULT_SECTOR_PERIOD
from tools.symbols.resolver import DirectoryResolver

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tools.toolbox import Tool, Toolbox

DEFAULTS = {("get_sector_performance", "period"): DEFAULT_SECTOR_PERIOD, ("convert_currency", "amount"): "1"}
"""What a tool takes where an argument is left out, as its description says: "today" is the same call as nothing."""
NAMES, FIGURES = "names and terms", "amounts, rates, times, currencies and places"
Z = 1.959964
"""Of a 95 % interval."""


@dataclass(slots=True)
class Tally:
    """Right out of all."""

    right: int = 0
    total: int = 0

    def add(self, *, right: bool) -> None:
        """Count one."""
        self.right += right
        self.total += 1

    @property
    def share(self) -> float:
        """From 0 to 1; 0 of nothing."""
        return self.right / self.total if self.total else 0.0

    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson score interval of the share; everything is possible of nothing."""
        if not self.total:
            return 0.0, 1.0
        share, n = self.share, self.total
        middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return middle - half, middle + half

    def __str__(self) -> str:
        """ "91.2% (87.9%-93.7%, n 341)"."""
        low, high = self.interval()
        return f"{self.share:.1%} ({low:.1%}-{high:.1%}, n {self.total})" if self.total else "none"


@cache
def reading_context() -> ToolContext:
    """What reading a question needs to know, and nothing that could be looked up: no market, no portfolio."""
    return ToolContext(None, DirectoryResolver(), None, None, knows_term=knows_term)  # type: ignore[arg-type]


class Normaliser:
    """Arguments in canonical form, so that "coke" equals "KO" and "5k" equals "5,000"."""

    def __init__(self, toolbox: Toolbox, context: ToolContext) -> None:
        self.toolbox, self.context = toolbox, context

    def call(self, name: str, arguments: dict[str, Any]) -> str:
        """One call as a comparable text."""
        tool = self.toolbox.tools.get(name)
        read = {
            key: self._argument(tool, key, value) for key, value in arguments.items() if value not in (None, "", [])
        }
        read = {key: value for key, value in read.items() if DEFAULTS.get((name, key)) != value}
        return json.dumps([name, read], sort_keys=True)

    def calls(self, calls: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
        """All calls of a question in a fixed order, each once: a turn runs each once."""
        return sorted({self.call(name, arguments) for name, arguments in calls})

    def pieces(self, calls: Iterable[tuple[str, dict[str, Any]]]) -> dict[tuple[str, str, str], str]:
        """What calls copy from the question, each as (tool, argument, canonical form), with `NAMES` or `FIGURES`."""
        found: dict[tuple[str, str, str], str] = {}
        for name, arguments in calls:
            tool = self.toolbox.tools.get(name)
            for parameter in tool.parameters if tool else ():
                said = arguments.get(parameter.name)
                if parameter.kind is None or said in (None, "", []):
                    continue
                sort = NAMES if parameter.kind in (NAME, SYMBOL, TERM) else FIGURES
                for value in said if isinstance(said, list) else [said]:
                    found[name, parameter.name, self._text(parameter, value)] = sort
        return found

    def _argument(self, tool: Tool | None, name: str, value: Any) -> Any:
        parameter = next((p for p in tool.parameters if p.name == name), None) if tool else None
        if isinstance(value, list):
            return sorted({self._text(parameter, item) for item in value})
        return self._text(parameter, value)

    def _text(self, parameter: Any, value: Any) -> str:
        text = str(value)
        if parameter is None or parameter.kind is None:
            return text
        try:
            return str(parameter.kind.write(parameter.kind.read(text, self.context)))
        except ToolError:
            return text.casefold()
