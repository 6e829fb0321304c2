"""`tuppence doctor`: every part looked at, one line each, with the fix for what is wrong."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from rich.console import Console
from rich.text import Text

from bot.errors import TuppenceError
from tools.errors import ToolError
from tools.formatting import show_day

if TYPE_CHECKING:
    from bot.llm.ollama import OllamaModel
    from bot.records.database import Database
    from bot.records.users import Actor
    from bot.settings import Settings

State = Literal["ok", "note", "bad"]
MARKS: dict[State, tuple[str, str]] = {"ok": ("✓", "green"), "note": ("•", "yellow"), "bad": ("✗", "red")}
WORD_SECONDS = 20.0
"""How long a model may take for a word here."""
CHECKED_ACTS = 10_000
"""Acts of each audit log that are checked here; `tuppence admin audit verify` checks all."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report; only "bad" makes the exit code 1."""

    state: State
    part: str
    text: str


async def run_doctor() -> int:
    """Print the report; 0 when all is well enough to answer, else 1."""
    from bot.settings import load_settings

    console = Console(highlight=False)
    try:
        settings = load_settings()
    except TuppenceError as error:
        _show(console, Finding("bad", "settings", str(error)))
        return error.exit_code
    findings = await look_at(settings)
    for finding in findings:
        _show(console, finding)
    return int(any(finding.state == "bad" for finding in findings))


async def look_at(settings: Settings) -> list[Finding]:
    """Every part looked at, one after the other."""
    findings = [Finding("ok", "settings", f"read; data folder {settings.home}")]
    checks = (
        _database(settings),
        _embedded(settings),
        _ollama(settings),
        _market_data(settings),
        _symbols(),
        _slack(settings),
        _teams(settings),
    )
    for check in checks:
        try:
            findings += await check
        except (TuppenceError, ToolError) as error:
            findings.append(Finding("bad", "check", str(error)))
    return findings


def _show(console: Console, finding: Finding) -> None:
    mark, colour = MARKS[finding.state]
    console.print(Text(f"{mark} {finding.part:<12}", style=colour), Text(finding.text), sep=" ", soft_wrap=True)


async def _database(settings: Settings) -> list[Finding]:
    from bot.records import users
    from bot.records.access import ClientAccess
    from bot.records.opening import open_records
    from bot.records.users import Actor

    try:
        database = await open_records(settings)
    except TuppenceError as error:
        return [Finding("bad", "database", str(error))]
    try:
        await database.check_integrity()
        found = [Finding("ok", "database", f"whole and up to date at {database.where}")]
        actor = Actor(settings.user)
        async with database.read() as session:
            is_known = await users.is_known(session, actor)
        portfolio = await ClientAccess(database, actor).portfolio() if is_known else None
        if portfolio is None or not portfolio.transactions:
            found.append(Finding("note", "portfolio", f"none for {actor.user}; import one: tuppence import FILE.csv"))
        elif portfolio.is_sample:
            text = f"{actor.user} has the sample; replace it with your own: tuppence import FILE.csv"
            found.append(Finding("note", "portfolio", text))
        else:
            text = f"{len(portfolio.transactions)} transactions for {actor.user}"
            found.append(Finding("ok", "portfolio", text))
        found += await _models(settings, database, actor)
        found += await _audit_log(database, actor)
    finally:
        await database.close()
    return found


async def _models(settings: Settings, database: Database, actor: Actor) -> list[Finding]:
    """Which approved model answers; nothing where none is approved, or the settings name one."""
    from bot.llm.choosing import make_embedded
    from bot.llm.portfolio import open_portfolio
    from bot.records.models import approved_models

    async with database.read() as session:
        approved = [] if settings.names_a_model else await approved_models(session, actor.tenant)
    if not approved:
        return []
    portfolio = open_portfolio(settings, approved, make_embedded(settings))
    text = await portfolio.notice()
    for candidate in portfolio.order:
        await candidate.model.close()
    return [Finding("note" if "passed over" in text else "ok", "models", text)]


