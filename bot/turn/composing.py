"""The answer of a turn put together: our own replies, the model's checked words, and what the tools found."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.turn.agent import SWITCHED_OFF
from bot.turn.explaining import unexplained
from bot.turn.grounding import Grounding
from bot.turn.policy import clean_model_text
from bot.turn.prompting import sections
from bot.turn.rendering import escape, render_result
from tools.errors import AccessRefused, ToolError
from tools.formatting import show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import Reply, Status, ToolResult
    from bot.turn.agent import Decision
    from tools.context import SymbolResolver
    from tools.toolbox import Toolbox
    from tools.values import Figure

SETTING = "TUPPENCE_MARKET_DATA"
ASK_AGAIN = frozenset({"unknown_symbol", "ambiguous_symbol", "missing_argument", "bad_argument"})
NOT_ALLOWED = frozenset({AccessRefused.kind, SWITCHED_OFF})


class Composer:
    """Puts answers together; `remarks` go under every one with data of the source named `data`."""

    def __init__(self, toolbox: Toolbox, symbols: SymbolResolver, data: str, remarks: tuple[str, ...]) -> None:
        self._toolbox, self._symbols, self._data, self._remarks = toolbox, symbols, data, remarks

    def without_tools(self, reply: Reply, decision: Decision, text: str) -> Reply:
        """The model called nothing: one of our own replies, or its own words if they hold no untraced figure."""
        words = sections("replies")
        written = clean_model_text(decision.text)
        key = written.strip()
        status: Status = "answered"
        if key.startswith("DECLINE:"):
            status = "declined"
        elif key.startswith("CLARIFY:"):
            status = "clarify"
        if key in words:
            return replace(reply, answer=words[key], status=status)
        if not decision.writes or not key:
            return replace(reply, answer=words["unclear"], status="clarify")
        checked = self.grounding((), text).check(key.removeprefix("DECLINE:").removeprefix("CLARIFY:").strip())
        answer = " ".join(checked.kept) or words["unclear"]
        status = status if checked.kept else "clarify"
        return replace(reply, answer=answer, status=status, withheld=checked.withheld)

    def with_results(self, reply: Reply, decision: Decision, text: str) -> Reply:
        """Results first in code's words or in the model's checked ones, then everything the tools found."""
        results = self.for_people(decision.results)
        if not results:
            return replace(reply, answer=sections("replies")["unclear"], status="clarify")
        grounding = self.grounding(results, text)
        blocks: list[str] = []
        withheld: list[str] = []
        written: tuple[str, ...] = ()
        if decision.writes and (draft := clean_model_text(decision.text)):
            checked = grounding.check(draft)
            written = checked.kept
            withheld += checked.withheld
            if written:
                blocks.append(" ".join(written))
        for result in results:
            sentences: tuple[str, ...] = ()
            if result.findings and not written:
                checked = grounding.check(" ".join(result.findings.sentences))
                sentences = checked.kept
                withheld += checked.withheld
            explained = next((e for e in decision.explanations if e.term == unexplained(result)), None)
            blocks.append(explained.markdown() if explained else render_result(result, sentences))
        status = "answered" if decision.explanations else _status(results)
        if status == "answered":
            blocks += [f"*{escape(note)}*" for note in self._notes(results)]
        charts = tuple(r.findings.chart for r in results if r.findings and r.findings.chart)
        return replace(
            reply,
            answer="\n\n".join(dict.fromkeys(blocks)),
            status=status,
            figures=figures_of(results),
            withheld=tuple(withheld),
            charts=tuple(dict.fromkeys(charts)),
        )

    def for_people(self, results: Sequence[ToolResult]) -> list[ToolResult]:
        """Those that say anything to a person: a slip of the model's that it was told of does not."""
        known = self._toolbox.tools
        return [result for result in results if result.error_kind != "repeated" and result.call.name in known]

    def grounding(self, results: Sequence[ToolResult], text: str) -> Grounding:
        """What checks a text: figures of these results, and what was said in the question."""
        return Grounding(results, text, self._known_name)

    def _notes(self, results: Sequence[ToolResult]) -> list[str]:
        """What the wiring has to say about the data, where data was used and no tool said how to mend it already."""
        findings = [result.findings for result in results if result.findings]
        if not any(f.source.name == self._data for found in findings for f in found.figures):
            return []
        said = "\n".join(note for found in findings for note in found.notes)
        return [note for note in self._remarks if SETTING not in note or SETTING not in said]

    def _known_name(self, text: str) -> str | None:
        """The symbol of an exact name: a word that only resembles one is no company."""
        symbols = self._symbols
        try:
            return symbols.resolve(text).symbol if symbols.knows(text) else None
        except ToolError:
            return text  # the name of several companies


def _status(results: Sequence[ToolResult]) -> Status:
    if any(result.ok for result in results):
        return "answered"
    if any(result.error_kind in ASK_AGAIN for result in results):
        return "clarify"
    if any(result.error_kind in NOT_ALLOWED for result in results):
        return "declined"
    return "failed"


def figures_of(results: Sequence[ToolResult]) -> tuple[tuple[str, Figure, str], ...]:
    """(text as shown, figure, tool name), each once."""
    return tuple(dict.fromkeys((show(f), f, r.call.name) for r in results if r.findings for f in r.findings.figures))
