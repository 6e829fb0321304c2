"""Every result as markdown, by code alone: sentences, table or lines, caveats, and where and when from.

Surfaces draw this markdown; a figure reaches a person only through here or through a sentence that was checked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tools.formatting import show, show_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import ToolResult
    from tools.values import Figure, Findings, Proposal

MAX_PASSAGE = 400
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")


def escape(text: str) -> str:
    """Text from outside as markdown that shows exactly these characters and holds no live link or mention."""
    text = " ".join(text.split()).replace("@", "@\u2060").replace("://", ":\u2060//")
    return _SPECIAL.sub(r"\\\1", text)


def render_result(result: ToolResult, sentences: Sequence[str]) -> str:
    """One tool result. `sentences` are the checked words that go on top."""
    findings = result.findings
    if findings is None:
        return escape(result.error)
    blocks = [" ".join(sentences)] if sentences else [f"**{escape(findings.title)}**"]
    if findings.figures:
        blocks.append(_table(findings) if findings.layout == "table" else _lines(findings))
    blocks += [_passage(p.subject, p.text, findings, p.source.as_of, p.source.name) for p in findings.passages]
    blocks += [f"> {escape(note)}" for note in findings.notes]
    if findings.proposal:
        blocks.append(_proposal(findings.proposal))
    if source := source_line(findings):
        blocks.append(f"*{source}*")
    return "\n\n".join(blocks)


def _proposal(proposal: Proposal) -> str:
    """What a person may do about it: the model never changes anything."""
    if proposal.kind == "price_alert":
        return "Nothing has been saved: this version can't keep price alerts yet."
    return f"Nothing has been changed. To do it, type `{proposal.command}`."


def source_line(findings: Findings) -> str:
    """ "As of 28 Dec 2022, bundled history" for each distinct source, the newest time of each."""
    latest: dict[str, str] = {}
    order: dict[str, str] = {}
    for item in (*findings.figures, *findings.passages):
        name, as_of = item.source.name, item.source.as_of
        key = as_of.isoformat() if as_of else ""
        if key >= order.get(name, ""):
            order[name] = key
            latest[name] = f"As of {show_day(as_of)}, {name}" if as_of else f"Source: {name}"
    return escape("; ".join(latest.values())).replace("\\*", "*")


def _cell(figure: Figure | None) -> str:
    if figure is None:
        return ""
    text = escape(show(figure, signed=figure.attribute in SIGNED))
    return f"{text} ({escape(figure.note)})" if figure.note else text


SIGNED = frozenset({"total return", "day change", "day change in money", "gain", "gain percent", "drift"})


def _table(findings: Findings) -> str:
    """A row for each subject, a column for each attribute; a single unit throughout stays in the cells."""
    attributes = list(dict.fromkeys(figure.attribute for figure in findings.figures))
    rows: dict[str, dict[str, Figure]] = {}
    for figure in findings.figures:
        rows.setdefault(figure.subject, {})[figure.attribute] = figure
    lines = [
        f"| | {' | '.join(escape(attribute) for attribute in attributes)} |",
        f"|---|{'---:|' * len(attributes)}",
    ]
    for subject, cells in rows.items():
        values = " | ".join(_cell(cells.get(attribute)) for attribute in attributes)
        lines.append(f"| {_subject(subject, findings)} | {values} |")
    return "\n".join(lines)


def _lines(findings: Findings) -> str:
    """A line for each figure; the subject is named when there are several."""
    several = len({figure.subject for figure in findings.figures}) > 1
    lines = []
    for figure in findings.figures:
        label = escape(figure.attribute)
        if several:
            label = f"{_subject(figure.subject, findings)}, {label}"
        lines.append(f"- {label}: **{_cell(figure)}**")
    return "\n".join(lines)


def _subject(subject: str, findings: Findings) -> str:
    name = findings.names.get(subject, "")
    return f"{escape(name)} ({escape(subject)})" if name and name != subject else escape(subject)


def _passage(subject: str, text: str, findings: Findings, as_of: object, source: str) -> str:
    """Quoted text from a source; a definition carries its term."""
    quoted = escape(text if len(text) <= MAX_PASSAGE else f"{text[: MAX_PASSAGE - 1]}…")
    when = f" ({escape(source)}, {show_day(as_of)})" if hasattr(as_of, "year") else ""  # type: ignore[arg-type]
    name = escape(findings.names.get(subject, subject))
    return f"**{name}**: {quoted}{when}" if name else f"“{quoted}”{when}"
