"""The five real days of the golden digests, and how one is made.

After a wanted change of words, write them anew, read every line of the difference, and keep it only if it reads well:

    python -m tests.bot.jobs.digests.cases
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.jobs.digests.composing import compose
from bot.jobs.digests.plan import DigestParts, DigestPlan
from bot.jobs.digests.run_data import RunData
from bot.records.sample import WATCHLIST, sample_portfolio
from tools.market_data.snapshot import SnapshotMarketData
from tools.symbols.resolver import DirectoryResolver

if TYPE_CHECKING:
    from bot.jobs.digests.plan import Kind
    from bot.messages import Reply
    from tools.context import Portfolio

GOLDEN = Path(__file__).parent / "golden"
DAYS = {
    "crash": datetime(2020, 3, 16, 20, 30, tzinfo=UTC),
    "quiet": datetime(2019, 2, 8, 21, 30, tzinfo=UTC),
    "holiday": datetime(2020, 11, 26, 21, 30, tzinfo=UTC),
    "half_day": datetime(2022, 11, 25, 18, 30, tzinfo=UTC),
    "split": datetime(2020, 8, 31, 20, 30, tzinfo=UTC),
}
"""Half an hour after the close in New York; on the holiday, when it would have been."""
KINDS: tuple[Kind, ...] = ("market_close", "my_portfolio")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
"""When the digests are made: years later, so that nothing of the present may show."""


class SampleReader:
    """The sample portfolio and watchlist, as a person has them."""

    async def portfolio(self) -> Portfolio:
        return sample_portfolio()

    async def watchlist(self) -> tuple[str, ...]:
        return WATCHLIST


def bundled_parts() -> DigestParts:
    """Parts over the bundled history."""
    return DigestParts(RunData(SnapshotMarketData(), lambda: NOW), DirectoryResolver(), now=lambda: NOW)


async def digest(kind: Kind, at: datetime, parts: DigestParts, **terms: object) -> Reply:
    """A digest for a reader in New York who has the sample portfolio."""
    plan = DigestPlan(kind, at, time_zone="America/New_York", **terms)  # type: ignore[arg-type]
    return await compose(plan, parts, SampleReader())


def as_file(reply: Reply) -> str:
    """A digest with its chart as text."""
    charts = [f"[{chart.kind} chart: {chart.title}]\n" for chart in reply.charts]
    return "\n".join([reply.answer, "", *charts])


async def _write() -> None:
    parts = bundled_parts()
    for name, at in DAYS.items():
        for kind in KINDS:
            (GOLDEN / f"{name}-{kind}.md").write_text(as_file(await digest(kind, at, parts)))


if __name__ == "__main__":
    asyncio.run(_write())
