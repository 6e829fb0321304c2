"""Every result as markdown, by code alone: sentences, table or lines, caveats, and where and when from.

Surfaces draw this markdown; a figure reaches a person only through here or through a sentence that was checked.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tools.formatting import show, show_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import ToolResult
    from tools.values import AsOf, Figure, Findings, Passage, Proposal

MAX_PASSAGE = 400
MOST_NAMED_COLUMNS = 4
_SPECIAL = re.compile(r"[\\`*_\[\]<>|#~]|&(?=#?\w+;)")
_LIVE = re.compile(r"@|:(?=//)|\bwww(?=\.)", re.IGNORECASE)
_JOINER = "\u2060"
"""Breaks a link or a mention without being seen."""


def escape(text: str) -> str:
    """Text from outside as markdown that shows exactly its visible characters and holds no live link or mention."""
    visible = "".join(" " if ch.isspace() else ch for ch in text if ch.isspace() or not _is_hidden(ch))
    text = _LIVE.sub(lambda mark: f"{mark[0]}{_JOINER}", " ".join(visible.split()))
    return _SPECIAL.sub(r"\\\g<0>", text)


def _is_hidden(character: str) -> bool:
    """Control, direction, zero-width and tag characters, but for the one that joins emoji."""
    return unicodedata.category(character) in ("Cc", "Cf", "Cs") and character != "\u200d"


def render_result(result: ToolResult, sentences: Sequence[str]) -> str:
    """One tool result. `sentences` are the tool's own checked words, as plain text, that go on top."""
    findings = result.findings
    if findings is None:
        return escape(result.error)
    blocks = [escape(" ".join(sentences))] if sentences else [f"**{escape(findings.title)}**"]
    blocks += _figures(findings)
    blocks += _passages(findings)
    blocks += [f"> {escape(note)}" for note in findings.notes]
    if findings.proposal:
        blocks += _proposal(findings.proposal, sentences)
    if source := source_line(findings):
        blocks.append(f"*{source}*")
    return "\n\n".join(blocks)


def _proposal(proposal: Proposal, sentences: Sequence[str]) -> list[str]:
    """What a person may do about it, unless the sentences say so: the model never changes anything."""
    if any(proposal.command in sentence for sentence in sentences):
        return []
    return [f"Nothing has been changed. To do it, type `{proposal.command}`."]


def source_line(findings: Findings) -> str:
    """Each source once, with the newest time of its data: "As of 28 Dec 2022, bundled history; your transactions"."""
    latest: dict[str, AsOf | None] = {}
    items: tuple[Figure | Passage, ...] = (*findings.figures, *findings.passages)
    for item in items:
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


SIGNED = frozenset(
    {
        "annualised return",
        "day change",
        "day change in money",
        "drift",
        "gain",
        "gain in percent",
        "money to target",
        "money-weighted return",
        "time-weighted return",
        "total return",
    }
)


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
    """The name, with the symbol where there is one: "portfolio" and "energy" are words, not symbols."""
    name = findings.names.get(subject, "")
    if not name or name == subject:
        return escape(subject)
    return escape(name) if subject.islower() else f"{escape(name)} ({escape(subject)})"


def _passages(findings: Findings) -> list[str]:
    """Quoted texts: one beside its subject, several of one as a list, those of several subjects alike as a table."""
    by_subject: dict[str, list[Passage]] = {}
    for passage in findings.passages:
        by_subject.setdefault(passage.subject, []).append(passage)
    kinds = {tuple(passage.attribute for passage in passages) for passages in by_subject.values()}
    if len(by_subject) > 1 and len(kinds) == 1 and len(attributes := kinds.pop()) > 1:
        rows = {subject: [_quoted(passage) for passage in passages] for subject, passages in by_subject.items()}
        header = f"| | {' | '.join(map(escape, attributes))} |\n|---|{'---|' * len(attributes)}"
        return ["\n".join([header, *(f"| {escape(subject)} | {' | '.join(row)} |" for subject, row in rows.items())])]
    return [_list_of(subject, passages, findings) for subject, passages in by_subject.items()]


def _list_of(subject: str, passages: Sequence[Passage], findings: Findings) -> str:
    name = findings.names.get(subject, subject)
    if len(passages) == 1:
        quoted = _quoted(passages[0])
        return f"**{escape(name)}**: {quoted}" if name else quoted
    alike = len({passage.attribute for passage in passages}) == 1
    lines = [f"- {'' if alike else f'{escape(passage.attribute)}: '}{_quoted(passage)}" for passage in passages]
    heading = [f"**{escape(name)}**", ""] if name and name != findings.title else []
    return "\n".join([*heading, *lines])


def _quoted(passage: Passage) -> str:
    """Text from a source; a headline in quotation marks; what is dated with who wrote it and when."""
    text, source = passage.text, passage.source
    quoted = escape(text if len(text) <= MAX_PASSAGE else f"{text[: MAX_PASSAGE - 1]}…")
    if passage.attribute == "headline":
        quoted = f"“{quoted}”"
    return f"{quoted} ({escape(source.name)}, {show_day(source.as_of)})" if source.as_of else quoted
