"""A digest as markdown: what to know first, the headline, a few lines, the table, and where it is all from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.turn.rendering import escape, source_line
from tools.caveats import in_sentences
from tools.values import Findings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.jobs.digests.part import Line, Part
    from bot.messages import ToolResult

MOST_LINES = 9
"""Lines between the headline and the table: more are not read in 40 seconds."""
SIGNALS_COMMAND = "/digest signals"
HEADLINE = "headline"


@dataclass(frozen=True, slots=True)
class Told:
    """A part with its lines checked: those kept, and the text of those withheld."""

    part: Part
    result: ToolResult
    kept: tuple[Line, ...]
    withheld: tuple[str, ...] = ()


def digest_markdown(title: str, notices: Told, told: Sequence[Told], *, is_running: bool, brief: bool) -> str:
    """The whole text. A `brief` one has no table."""
    stop = "." if notices.kept else ""
    blocks = [" ".join([f"**{escape(title)}{stop}**", *(escape(line.spoken) for line in notices.kept)])]
    lines: list[Line] = []
    for one in told:
        if one.part.name == HEADLINE:
            blocks.append(" ".join(escape(line.spoken) for line in one.kept))
        else:
            lines += one.kept
    if lines:
        blocks.append("\n".join(_item(line) for line in lines[:MOST_LINES]))
    tables = [] if brief else [table for one in told if (table := one.part.table(running=is_running))]
    blocks += [*tables, *_remarks(told), *([f"*{_sources(told)}*"] if told else [])]
    return "\n\n".join(block for block in blocks if block.strip())


def _item(line: Line) -> str:
    label = f"**{escape(line.label)}:** " if line.label else ""
    return f"- {label}{escape(line.text)}"


def _remarks(told: Sequence[Told]) -> Iterator[str]:
    """Caveats, each once."""
    remarks = dict.fromkeys(remark for one in told for remark in one.part.remarks)
    notes = [note for one in told for note in one.part.notes]
    notes += in_sentences(remarks, {name for name, _ in remarks})
    if notes:
        yield f"> {escape(' '.join(dict.fromkeys(notes)))}"


def _sources(told: Sequence[Told]) -> str:
    """Where figures and quotations are from, and how to read the signs of a trend."""
    shown = Findings(
        "",
        figures=tuple(figure for one in told for figure in one.part.findings.figures),
        passages=tuple(p for one in told for p in one.part.findings.passages if p.attribute == "headline"),
    )
    how = f" How signs of a trend are computed: `{SIGNALS_COMMAND}`"
    return f"{source_line(shown)}.{how if any(one.part.name == 'signals' and one.kept for one in told) else ''}"
