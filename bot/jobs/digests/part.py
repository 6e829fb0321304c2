"""One section of a digest: sentences on top, a table below, and the evidence of both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.messages import ToolCall, ToolResult
from bot.turn.rendering import escape
from tools.formatting import join_words, show

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tools.charts import Chart
    from tools.values import Figure, Findings

HEADINGS = {
    "price": "close",
    "day change": "day",
    "week change": "week",
    "price change": "week",
    "change this year": "this year",
    "day change in money": "day in money",
    "gain": "week in money",
    "contribution": "contribution",
    "exchange rate": "rate",
}
"""Attribute → the heading of its column."""
CONTRIBUTION = "contribution"
_UNSIGNED = frozenset({"price", "market value", "exchange rate"})
MOST_NAMED = 4
LONGEST_NAME = 24
_WORDS_OF_FUNDS = frozenset("iShares Vanguard SPDR MSCI USA ETF Fund Trust Shares Select Sector".split())


@dataclass(frozen=True, slots=True)
class Line:
    """A statement of a section: `text` is plain and is checked, `label` stands before it.

    With `quoted` it is what a source wrote, shown as a quotation and not checked.
    """

    text: str
    label: str = ""
    quoted: bool = False

    @property
    def spoken(self) -> str:
        """The whole statement as plain text."""
        return f"{self.label}: {self.text}" if self.label else self.text


@dataclass(frozen=True, slots=True)
class Part:
    """What a section found. `findings` is the evidence of `lines`; `columns` are the attributes of its table, if any.

    `missing` names what has no usable price, with why; `remarks` are (name, remark) on prices; `is_unusual` says
    whether anything in it stands out, `personal` whether any of it is a person's. `period` is the time that its figures
    are over.
    """

    name: str
    findings: Findings
    lines: tuple[Line, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    missing: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    remarks: tuple[tuple[str, str], ...] = ()
    is_unusual: bool = False
    personal: bool = False
    charts: tuple[Chart, ...] = ()
    period: str = ""

    @property
    def tool(self) -> str:
        """What the record calls it."""
        return f"digest_{self.name}"

    def result(self, arguments: dict[str, str]) -> ToolResult:
        """The part as a result, for the record and for the checks."""
        resolved = {**arguments, **({"period": self.period} if self.period else {})}
        return ToolResult(ToolCall(self.tool, arguments), resolved, self.findings)

    def table(self, *, running: bool = False) -> str:
        """The table as markdown; "" without one."""
        if not self.columns or not self.rows:
            return ""
        cells = {(figure.subject, figure.attribute): figure for figure in self.findings.figures}
        headings = ["price" if running and name == "price" else HEADINGS.get(name, name) for name in self.columns]
        lines = [f"| | {' | '.join(map(escape, headings))} |", f"|---|{'---:|' * len(headings)}"]
        for subject in self.rows:
            values = " | ".join(_cell(cells[subject, attribute]) for attribute in self.columns)
            lines.append(f"| {_label(subject, self.findings)} | {values} |")
        return "\n".join(lines)

    def cells(self) -> list[Figure]:
        """The figures of the table, row by row."""
        cells = {(figure.subject, figure.attribute): figure for figure in self.findings.figures}
        return [cells[subject, attribute] for subject in self.rows for attribute in self.columns]


def _cell(figure: Figure) -> str:
    text = escape(shown(figure, signed=figure.attribute not in _UNSIGNED))
    if figure.attribute == CONTRIBUTION and figure.value is not None:
        text = f"{text} pp"
    return f"{text} ({escape(figure.note)})" if figure.note else text


def shown(figure: Figure, *, signed: bool = False) -> str:
    """A figure as the digest writes it: a contribution is in percentage points of the whole, not in percent."""
    text = show(figure, signed=signed)
    return text.removesuffix("%") if figure.attribute == CONTRIBUTION else text


def _label(subject: str, findings: Findings) -> str:
    """The name; a fund's or company's with its symbol, which tells the two classes of one apart."""
    name = findings.names.get(subject, subject)
    plain = name == subject or subject.startswith("^") or not subject.isupper() or "/" in subject or "=" in subject
    return escape(name) if plain else f"{escape(short_name(name))} ({escape(subject)})"


def short_name(name: str) -> str:
    """A fund's name without the words that every fund has, where it is long."""
    if len(name) <= LONGEST_NAME:
        return name
    words = [word for word in name.split() if word not in _WORDS_OF_FUNDS]
    return " ".join(words) or name


def move_words(figure: Figure, *, verb: tuple[str, str] = ("rose", "fell")) -> str:
    """A move in words: "rose 1.2%", "fell 3.0%", "was little changed (0.0%)"."""
    if figure.value is None:
        return "moved by an unknown amount"
    shown = show(figure, absolute=True)
    if not any(digit in shown for digit in "123456789"):
        return f"was little changed ({shown})"
    return f"{verb[0] if figure.value > 0 else verb[1]} {shown}"  # type: ignore[operator]  # a move is a number


def beside(names: Iterable[tuple[str, Figure]]) -> str:
    """Names with their moves: "Apple (+1.2%), Microsoft (-0.3%) and Pfizer (+0.1%)"."""
    return join_words([f"{name} ({show(figure, signed=True)})" for name, figure in names])


def some(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """The first names and how many more: "Apple, Microsoft, Pfizer and 8 others"."""
    return join_words(names if len(names) <= most else [*names[: most - 1], f"{len(names) - most + 1} others"])


def few(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """How many `some` leaves out, as words that its sentence may repeat; "" for none."""
    return "" if len(names) <= most else f"and {len(names) - most + 1} others"
