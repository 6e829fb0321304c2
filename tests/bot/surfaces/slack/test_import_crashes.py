"""Killed -9 before a press is acknowledged, and before its import is told: the rows are kept once, and told once."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.records import portfolios
from bot.records.opening import open_records
from bot.records.users import Actor
from bot.settings import load_settings
from tests.bot.surfaces.slack.test_crashes import PATIENCE, Life
from tests.bot.surfaces.slack.test_dropping import BOTH, GOOD, dropped
from tests.fakes.slack_interactive import has_button, pressed
from tests.fakes.slack_payloads import TEAM, USER
from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN, SlackServer
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from pathlib import Path


async def until_acknowledged(slack: SlackServer, payload: dict[str, Any], kind: str) -> None:
    """As Slack does: again, by any connection, until one acknowledges it."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(ConnectionError, IndexError):
                if await slack.is_acknowledged(await slack.envelope(payload, kind), 1):
                    return
            await asyncio.sleep(0.1)


async def test_a_confirmed_import_happens_once_whenever_the_server_dies(
    slack: SlackServer, sqlite_url: str, tmp_path: Path
) -> None:
    environment = {
        "TUPPENCE_HOME": str(tmp_path / "home"),
        "TUPPENCE_DATABASE_URL": sqlite_url,
        "TUPPENCE_MODEL_BACKEND": "embedded",
        "TUPPENCE_MARKET_DATA": "snapshot",
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_API_URL": f"{slack.address}/api/",
    }
    life = Life(os.environ | environment, tmp_path / "log")
    await life.begin("decided:1")
    await until_acknowledged(slack, dropped(slack.drop("holdings.csv", GOOD)), "events_api")
    await until(lambda: any(has_button(shown, "proposal_confirm") for shown in slack.messages), PATIENCE)
    click = pressed(
        next(shown for shown in slack.messages if has_button(shown, "proposal_confirm")), "proposal_confirm"
    )
    for sentence in ("imported:1", ""):
        delivery = asyncio.create_task(until_acknowledged(slack, click, "interactive"))
        assert await life.died() == -signal.SIGKILL, sentence
        delivery.cancel()
        await asyncio.gather(delivery, return_exceptions=True)
        await life.begin(sentence)
    await until_acknowledged(slack, click, "interactive")
    try:
        await until(lambda: any("Imported 2 rows" in shown.text for shown in slack.messages), PATIENCE)
    finally:
        assert life.process
        life.process.terminate()
        assert await life.died() == 0
    async with await open_records(load_settings(environment, None)) as database, database.read() as session:
        portfolio = await portfolios.portfolio_of(session, Actor(USER, TEAM))
    assert sorted((lot.symbol, f"{lot.quantity} at {lot.price}") for lot in portfolio.transactions) == BOTH
    assert sum("Imported 2 rows" in shown.text for shown in slack.messages) == 1
    assert slack.whispers == []
