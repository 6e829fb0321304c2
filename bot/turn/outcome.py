"""How a turn ended, as it is kept: the reply with all that traces it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.records import turns
from bot.turn.evidence import call_record, chart_record, figure_record

if TYPE_CHECKING:
    from bot.messages import Reply, ToolResult
    from bot.turn.agent import Decision


def outcome_of(reply: Reply, decision: Decision) -> turns.Outcome:
    """What is saved of a turn: words, calls, evidence, which model and which prompt."""
    evidence: dict[str, Any] = {
        "figures": [figure_record(*figure) for figure in reply.figures],
        "withheld": list(reply.withheld),
        "charts": [chart_record(chart) for chart in reply.charts],
    }
    if reply.client:
        evidence["client"] = reply.client
    if reply.personal:
        evidence["personal"] = True
    if reply.disclosures:
        evidence["disclosures"] = dict(reply.disclosures)
    if decision.question:
        evidence["proposed"] = [{"name": call.name, "arguments": call.arguments} for call in decision.held]
    if decision.writer:
        evidence["worded_by"] = {"name": decision.writer.name, "digest": decision.writer.digest}
    if decision.explanations:
        evidence["explained_by"] = [
            {"term": each.term, "name": each.model.name, "digest": each.model.digest} for each in decision.explanations
        ]
    prompt = decision.prompt if decision.writes else "native"
    timings = reply.timings
    return turns.Outcome(
        status=reply.status,
        answer=reply.answer,
        tool_calls=tuple(_saved(result) for result in reply.results),
        failure=reply.answer if reply.status == "failed" else None,
        evidence=evidence,
        timings_ms={"model": timings.model, "tools": timings.tools, "total": timings.total} if timings else {},
        model_name=reply.model.name if reply.model else None,
        model_backend=reply.model.backend if reply.model else None,
        model_digest=reply.model.digest if reply.model else None,
        prompt_hash=prompt if reply.model else None,
    )


def _saved(result: ToolResult) -> turns.SavedToolCall:
    record = call_record(result)
    return turns.SavedToolCall(
        name=result.call.name,
        arguments=result.call.arguments,
        resolved=result.resolved,
        ok=result.ok,
        error=result.error or None,
        result=record["result"],
        duration_ms=result.milliseconds,
    )
