"""A finished turn as JSON: all that its messages need, and little more; it waits in the outbox until it is posted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.surfaces.slack.limits import shortened
from bot.turn.evidence import chart_record
from tools.alerts.telling import CALL
from tools.formatting import show_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.messages import Reply, ToolResult
    from bot.turn.proposals import Offered
    from tools.values import AsOf, Findings

VERSION = 1
_LONGEST_QUESTION = 300
_LONGEST_ARGUMENT = 200
_MOST_FIGURES = 300
_MOST_CALLS = 8
_DIGITS = 7
"""Significant digits of a point in a chart: more can't be seen."""


@dataclass(frozen=True, slots=True)
class Extras:
    """What a surface adds to a reply: `disclosure` goes under it; `offered` are changes that can be confirmed there.

    `digest` is the id of the digest that the reply is.
    """

    disclosure: str = ""
    offered: tuple[Offered, ...] = ()
    digest: str = ""


NOTHING = Extras()


def turn_record(reply: Reply, *, text: str = "", extras: Extras = NOTHING) -> dict[str, Any]:
    """The record of a turn; `text` is what to say where that is more than the reply's own answer."""
    findings = [result.findings for result in reply.results if result.findings]
    calls = reply.results[:_MOST_CALLS]
    return {
        "version": VERSION,
        "turn": reply.turn_id,
        "status": reply.status,
        "question": shortened(reply.question, _LONGEST_QUESTION),
        "answer": text or reply.answer,
        "personal": reply.personal,
        "figures": [
            {"text": shown, "subject": figure.subject, "attribute": figure.attribute, "tool": tool}
            for shown, figure, tool in reply.figures[:_MOST_FIGURES]
        ],
        "times": _times(findings),
        "names": _names(findings, calls),
        "charts": [_chart(chart_record(chart)) for chart in reply.charts],
        "calls": [_call(result) for result in calls],
        "sources": _sources(findings),
        "proposals": [
            {"kind": each.kind, "command": each.command, "details": dict(each.details), "nonce": each.nonce}
            for each in extras.offered
        ],
        "model": {"name": reply.model.name, "digest": reply.model.digest} if reply.model else None,
        "alert": _alert(reply.results),
        "digest": extras.digest or None,
        "withheld": len(reply.withheld),
        "disclosure": extras.disclosure or reply.disclosure,
    }


def _alert(results: Sequence[ToolResult]) -> str | None:
    """The id of the alert that the message tells of, None where it is another one.

    No tool is called so, and no call of a model's has findings under that name.
    """
    ours = (result for result in results if result.call.name == CALL and result.ok)
    return next((str(result.resolved["alert"]) for result in ours), None)


def notice_record(text: str) -> dict[str, Any]:
    """The record of a message that answers no question."""
    return {"version": VERSION, "turn": "", "status": "notice", "answer": text}


def _times(findings: Iterable[Findings]) -> dict[str, str]:
    """Each date with a time, as it is shown → the moment in ISO form."""
    moments: list[AsOf | None] = []
    for found in findings:
        for figure in found.figures:
            moments += [figure.source.as_of, figure.value if isinstance(figure.value, datetime) else None]
        moments += [passage.source.as_of for passage in found.passages]
    return {show_day(moment): moment.isoformat() for moment in moments if isinstance(moment, datetime)}


def _names(findings: Iterable[Findings], calls: Iterable[ToolResult]) -> dict[str, str]:
    """The names of what was asked about: what buttons call it."""
    asked = {symbol for call in calls for symbol in symbols_of(call.resolved)}
    return {symbol: name for found in findings for symbol, name in found.names.items() if symbol in asked}


def symbols_of(resolved: dict[str, Any]) -> tuple[str, ...]:
    """The symbols that a call was about."""
    several = resolved.get("symbols")
    one = resolved.get("symbol")
    found = several if isinstance(several, list) else [one] if one else []
    return tuple(symbol for symbol in found if isinstance(symbol, str))


def _chart(record: dict[str, Any]) -> dict[str, Any]:
    for series in record["series"]:
        series["values"] = [None if value is None else float(f"{value:.{_DIGITS}g}") for value in series["values"]]
    return record


def _call(result: ToolResult) -> dict[str, Any]:
    arguments = result.resolved or result.call.arguments
    return {
        "name": result.call.name,
        "arguments": {str(name): _argument(value) for name, value in list(arguments.items())[:12]},
        "ok": result.ok,
        "error": shortened(result.error, _LONGEST_ARGUMENT) or None,
    }


def _argument(value: Any) -> Any:
    """A small value as it is; a long or odd one as the beginning of its text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list) and len(json.dumps(value, default=str)) <= _LONGEST_ARGUMENT:
        return [item if isinstance(item, int | str) else str(item) for item in value]
    if isinstance(value, float) and value == value and abs(value) != float("inf"):  # noqa: PLR0124 (no NaN in JSON)
        return value
    return shortened(str(value), _LONGEST_ARGUMENT)


def _sources(findings: Sequence[Findings]) -> list[dict[str, Any]]:
    """Each source with the newest time that its data speaks of."""
    latest: dict[str, str] = {}
    for found in findings:
        for source in (*(f.source for f in found.figures), *(p.source for p in found.passages)):
            as_of = source.as_of.isoformat() if source.as_of else ""
            latest[source.name] = max(as_of, latest.get(source.name, ""))
    return [{"name": name, "as_of": as_of or None} for name, as_of in latest.items()]
