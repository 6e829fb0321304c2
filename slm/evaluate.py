"""Measures a model on the question sets in `evals/`: exact tool calls, right abstention, by tool and by voice.

A question counts as exact when the same tools are called, in any order, and every argument is equal after
normalisation; an abstention is right when no tool is called. Intervals are 95 % Wilson score intervals.
"""

from __future__ import annotations

import asyncio
import json
import math
import statistics
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.llm.base import CallPiece, EndPiece, TextPiece
from bot.llm.embedded import EmbeddedModel
from bot.messages import Message, ToolCall
from bot.turn.questions import clean_question
from tools.catalogue import TOOLS
from tools.context import ToolContext
from tools.errors import ToolError
from tools.knowledge.glossary import knows_term
from tools.symbols.resolver import DirectoryResolver
from tools.toolbox import Tool, Toolbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

EVALS = Path(__file__).resolve().parents[1] / "evals"
Z = 1.959964


@dataclass(slots=True)
class Tally:
    """Right out of all."""

    right: int = 0
    total: int = 0

    def add(self, *, right: bool) -> None:
        """Count one."""
        self.right += right
        self.total += 1

    def __str__(self) -> str:
        """ "91.2 % (87.9-93.7, n 341)"."""
        if not self.total:
            return "none"
        share, n = self.right / self.total, self.total
        middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
        half = Z * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n)) / (1 + Z * Z / n)
        return f"{share:.1%} ({middle - half:.1%}-{middle + half:.1%}, n {n})"


@dataclass(slots=True)
class Report:
    """All tallies of one run. `wrong` holds (id, question, wanted, got) of each miss."""

    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def markdown(self) -> str:
        """The tallies as a table."""
        rows = [f"| {name} | {tally} |" for name, tally in self.tallies.items()]
        median = statistics.median(self.seconds) * 1000
        return "\n".join(
            [
                "| measure | result |",
                "|---|---|",
                *rows,
                f"| median decision | {median:.0f} ms (n {len(self.seconds)}) |",
            ]
        )


class Decider:
    """Asks the model for decisions the way a turn does, without running any tool."""

    def __init__(self, model: EmbeddedModel, toolbox: Toolbox, context: ToolContext) -> None:
        self.model, self.toolbox, self.context = model, toolbox, context

    async def decide(self, question: str, history: Sequence[str]) -> tuple[list[ToolCall], str, float | None]:
        """(calls, text, confidence) for a question after earlier ones, which are decided first."""
        earlier: tuple[str, list[ToolCall], str] | None = None
        for asked in history:
            calls, text, _ = await self._one(asked, earlier)
            earlier = (asked, calls, text)
        return await self._one(question, earlier)

    async def _one(
        self, question: str, earlier: tuple[str, list[ToolCall], str] | None
    ) -> tuple[list[ToolCall], str, float | None]:
        text = clean_question(question)[0]
        messages, said = [Message("user", text)], [text]
        if earlier:
            asked, calls, reply = earlier
            messages[:0] = [Message("user", asked), Message("assistant", "" if calls else reply, tuple(calls))]
            values = [value for call in calls for value in call.arguments.values()]
            said += [asked, *(p for v in values for p in (v if isinstance(v, list) else [v]) if isinstance(p, str))]
        found: list[ToolCall] = []
        written, confidence = "", None
        async for piece in self.model.chat(messages, self.toolbox.schemas(said, self.context), max_tokens=192):
            match piece:
                case CallPiece(call):
                    found.append(call)
                case TextPiece(words):
                    written += words
                case EndPiece():
                    confidence = piece.confidence
        return found, written, confidence


class Normaliser:
    """Arguments in canonical form, so that "coke" equals "KO" and "5k" equals "5,000"."""

    def __init__(self, toolbox: Toolbox) -> None:
        self.toolbox = toolbox
        self.context = ToolContext(None, DirectoryResolver(), None, None, knows_term=knows_term)  # type: ignore[arg-type]

    def call(self, name: str, arguments: dict[str, Any]) -> str:
        """One call as a comparable text."""
        tool = self.toolbox.tools.get(name)
        read = {
            key: self._argument(tool, key, value) for key, value in arguments.items() if value not in (None, "", [])
        }
        return json.dumps([name, read], sort_keys=True)

    def calls(self, calls: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
        """All calls of a question, in a fixed order."""
        return sorted(self.call(name, arguments) for name, arguments in calls)

    def _argument(self, tool: Tool | None, name: str, value: Any) -> Any:
        parameter = next((p for p in tool.parameters if p.name == name), None) if tool else None
        if isinstance(value, list):
            return sorted(self._text(parameter, item) for item in value)
        return self._text(parameter, value)

    def _text(self, parameter: Any, value: Any) -> str:
        text = str(value)
        if parameter is None or parameter.kind is None:
            return text
        try:
            return str(parameter.kind.write(parameter.kind.read(text, self.context)))
        except ToolError:
            return text.casefold()


def read_set(name: str) -> list[dict[str, Any]]:
    """The records of `evals/<name>.jsonl`."""
    return [json.loads(line) for line in (EVALS / f"{name}.jsonl").read_text("utf-8").splitlines() if line.strip()]


async def _measure(weights: Path, folder: str) -> Report:
    toolbox = Toolbox(TOOLS)
    model = EmbeddedModel(weights)
    normaliser, report = Normaliser(toolbox), Report()
    decider = Decider(model, toolbox, normaliser.context)
    try:
        for name in ("tools", "abstain"):
            for record in read_set(f"{folder}{name}"):
                began = time.perf_counter()
                calls, text, _ = await decider.decide(record["question"], record.get("history", ()))
                if not record.get("history"):
                    report.seconds.append(time.perf_counter() - began)
                _grade(report, normaliser, record, calls, text)
    finally:
        await model.close()
    return report


def _grade(report: Report, normaliser: Normaliser, record: dict[str, Any], calls: list[ToolCall], text: str) -> None:
    tallies = report.tallies
    wanted = normaliser.calls((c["name"], c["arguments"]) for c in record.get("calls", ()))
    got = list(dict.fromkeys(normaliser.calls((call.name, call.arguments) for call in calls)))  # a turn runs each once
    right = wanted == got
    if not wanted:
        tallies["right abstention"].add(right=not got)
        tallies[f"abstention, {record['kind']}"].add(right=not got)
    else:
        tallies["exact tool calls"].add(right=right)
        names = sorted(c["name"] for c in record["calls"])
        tallies["right tools"].add(right=names == sorted(json.loads(call)[0] for call in got))
        if len(names) > 1:
            tallies["exact, two tools"].add(right=right)
        elif record.get("history"):
            tallies["exact, follow-ups"].add(right=right)
        else:
            tallies["exact, single questions"].add(right=right)
        tallies[f"exact, {names[0] if len(names) == 1 else 'several tools'}"].add(right=right)
        tallies[f"exact, voice {record['voice']}"].add(right=right)
    if not right:
        shown = "; ".join(got) or text
        report.wrong.append((record["id"], record["question"], "; ".join(wanted) or record.get("kind", ""), shown))


def evaluate(weights: Path, *, locked: bool = False) -> Report:
    """Measure the weights file on the development sets, or on the locked ones."""
    return asyncio.run(_measure(weights, "locked/" if locked else ""))
