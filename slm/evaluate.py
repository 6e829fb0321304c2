"""Measures a weights file on the question sets in `evals/`, for the model card: by tool, by voice, by kind."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.evaluation.deciding import Decider
from bot.evaluation.scoring import Tally
from bot.evaluation.suites import Examiner
from bot.llm.embedded import EmbeddedModel
from bot.llm.reader import Reader

if TYPE_CHECKING:
    from pathlib import Path

    from bot.evaluation.suites import SuiteResult

THRESHOLDS = (-2.0, -1.5, -1.0, -0.7, -0.5, -0.3, -0.1)


@dataclass(slots=True)
class Report:
    """The suites of one run."""

    single: SuiteResult
    followups: SuiteResult
    abstain: SuiteResult
    tallies: dict[str, Tally] = field(init=False)

    def __post_init__(self) -> None:
        exact = _together(self.single.score, self.followups.score)
        parts: dict[str, list[Tally]] = {}
        for suite in (self.single, self.followups):
            for name, tally in suite.parts.items():
                parts.setdefault(name, []).append(tally)
        joined = {name: _together(*tallies) for name, tallies in parts.items()}
        two = joined.pop("exact, two tools", Tally())
        self.tallies = {
            "exact tool calls": exact,
            "right tools": joined.pop("right tools"),
            "exact, single questions": self._without(self.single.parts.get("exact, two tools", Tally())),
            "exact, two tools": two,
            "exact, follow-ups": self.followups.score,
            "right abstention": self.abstain.score,
            **dict(sorted(self.abstain.parts.items())),
            **dict(sorted(joined.items(), key=lambda item: ("voice" not in item[0], item[0]))),
        }

    @property
    def wrong(self) -> list[tuple[str, str, str, str]]:
        """(id, question, wanted, got) of each miss."""
        return [*self.single.wrong, *self.followups.wrong, *self.abstain.wrong]

    def markdown(self) -> str:
        """The tallies as a table, and how sure the model was."""
        rows = [f"| {name} | {tally} |" for name, tally in self.tallies.items()]
        median = self.single.quantile(0.5) * 1000
        decisions = f"| median decision | {median:.0f} ms (n {len(self.single.seconds)}) |"
        return "\n".join(["| measure | result |", "|---|---|", *rows, decisions, "", self.coverage()])

    def coverage(self) -> str:
        """What would be left, and how right, if decisions below a confidence were asked back."""
        found = [*self.single.confidences, *self.followups.confidences, *self.abstain.confidences]
        lines = [
            "| smallest log-probability from | decisions kept | right of these | of the others |",
            "|---|---|---|---|",
        ]
        for threshold in THRESHOLDS:
            kept, rest = Tally(), Tally()
            for confidence, right in found:
                (kept if confidence >= threshold else rest).add(right=right)
            lines.append(f"| {threshold:g} | {kept.total / len(found):.0%} | {kept} | {rest} |")
        return "\n".join(lines)

    def _without(self, two: Tally) -> Tally:
        return Tally(self.single.score.right - two.right, self.single.score.total - two.total)


def _together(*tallies: Tally) -> Tally:
    return Tally(sum(tally.right for tally in tallies), sum(tally.total for tally in tallies))


async def _measure(weights: Path, folder: str) -> Report:
    model = EmbeddedModel(weights)
    reader = Reader()
    examiner = Examiner(Decider(model, reader))
    try:
        return Report(await examiner.tools(folder), await examiner.followups(folder), await examiner.abstain(folder))
    finally:
        await reader.close()
        await model.close()


def evaluate(weights: Path, folder: str = "") -> Report:
    """Measure the weights file on the development sets, or on the sets in another folder of `evals/` ("locked/")."""
    return asyncio.run(_measure(weights, folder))