async def _audit_log(database: Database, actor: Actor) -> list[Finding]:
    from bot.records import audit

    found = []
    async with database.read() as session:
        for tenant in sorted({*await audit.tenants(session), actor.tenant}):
            verdict = await audit.verify_newest(session, tenant, CHECKED_ACTS)
            of = "" if tenant == actor.tenant else f" of {tenant}"
            if verdict.broken is not None:
                altered = f"row {verdict.broken}{of} does not follow from the one before: it was altered"
                found.append(Finding("bad", "audit log", f"{altered}; compare it with a backup"))
            elif verdict.rows:
                checked = "" if verdict.rows <= CHECKED_ACTS else f"the newest {CHECKED_ACTS:,} of "
                found.append(Finding("ok", "audit log", f"{checked}{verdict.rows:,} acts{of}, none altered"))
    return found


async def _embedded(settings: Settings) -> list[Finding]:
    from bot.llm.choosing import make_embedded
    from bot.llm.reader import Reader

    if settings.model_backend == "ollama":
        return []
    model, reader = make_embedded(settings), Reader()
    try:
        info, reads = await model.info(), await reader.info()
    except TuppenceError as error:
        return [Finding("bad", "built-in", str(error))]
    finally:
        await reader.close()
        await model.close()
    return [Finding("ok", "built-in", f"model {info.name}, weights {info.digest[:12]}; reader, weights {reads[:12]}")]


async def _ollama(settings: Settings) -> list[Finding]:
    from bot.llm.choosing import make_ollama

    if settings.model_backend == "embedded":
        return []
    model = make_ollama(settings)
    problem = await model.probe(2.0) or await _word_of(model)
    await model.close()
    if problem is None:
        return [Finding("ok", "ollama", f"answers at {settings.ollama_host} and has {settings.model}")]
    state: State = "bad" if settings.model_backend == "ollama" else "note"
    tail = "" if state == "bad" else " The built-in model answers instead."
    return [Finding(state, "ollama", f"{problem}{tail}")]


async def _word_of(model: OllamaModel) -> str | None:
    """Why the model says nothing, None if it says a word: a server may answer for a model that is stuck."""
    from bot.errors import ModelTimeout
    from bot.llm.base import Deadlines
    from bot.messages import Message

    deadlines = Deadlines(first_token=WORD_SECONDS, total=2 * WORD_SECONDS)
    try:
        async with aclosing(model.chat([Message("user", "Hello")], max_tokens=8, deadlines=deadlines)) as pieces:
            async for _ in pieces:
                break
    except ModelTimeout as error:
        if error.seconds != WORD_SECONDS:  # it thinks, and that is no silence
            return None
        return (
            f"{model.name} said nothing within {WORD_SECONDS:g} seconds. It may be loading: look again in a minute, "
            "and start Ollama anew if it stays silent."
        )
    except TuppenceError as error:
        return str(error)
    return None


async def _market_data(settings: Settings) -> list[Finding]:
    from tools.market_data import choose_market_data
    from tools.market_data.reachability import MEMORY_FILE, yahoo_answers

    if settings.market_data == "yahoo" and not await asyncio.to_thread(yahoo_answers):
        text = "Yahoo Finance can't be reached; check the network, or set TUPPENCE_MARKET_DATA=auto."
        return [Finding("bad", "market data", text)]
    with suppress(OSError):
        (settings.home / MEMORY_FILE).unlink()  # whoever runs this wants to know how it is now

    market, note = await choose_market_data(settings.market_data, home=settings.home)
    today = await market.today()
    text = f"{market.name}, up to {show_day(today)}"
    return [Finding("note" if note else "ok", "market data", f"{text}. {note}" if note else text)]


async def _symbols() -> list[Finding]:
    from tools.symbols.directory import bundled_directory

    directory = await asyncio.to_thread(bundled_directory)
    return [Finding("ok", "symbols", f"{len(directory.entries):,} listings in the directory")]


async def _slack(settings: Settings) -> list[Finding]:
    if not settings.has_slack:
        return []
    from bot.surfaces.slack.checking import check_slack

    return [Finding(state, "slack", text) for state, text in await check_slack(settings)]


async def _teams(settings: Settings) -> list[Finding]:
    if not settings.has_teams:
        return []
    from bot.surfaces.teams.checking import check_teams

    today = datetime.now(UTC).date()
    return [Finding(state, "teams", text) for state, text in await check_teams(settings, today)]
