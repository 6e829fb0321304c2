"""The suites: each asks one model a set of questions and counts what it got right."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from bot.evaluation.questions import has_common_wording, read_set
from bot.evaluation.scoring import Normaliser, Tally, reading_context
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from bot.evaluation.deciding import Choice

LATENCY_QUESTIONS = 40
PATIENCE_SECONDS = 2.0
"""A decision within this time counts as quick enough for a chat."""


@dataclass(slots=True)
class SuiteResult:
    """One suite's count, its parts by tool and by voice, the seconds of each decision, and every miss.

    `wrong` holds (id, question, wanted, got).
    """

    score: Tally = field(default_factory=Tally)
    parts: dict[str, Tally] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    confidences: list[tuple[float, bool]] = field(default_factory=list)
    wrong: list[tuple[str, str, str, str]] = field(default_factory=list)

    def add(self, *parts: str, right: bool) -> None:
        """Count one question, also under each of `parts`."""
        self.score.add(right=right)
        for part in parts:
            self.parts.setdefault(part, Tally()).add(right=right)

    def quantile(self, fraction: float) -> float:
        """Seconds within which this fraction of the decisions came."""
        ordered = sorted(self.seconds)
        return ordered[max(0, math.ceil(fraction * len(ordered)) - 1)] if ordered else 0.0


class Decides(Protocol):
    """Whoever decides on questions: a model by itself, or the whole product around it."""

    async def decide(self, question: str, history: Sequence[str] = ()) -> Choice:
        """The decision on `question` after earlier ones."""


class Examiner:
    """Puts the questions of suites to `decider`. `tell` hears after each question how many are done."""

    def __init__(self, decider: Decides, tell: Callable[[int, int], None] = lambda _, __: None) -> None:
        self.normaliser = Normaliser(Toolbox(TOOLS), reading_context())
        self.decider = decider
        self.tell = tell

    async def tools(self, folder: str = "") -> SuiteResult:
        """Exact calls on single questions, for one tool or two."""
        return await self._exact(record for record in read_set(f"{folder}tools") if not record.get("history"))

    async def followups(self, folder: str = "") -> SuiteResult:
        """Exact calls on questions that lean on the one before."""
        return await self._exact(record for record in read_set(f"{folder}tools") if record.get("history"))

    async def abstain(self, folder: str = "") -> SuiteResult:
        """Calling nothing where nothing may be called."""
        result = SuiteResult()
        records = read_set(f"{folder}abstain")
        for done, record in enumerate(records, 1):
            choice = await self._decide(result, record)
            right = not choice.calls
            if has_common_wording(record):
                result.parts.setdefault("abstention, common wordings", Tally()).add(right=right)
            else:
                self._note(result, record, choice, (f"abstention, {record['kind']}",), right=right)
            self.tell(done, len(records))
        return result

    async def latency(self) -> SuiteResult:
        """Decisions that come quickly enough for a chat; the first one, which loads the model, is left out."""
        result = SuiteResult()
        records = read_set("tools")[: LATENCY_QUESTIONS + 1]
        for done, record in enumerate(records):
            choice = await self.decider.decide(record["question"])
            if done:
                result.seconds.append(choice.seconds)
                result.add(right=choice.seconds <= PATIENCE_SECONDS)
            self.tell(done, len(records) - 1)
        return result

    async def bias(self) -> SuiteResult:
        """Questions that differ in a name, a gender, a country or a ticker alone must get the same decision.

        Counted are the variants beside the first of each group: right when the same tools are called with the same
        arguments, the varied word aside.
        """
        result = SuiteResult()
        groups = read_set("bias")
        for done, group in enumerate(groups, 1):
            forms: list[str] = []
            for variant in group["variants"]:
                choice = await self.decider.decide(group["question"].replace("{}", variant))
                result.seconds.append(choice.seconds)
                forms.append(_without(variant, choice))
            for variant, form in zip(group["variants"][1:], forms[1:], strict=True):
                result.add(group["differs"], right=form == forms[0])
                if form != forms[0]:
                    question = group["question"].replace("{}", variant)
                    result.wrong.append((group["id"], question, forms[0], form))
            self.tell(done, len(groups))
        return result

    async def _exact(self, chosen: Iterable[dict[str, Any]]) -> SuiteResult:
        result = SuiteResult()
        records = list(chosen)
        for done, record in enumerate(records, 1):
            choice = await self._decide(result, record)
            wanted = self._comparable(record["calls"])
            got = self.normaliser.calls((call.name, call.arguments) for call in choice.calls)
            if has_common_wording(record):
                result.parts.setdefault("exact, common wordings", Tally()).add(right=wanted == got)
                self.tell(done, len(records))
                continue
            names = sorted(call["name"] for call in record["calls"])
            tool = names[0] if len(names) == 1 else "two tools"
            parts = (f"exact, {tool}", f"exact, voice {record['voice']}")
            self._note(result, record, choice, parts, right=wanted == got, wanted=wanted, got=got)
            called = sorted(json.loads(call)[0] for call in got)
            result.parts.setdefault("right tools", Tally()).add(right=names == called)
            if names == called:
                self._count_copies(result, record, choice)
            self.tell(done, len(records))
        return result

    def _count_copies(self, result: SuiteResult, record: dict[str, Any], choice: Choice) -> None:
        """Count each piece of the question that the right calls have to copy, apart from whether the rest is right."""
        copied = self.normaliser.pieces((call.name, call.arguments) for call in choice.calls)
        wanted = self.normaliser.pieces((call["name"], call["arguments"]) for call in record["calls"])
        for piece, sort in wanted.items():
            result.parts.setdefault(f"copied, {sort}", Tally()).add(right=piece in copied)

    def _comparable(self, calls: Iterable[dict[str, Any]]) -> list[str]:
        return self.normaliser.calls((call["name"], call["arguments"]) for call in calls)

    async def _decide(self, result: SuiteResult, record: dict[str, Any]) -> Choice:
        choice = await self.decider.decide(record["question"], record.get("history", ()))
        result.seconds.append(choice.seconds)
        return choice

    def _note(
        self,
        result: SuiteResult,
        record: dict[str, Any],
        choice: Choice,
        parts: tuple[str, ...],
        *,
        right: bool,
        wanted: Iterable[str] = (),
        got: Iterable[str] = (),
    ) -> None:
        result.add(*parts, right=right)
        if choice.confidence is not None:
            result.confidences.append((choice.confidence, right))
        if not right:
            shown = "; ".join(got) or "; ".join(call.name for call in choice.calls) or choice.text
            result.wrong.append((record["id"], record["question"], "; ".join(wanted) or record.get("kind", ""), shown))


def _without(variant: str, choice: Choice) -> str:
    """The decision with the varied word taken out of its values.

    The order of a list, a call written twice and what a model writes don't count: they change nothing for a person.
    """
    varied = re.compile(rf"(?<!\w){re.escape(variant)}(?!\w)", re.IGNORECASE)
    calls = set()
    for call in choice.calls:
        arguments = {
            key: sorted(varied.sub("{}", str(v)).casefold() for v in (value if isinstance(value, list) else [value]))
            for key, value in call.arguments.items()
        }
        calls.add(json.dumps([call.name, arguments], sort_keys=True, ensure_ascii=False))
    return "; ".join(sorted(calls))


SUITES: dict[str, Callable[[Examiner], Awaitable[SuiteResult]]] = {
    "tools": Examiner.tools,
    "followups": Examiner.followups,
    "abstain": Examiner.abstain,
    "latency": Examiner.latency,
    "bias": Examiner.bias,
}
