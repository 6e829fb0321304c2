"""The portfolio of models: who did what, which weights are approved, and each change on the log."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from bot.records import audit, models
from bot.records.scores import Score, keep_score
from bot.records.users import Actor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database
    from bot.records.models import ApprovedModel, NamedModel, Role

ADA, BEN = Actor("ada"), Actor("ben", "other")
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
DIGEST = "a" * 64
SCORE = Score("qwen3:4b", "ollama", DIGEST, "tools", 90, 100, 900.0, 1500.0, None, {}, NOW)


async def add(database: Database, roles: Sequence[Role] = ("write", "tools"), backend: str = "ollama") -> None:
    async with database.write() as session:
        await models.add_model(session, ADA, "qwen3:4b", backend, roles, now=NOW)


async def promote(database: Database, *scores: Score) -> None:
    async with database.write() as session:
        for score in scores:
            await keep_score(session, "local", score)
        reached = {score.suite: score for score in scores}
        await models.promote_model(session, ADA, "qwen3:4b", DIGEST, reached, now=LATER)


async def named(database: Database, tenant: str = "local") -> list[NamedModel]:
    async with database.read() as session:
        return await models.named_models(session, tenant)


async def approved(database: Database) -> list[ApprovedModel]:
    async with database.read() as session:
        return await models.approved_models(session, "local")


async def acts(database: Database) -> list[tuple[str, str, object]]:
    async with database.read() as session:
        log = await audit.entries(session, "local")
    assert audit.first_break(log) is None
    return [(row.action, row.subject, row.details) for row in log]


async def test_a_named_model_has_its_roles_and_no_approval(database: Database) -> None:
    await add(database)
    (model,) = await named(database)
    assert (model.name, model.backend, model.digest, model.approved) == ("qwen3:4b", "ollama", None, False)
    assert model.roles == ("tools", "write")
    assert (model.changed_by, model.changed_at) == ("ada", NOW)
    assert await approved(database) == []
    assert await named(database, BEN.tenant) == []
    assert await acts(database) == [("model.add", "qwen3:4b", {"backend": "ollama", "roles": ["write", "tools"]})]


async def test_the_model_of_a_name(database: Database) -> None:
    await add(database)
    async with database.read() as session:
        found = await models.named_model(session, "local", "qwen3:4b")
        assert found == (await named(database))[0]
        assert await models.named_model(session, "local", "granite4") is None


async def test_an_approval_is_of_weights_and_rests_on_scores(database: Database) -> None:
    await add(database)
    await promote(database, SCORE)
    (model,) = await approved(database)
    assert (model.name, model.digest, model.roles, model.scores) == (
        "qwen3:4b", DIGEST, ("tools", "write"), {"tools": SCORE},
    )  # fmt: skip
    (row,) = await named(database)
    assert (row.approved, row.changed_at) == (True, LATER)
    assert (await acts(database))[1] == (
        "model.promote",
        "qwen3:4b",
        {"backend": "ollama", "digest": DIGEST, "roles": ["write", "tools"], "tools": [90, 100]},
    )


async def test_scores_of_other_weights_are_not_those_of_the_approved(database: Database) -> None:
    await add(database)
    await promote(database, SCORE)
    async with database.write() as session:
        await keep_score(session, "local", replace(SCORE, digest="b" * 64, correct=1, measured_at=LATER))
        await keep_score(session, "other", replace(SCORE, correct=2, measured_at=LATER))
    (model,) = await approved(database)
    assert model.scores == {"tools": SCORE}


async def test_a_retired_model_answers_no_more_and_stays_named(database: Database) -> None:
    await add(database)
    await promote(database, SCORE)
    async with database.write() as session:
        await models.retire_model(session, ADA, "qwen3:4b", now=LATER)
    assert await approved(database) == []
    (model,) = await named(database)
    assert (model.approved, model.digest) == (False, DIGEST)
    assert (await acts(database))[2] == ("model.retire", "qwen3:4b", {"digest": DIGEST})


async def test_other_roles_leave_the_approval_and_another_backend_ends_it(database: Database) -> None:
    await add(database)
    await promote(database, SCORE)
    await add(database, ["explain"])
    (model,) = await named(database)
    assert (model.roles, model.approved) == (("explain",), True)
    await add(database, ["explain"], "embedded")
    (model,) = await named(database)
    assert (model.backend, model.digest, model.approved) == ("embedded", None, False)


async def test_a_change_that_fails_leaves_neither_itself_nor_a_row(database: Database) -> None:
    async def unit(session: AsyncSession) -> None:
        await models.add_model(session, ADA, "qwen3:4b", "ollama", ["tools"], now=NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.run(unit)
    assert await named(database) == []
    assert await acts(database) == []
