"""Which approved model does which task: the best one measured here that is quick enough, and on to the next.

An approval is of weights, not of a name: a model whose digest is another by now is passed over. The built-in model
needs no approval and stands behind all of them; approved, it has its place by its score like any other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from bot.errors import ModelError
from bot.llm.choosing import PROBE_SECONDS, ModelSettings, make_ollama
from bot.llm.ollama import OllamaModel

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterable, Sequence

    from bot.llm.base import ChatModel
    from bot.records.models import ApprovedModel

Task = Literal["tools", "write", "explain"]
"""`tools`: take a whole turn, deciding what to look up; `write`: word what was looked up; `explain`: word a term."""

SCORED = ("tools", "abstain")
"""The suites whose mean share orders the models, for either task: no suite measures wording yet."""
TIMED = ("latency", "tools")
"""The suites that say how long a decision takes, the first of them that was measured."""
OTHER_WEIGHTS = "Its weights are not those that were approved; measure and promote it again."


class PortfolioSettings(ModelSettings, Protocol):
    """What of the settings the portfolio needs."""

    @property
    def latency_budget_ms(self) -> int:
        """Milliseconds that 95 of 100 decisions may take."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An approved model with what it reached here: `share` of right answers from 0 to 1, `p95_ms` for a decision."""

    approved: ApprovedModel
    model: ChatModel
    share: float
    p95_ms: float

    async def problem(self, probe_seconds: float) -> str | None:
        """Why the approved weights can't be had now, or None if they can."""
        if isinstance(self.model, OllamaModel) and (problem := await self.model.probe(probe_seconds)):
            return problem
        try:
            info = await self.model.info()
        except ModelError as error:
            return str(error)
        return None if info.digest == self.approved.digest else OTHER_WEIGHTS


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The approved models, best first; without any it asks nothing of anyone.

    `passed` has a sentence for each approved model that has no place, as it is too slow. `first` is our own model
    in Ollama, which `auto` takes where none is approved: it takes turns unless it was silent lately.
    """

    order: Sequence[Candidate] = ()
    passed: tuple[str, ...] = ()
    probe_seconds: float = PROBE_SECONDS
    first: OllamaModel | None = None

    @property
    def models(self) -> tuple[ChatModel, ...]:
        """All of them."""
        return (*([self.first] if self.first else ()), *(candidate.model for candidate in self.order))

    async def reachable(self, task: Task) -> AsyncGenerator[ChatModel, None]:
        """The models for a task that can be had now, best first; each is looked for when its turn comes."""
        if self.first and task == "tools" and not self.first.breaker.problem:
            yield self.first
        for candidate in self._for(task):
            if await candidate.problem(self.probe_seconds) is None:
                yield candidate.model

    async def notice(self) -> str:
        """Which model takes the turns, and why that one; "" without any approved model."""
        passed = [*self.passed]
        for candidate in self._for("tools"):
            name = candidate.approved.name
            problem = await candidate.problem(self.probe_seconds)
            if problem is None:
                reason = f"{candidate.share:.1%} right here, 95% of its decisions within {candidate.p95_ms:,.0f} ms"
                return " ".join([f"{name} answers ({reason}).", *passed])
            passed.append(f"{name} is passed over. {problem}")
        return " ".join(["The built-in model answers.", *passed]) if passed else ""

    def _for(self, task: Task) -> list[Candidate]:
        return [candidate for candidate in self.order if task in candidate.approved.roles]


NOBODY = Portfolio()
"""Of an installation that has approved no model."""


def open_portfolio(settings: PortfolioSettings, approved: Iterable[ApprovedModel], built_in: ChatModel) -> Portfolio:
    """The approved models in the order of their scores, equal ones by their speed; nothing is asked yet.

    Raises `ModelRefused` where OLLAMA_HOST is a machine that must not be asked.
    """
    order, passed = [], []
    budget = settings.latency_budget_ms
    for model in approved:
        p95_ms = _p95_ms(model)
        if p95_ms > budget:
            passed.append(f"{model.name} is passed over: 95% within {p95_ms:,.0f} ms is beyond the {budget:,} allowed.")
            continue
        chat = built_in if model.backend == "embedded" else make_ollama(settings, model.name)
        order.append(Candidate(model, chat, _share(model), p95_ms))
    order.sort(key=lambda candidate: (-candidate.share, candidate.p95_ms))
    return Portfolio(order, tuple(passed))


def _share(model: ApprovedModel) -> float:
    """The mean over the suites; one that was not measured counts as nothing right."""
    scores = [model.scores[suite] for suite in SCORED if suite in model.scores]
    return sum(score.correct / score.total for score in scores if score.total) / len(SCORED)


def _p95_ms(model: ApprovedModel) -> float:
    """How long a decision takes; a model that was never timed is too slow for any budget."""
    return next((model.scores[suite].p95_ms for suite in TIMED if suite in model.scores), float("inf"))
