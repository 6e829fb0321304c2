"""`tuppence eval` and `tuppence models`: measure models on this machine, and show what they reached."""

from __future__ import annotations

import resource
import sys
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.evaluation.deciding import Decider
from bot.evaluation.scoring import Tally
from bot.evaluation.suites import SUITES, Examiner
from bot.evaluation.wording import GROUNDING, measure_grounding
from bot.llm.choosing import backend_of, choose_model
from bot.llm.reader import Reader
from bot.records.models import named_models
from bot.records.opening import open_records
from bot.records.scores import Score, keep_score, latest_scores
from bot.records.users import Actor

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.evaluation.suites import SuiteResult
    from bot.llm.base import ChatModel
    from bot.messages import ModelInfo
    from bot.records.models import NamedModel
    from bot.settings import Settings

MOST_MISSES = 20
BAR = 24


async def run_evaluation(settings: Settings, name: str, suites: Sequence[str], *, misses: bool) -> None:
    """Measure the model `name` (the configured one if empty) in `suites`, print and keep the scores.

    Raises `ModelError`, for a model that is not there too: another one must not be measured in its place.
    """
    if name:
        settings = settings.model_copy(update={"model": name, "model_backend": backend_of(settings, name)})
    console, errors = Console(), Console(stderr=True)
    chosen = await choose_model(settings)
    database = await open_records(settings)
    try:
        info = await chosen.model.info()
        errors.print(f"Measuring {info.name} ({info.backend}, {info.digest[:12]})")
        for suite in suites:
            result = await _with_progress(errors, chosen.model, suite)
            score = _score(info, suite, result)
            async with database.write() as session:
                await keep_score(session, Actor(settings.user).tenant, score)
            median, p95 = score.median_ms, score.p95_ms
            console.print(f"{suite}: {result.score}, median {median:.0f} ms, 95% within {p95:.0f} ms")
            for part, tally in sorted(result.parts.items()):
                console.print(f"  {part}: {tally}", highlight=False)
            for miss in result.wrong[:MOST_MISSES] if misses else ():
                console.print("  " + " | ".join(miss), markup=False, highlight=False)
    finally:
        await chosen.model.close()
        await database.close()


async def _with_progress(console: Console, model: ChatModel, suite: str) -> SuiteResult:
    with Progress(console=console, transient=True) as progress:
        task = progress.add_task(suite, total=None)

        def tell(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        if suite == GROUNDING:
            return await measure_grounding(model, tell)
        reader = Reader()
        try:
            return await SUITES[suite](Examiner(Decider(model, reader), tell))
        finally:
            await reader.close()


def _score(info: ModelInfo, suite: str, result: SuiteResult) -> Score:
    return Score(
        model=info.name,
        backend=info.backend,
        digest=info.digest,
        suite=suite,
        correct=result.score.right,
        total=result.score.total,
        median_ms=result.quantile(0.5) * 1000,
        p95_ms=result.quantile(0.95) * 1000,
        memory_mb=_memory_mb() if info.backend == "embedded" else None,
        parts={name: [tally.right, tally.total] for name, tally in result.parts.items()},
        measured_at=datetime.now(UTC),
    )


def _memory_mb() -> float:
    """The most this process has held in memory; Linux counts in KiB, macOS in bytes."""
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most * 1024 / 1e6


async def show_models(settings: Settings) -> None:
    """Every named or measured model with its roles, approval and newest scores, and accuracy against latency."""
    database = await open_records(settings)
    try:
        async with database.read() as session:
            scores = await latest_scores(session, Actor(settings.user).tenant)
            named = await named_models(session, Actor(settings.user).tenant)
    finally:
        await database.close()
    console = Console()
    measured = {(score.model, score.backend) for score in scores}
    for model in named:
        if (model.name, model.backend) not in measured:
            measure = f"measure it with: tuppence eval --model {model.name}"
            console.print(
                f"{model.name} ({model.backend}): {standing(model, model.digest)}; {measure}", highlight=False
            )
    if not scores:
        console.print("No model has been measured yet; do it with: tuppence eval")
        return
    by_name = {(model.name, model.backend): model for model in named}
    for name, group in groupby(scores, key=lambda score: (score.model, score.backend, score.digest)):
        console.print(_table(*name, by_name.get(name[:2]), list(group)))
    for line in chart(scores):
        console.print(line, markup=False, highlight=False)


def standing(named: NamedModel | None, digest: str | None) -> str:
    """What an admin decided about a model whose weights are `digest` now."""
    if named is None:
        return "not in the portfolio"
    roles = " and ".join(named.roles)
    if not named.approved:
        return f"not approved, named for {roles}"
    if named.digest != digest:
        return f"other weights ({(named.digest or 'none')[:12]}) approved for {roles}"
    return f"approved for {roles}"


def _table(model: str, backend: str, digest: str, named: NamedModel | None, scores: Sequence[Score]) -> Table:
    """One model's suites."""
    measured = max(score.measured_at for score in scores)
    title = f"{model} ({backend}, {digest[:12]}), {measured.day} {measured:%b %Y}; {standing(named, digest)}"
    table = Table("suite", "right", "95% interval", "questions", "median", "95% within", "memory", title=title)
    for score in scores:
        tally = Tally(score.correct, score.total)
        low, high = tally.interval()
        memory = f"{score.memory_mb:.0f} MB" if score.memory_mb else "unknown"
        numbers = (str(score.total), f"{score.median_ms:.0f} ms", f"{score.p95_ms:.0f} ms", memory)
        table.add_row(score.suite, f"{tally.share:.1%}", f"{low:.1%} to {high:.1%}", *numbers)
    return table


def chart(scores: Iterable[Score]) -> list[str]:
    """Accuracy in `tools` against the median decision, one line a model, the quickest first."""
    measured = sorted((score for score in scores if score.suite == "tools"), key=lambda score: score.median_ms)
    if not measured:
        return []
    widest = max(len(score.model) for score in measured)
    lines = ["", "Exact tool calls against time for a decision:"]
    for score in measured:
        share = Tally(score.correct, score.total).share
        bar = ("█" * round(share * BAR)).ljust(BAR, "·")
        lines.append(f"  {score.model.ljust(widest)} {bar} {share:6.1%} at {score.median_ms:,.0f} ms")
    return lines
