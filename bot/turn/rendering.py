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
    from tools.values import AsOf, Figure, Findings, Proposal

MAX_PASSAGE = 400
MOST_NAMED_COLUMNS = 4
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
    blocks += _figures(findings)
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
    """ "As of 28 Dec 2022, bundled history; your transactions": each source once, with the newest time of its data."""
    latest: dict[str, AsOf | None] = {}
    for item in (*findings.figures, *findings.passages):
        name, as_of = item.source.name, item.source.as_of
        known = latest.get(name)
        if known is None or (as_of is not None and _moment(as_of) > _moment(known)):
            latest[name] = as_of
    dated = [f"as of {show_day(as_of)}, {name}" for name, as_of in latest.items() if as_of]
    line = "; ".join([*dated, *(name for name, as_of in latest.items() if not as_of)])
    return escape(line[:1].upper() + line[1:])


def _moment(as_of: AsOf) -> str:
    """Dates and times in one order: ISO text."""
    return as_of.isoformat()


def _cell(figure: Figure) -> str:
    text = escape(show(figure, signed=figure.attribute in SIGNED))
    return f"{text} ({escape(figure.note)})" if figure.note else text


SIGNED = frozenset({"total return", "day change", "day change in money", "gain", "gain percent", "drift"})


def _figures(findings: Findings) -> list[str]:
    """Subjects with the same attributes share a table; one that stands alone gets a line for each figure."""
    by_subject: dict[str, dict[str, Figure]] = {}
    for figure in findings.figures:
        by_subject.setdefault(figure.subject, {})[figure.attribute] = figure
    groups: dict[tuple[str, ...], list[str]] = {}
    for subject, cells in by_subject.items():
        groups.setdefault(tuple(cells), []).append(subject)
    blocks = []
    for attributes, subjects in groups.items():
        if len(subjects) > 1:
            blocks.append(_table(attributes, {subject: by_subject[subject] for subject in subjects}, findings))
        else:
            several = len(by_subject) > 1
            blocks.append(_lines(subjects[0], by_subject[subjects[0]], findings, several=several))
    return blocks


def _table(attributes: tuple[str, ...], rows: dict[str, dict[str, Figure]], findings: Findings) -> str:
    """A row for each subject, a column for each attribute; a wide table names subjects by symbol alone."""
    lines = [
        f"| | {' | '.join(escape(attribute) for attribute in attributes)} |",
        f"|---|{'---:|' * len(attributes)}",
    ]
    for subject, cells in rows.items():
        values = " | ".join(_cell(cells[attribute]) for attribute in attributes)
        label = escape(subject) if len(attributes) > MOST_NAMED_COLUMNS else _subject(subject, findings)
        lines.append(f"| {label} | {values} |")
    return "\n".join(lines)


def _lines(subject: str, cells: dict[str, Figure], findings: Findings, *, several: bool) -> str:
    """A line for each figure, under the subject's name when there are other subjects too."""
    lines = [f"- {escape(attribute)}: **{_cell(figure)}**" for attribute, figure in cells.items()]
    return "\n".join([*([f"{_subject(subject, findings)}:", ""] if several else []), *lines])


def _subject(subject: str, findings: Findings) -> str:
    name = findings.names.get(subject, "")
    return f"{escape(name)} ({escape(subject)})" if name and name != subject else escape(subject)


def _passage(subject: str, text: str, findings: Findings, as_of: object, source: str) -> str:
    """Quoted text from a source; a definition carries its term."""
    quoted = escape(text if len(text) <= MAX_PASSAGE else f"{text[: MAX_PASSAGE - 1]}…")
    when = f" ({escape(source)}, {show_day(as_of)})" if hasattr(as_of, "year") else ""  # type: ignore[arg-type]
    name = escape(findings.names.get(subject, subject))
    return f"**{name}**: {quoted}{when}" if name else f"“{quoted}”{when}"
