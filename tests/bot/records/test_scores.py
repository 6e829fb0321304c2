"""Scores are kept exactly, and the newest of the present weights are read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.records.scores import Score, keep_score, latest_scores, scores_of

if TYPE_CHECKING:
    from bot.records.database import Database

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SCORE = Score("tuppence", "embedded", "a" * 64, "tools", 330, 402, 20.5, 44.25, 118.0, {"right tools": [360, 402]}, NOW)


async def kept(database: Database, *scores: Score, tenant: str = "local") -> None:
    async with database.write() as session:
        for score in scores:
            await keep_score(session, tenant, score)


async def latest(database: Database, tenant: str = "local") -> list[Score]:
    async with database.read() as session:
        return await latest_scores(session, tenant)


async def test_a_score_comes_back_as_it_was(database: Database) -> None:
    other = replace(SCORE, model="qwen3:4b", backend="ollama", memory_mb=None, parts={})
    await kept(database, SCORE, other)
    assert await latest(database) == [other, SCORE]


async def test_the_newest_run_of_each_suite_counts(database: Database) -> None:
    later = replace(SCORE, correct=350, measured_at=NOW + timedelta(days=1))
    abstain = replace(SCORE, suite="abstain")
    await kept(database, later, SCORE, abstain)
    assert await latest(database) == [abstain, later]


async def test_scores_of_older_weights_are_not_shown(database: Database) -> None:
    newer = replace(SCORE, digest="b" * 64, suite="abstain", measured_at=NOW + timedelta(days=1))
    await kept(database, SCORE, newer)
    assert await latest(database) == [newer]


async def test_another_tenant_sees_nothing(database: Database) -> None:
    await kept(database, SCORE)
    assert await latest(database, "other") == []


async def test_the_scores_of_weights_are_the_newest_of_each_suite_under_any_name(database: Database) -> None:
    later = replace(SCORE, model="tuppence:latest", correct=350, measured_at=NOW + timedelta(days=1))
    abstain = replace(SCORE, suite="abstain")
    await kept(database, later, SCORE, abstain, replace(SCORE, digest="b" * 64, suite="bias"))
    await kept(database, replace(SCORE, suite="bias"), tenant="other")
    await kept(database, replace(SCORE, backend="ollama", suite="bias"))
    async with database.read() as session:
        assert await scores_of(session, "local", "embedded", "a" * 64) == {"tools": later, "abstain": abstain}
