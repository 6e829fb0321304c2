"""`tuppence model add`, `promote` and `retire`: what the admin of this installation decides about models."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from bot.errors import PortfolioRefused
from bot.llm.choosing import BACKENDS, backend_of
from bot.llm.gates import shortcomings
from bot.records import models
from bot.records.opening import open_records
from bot.records.scores import scores_of
from bot.records.users import Actor

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from bot.messages import ModelInfo
    from bot.records.database import Database
    from bot.records.models import NamedModel, Role
    from bot.settings import Settings


async def add_model(settings: Settings, name: str, roles: Sequence[Role]) -> None:
    """Name a model for the portfolio, with the roles it may have; it does not answer before it is promoted."""
    backend = backend_of(settings, name)
    async with _opened(settings) as (database, admin), database.write() as session:
        await models.add_model(session, admin, name, backend, roles, now=datetime.now(UTC))
        named = await models.named_model(session, admin.tenant, name)
    typer.echo(f"{name} ({backend}) is in the portfolio for {' and '.join(roles)}.")
    if not (named and named.approved):
        typer.echo(
            f"Measure it with: tuppence eval --model {name}  Then let it answer with: tuppence model promote {name}"
        )


async def promote_model(settings: Settings, name: str) -> None:
    """Let a model answer. Raises `PortfolioRefused` unless its present weights reached every gate here."""
    async with _opened(settings) as (database, admin):
        named = await _named(database, admin, name)
        info = await _present_weights(settings, named)
        async with database.write() as session:
            scores = await scores_of(session, admin.tenant, named.backend, info.digest)
            if problems := shortcomings(name, scores):
                raise PortfolioRefused(name, problems)
            await models.promote_model(session, admin, name, info.digest, scores, now=datetime.now(UTC))
    typer.echo(f"{name} ({named.backend}, {info.digest[:12]}) is approved for {' and '.join(named.roles)}.")
    if settings.names_a_model:
        typer.echo("It has no effect while TUPPENCE_MODEL or TUPPENCE_MODEL_BACKEND is set.")


async def retire_model(settings: Settings, name: str) -> None:
    """Let a model answer no more. Raises `PortfolioRefused` when it did not."""
    async with _opened(settings) as (database, admin):
        if not (await _named(database, admin, name)).approved:
            raise PortfolioRefused(name, ["It is not approved, so there is nothing to retire; see: tuppence models"])
        async with database.write() as session:
            await models.retire_model(session, admin, name, now=datetime.now(UTC))
    typer.echo(f"{name} answers no more.")


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Database, Actor]]:
    """The database, and who acts: whoever may start Tuppence on this data is its admin."""
    async with await open_records(settings) as database:
        yield database, Actor(settings.user)


async def _named(database: Database, admin: Actor, name: str) -> NamedModel:
    async with database.read() as session:
        named = await models.named_model(session, admin.tenant, name)
    if named is None:
        raise PortfolioRefused(name, [f"It is not in the portfolio; run: tuppence model add {name}"])
    return named


async def _present_weights(settings: Settings, named: NamedModel) -> ModelInfo:
    """What the model's backend has for it now. Raises `ModelError`."""
    model = BACKENDS[named.backend](settings.model_copy(update={"model": named.name}))
    try:
        return await model.info()
    finally:
        await model.close()
