"""Wiring: settings → every part, once; the only file where everything real is put together."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.llm.choosing import choose_model, make_embedded
from bot.llm.ollama import NATIVE_NAME, OllamaModel
from bot.llm.portfolio import NOBODY, Portfolio, open_portfolio
from bot.llm.reader import Reader
from bot.records import models, turns
from bot.records.opening import open_records
from bot.records.sample import admit
from bot.records.users import Actor
from bot.turn.assistant import Assistant, Parts
from bot.turn.questions import clean_question
from tools.catalogue import TOOLS
from tools.market_data import choose_market_data
from tools.symbols.resolver import DirectoryResolver
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.llm.base import ChatModel
    from bot.records.database import Database
    from bot.records.turns import AbandonedTurn
    from bot.settings import Settings
    from tools.context import SymbolResolver


MAX_SHOWN = 60


@dataclass(frozen=True, slots=True)
class App:
    """A running Tuppence. `notices` are what the person should know at the start (a fallback, an abandoned turn)."""

    settings: Settings
    assistant: Assistant
    actor: Actor
    notices: tuple[str, ...]


def make_resolver() -> SymbolResolver:
    """The symbol directory of the package; read on first use."""
    return DirectoryResolver()


@asynccontextmanager
async def start(settings: Settings, user: str = "") -> AsyncIterator[App]:
    """Everything ready to answer `user` (the configured one if empty); stopped again at the end.

    Someone new gets the labelled sample portfolio. Raises `TuppenceError` with the fix.
    """
    actor = Actor(user or settings.user)
    async with assemble(settings, actor) as (parts, notes):
        async with parts.database.write() as session:
            await admit(session, actor)
            abandoned = await turns.fail_abandoned_turns(session, parts.now())
        # A question is its asker's alone.
        notices = (*notes, *(_cut_off(turn) for turn in abandoned if turn.actor == actor))
        yield App(settings, Assistant(parts), actor, notices)


@asynccontextmanager
async def assemble(settings: Settings, actor: Actor) -> AsyncIterator[tuple[Parts, tuple[str, ...]]]:
    """The parts of an assistant, and what to say of their choice; closed again at the end.

    The models are those approved in the actor's tenant. Raises `TuppenceError` with the fix.
    """
    async with AsyncExitStack() as stack:
        database = await open_records(settings)
        stack.push_async_callback(database.close)
        (model, portfolio, model_note), (market, market_note) = await asyncio.gather(
            _choose_models(settings, database, actor), choose_market_data(settings.market_data, home=settings.home)
        )
        for each in {model, *portfolio.models}:
            stack.push_async_callback(each.close)
        reader = Reader()
        stack.push_async_callback(reader.close)
        parts = Parts(
            database=database,
            model=model,
            portfolio=portfolio,
            reader=reader,
            toolbox=Toolbox(TOOLS),
            market=market,
            symbols=make_resolver(),
            base_currency=settings.base_currency,
            notes=(market_note,) if market_note else (),
        )
        yield parts, (model_note,) if model_note else ()


async def _choose_models(settings: Settings, database: Database, actor: Actor) -> tuple[ChatModel, Portfolio, str]:
    """The model behind all others, the approved ones, and what to say of them.

    A model that the settings name is the only one; without it and without an approved one, `auto` decides alone. Where
    that finds our own model in Ollama, the same one stands behind it in this process.
    """
    approved = []
    if not settings.names_a_model:
        async with database.read() as session:
            approved = await models.approved_models(session, actor.tenant)
    if not approved:
        chosen = await choose_model(settings)
        is_ours = settings.model_backend == "auto" and settings.model == NATIVE_NAME
        if is_ours and isinstance(chosen.model, OllamaModel):
            return make_embedded(settings), Portfolio(first=chosen.model), ""
        return chosen.model, NOBODY, chosen.note if settings.model != NATIVE_NAME else ""
    built_in = make_embedded(settings)
    portfolio = open_portfolio(settings, approved, built_in)
    return built_in, portfolio, await portfolio.notice()


def _cut_off(turn: AbandonedTurn) -> str:
    question = clean_question(turn.question)[0]
    shown = question if len(question) <= MAX_SHOWN else f"{question[: MAX_SHOWN - 1]}…"
    return f"Your question “{shown}” was cut off when the program stopped; please ask it again."
