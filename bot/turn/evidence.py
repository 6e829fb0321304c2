"""Findings as plain data: for the record, for scripts, and, shorter, for a model that writes."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tools.formatting import show, show_day

if TYPE_CHECKING:
    from bot.messages import Reply, ToolResult
    from tools.charts import Chart
    from tools.values import Figure, Findings


def plain(value: Decimal | date | None) -> int | float | str | None:
    """A figure's value for JSON: numbers as numbers, dates in ISO form, unknown as null."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            return None
        return int(value) if value == value.to_integral_value() else float(value)
    return value.isoformat() if isinstance(value, date) else None


def figure_record(text: str, figure: Figure, tool: str) -> dict[str, Any]:
    """One figure with all that traces it; `text` is how it is shown."""
    as_of = figure.source.as_of
    return {
        "text": text,
        "value": plain(figure.value),
        "unit": figure.unit,
        "currency": figure.currency,
        "source": figure.source.name,
        "as_of": as_of.isoformat() if as_of else None,
        "tool": tool,
        "subject": figure.subject,
        "attribute": figure.attribute,
    }


def findings_record(findings: Findings, *, for_model: bool = False) -> dict[str, Any]:
    """What a tool found. The model's copy leaves out exact values, so that it copies what will be shown."""
    passages = [{"subject": p.subject, "about": p.attribute, "text": p.text} for p in findings.passages]
    record: dict[str, Any] = {"title": findings.title, "notes": list(findings.notes), "passages": passages}
    if for_model:
        rows: dict[str, dict[str, str]] = {}
        for figure in findings.figures:
            name = findings.names.get(figure.subject, figure.subject)
            rows.setdefault(f"{name} ({figure.subject})", {})[figure.attribute] = show(figure)
        newest = max((f.source.as_of for f in findings.figures if f.source.as_of), key=str, default=None)
        as_of = [show_day(newest)] if newest else []
        return {**record, "figures": rows, "as_of": as_of, "source": _sources(findings)}
    record["figures"] = [figure_record(show(figure), figure, "") for figure in findings.figures]
    for figure in record["figures"]:
        del figure["tool"]
    record["sentences"] = list(findings.sentences)
    record["names"] = findings.names
    if findings.proposal:
        record["proposal"] = {"command": findings.proposal.command, **findings.proposal.details}
    return record


def _sources(findings: Findings) -> list[str]:
    return list(dict.fromkeys(figure.source.name for figure in findings.figures))


def call_record(result: ToolResult) -> dict[str, Any]:
    """One tool call: as the model wrote it, as it was understood, and what came of it."""
    return {
        "name": result.call.name,
        "arguments": result.call.arguments,
        "resolved": result.resolved,
        "ok": result.ok,
        "error": result.error or None,
        "error_kind": result.error_kind or None,
        "result": findings_record(result.findings) if result.findings else None,
    }


def chart_record(chart: Chart) -> dict[str, Any]:
    """A chart as data; what is no number is unknown."""
    series = [
        {"name": series.name, "values": [v if v is not None and math.isfinite(v) else None for v in series.values]}
        for series in chart.series
    ]
    return {
        "kind": chart.kind,
        "title": chart.title,
        "labels": list(chart.labels),
        "series": series,
        "unit": chart.unit,
        "source": chart.source,
    }


def reply_record(reply: Reply) -> dict[str, Any]:
    """A whole turn for scripts: what `--json` and `--batch` print."""
    timings = reply.timings
    return {
        "turn_id": reply.turn_id,
        "question": reply.question,
        "answer": reply.answer,
        "status": reply.status,
        "tool_calls": [call_record(result) for result in reply.results],
        "figures": [figure_record(*figure) for figure in reply.figures],
        "withheld": list(reply.withheld),
        "charts": [chart_record(chart) for chart in reply.charts],
        "model": (
            {"name": reply.model.name, "backend": reply.model.backend, "digest": reply.model.digest}
            if reply.model
            else None
        ),
        "timings_ms": (
            {
                "first_feedback": round(timings.first_feedback, 1),
                "model": round(timings.model, 1),
                "tools": round(timings.tools, 1),
                "total": round(timings.total, 1),
            }
            if timings
            else None
        ),
        "confidence": reply.confidence,
        "disclosure": reply.disclosure,
    }
