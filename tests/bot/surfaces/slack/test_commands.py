"""`/fin` on a running server: answered at once to the asker alone, with charts and tables, and without any model."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot.records import administration
from bot.records.users import Actor
from bot.surfaces.slack.receiving import COMMAND_TAKEN
from tests.fakes.block_check import message_problems
from tests.fakes.slack_payloads import CHANNEL, TEAM, USER, command
from tests.fakes.slack_served import Served, served_settings, serving
from tests.fakes.slack_server import deliver_form

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import httpx

    from tests.fakes.slack_server import Shown, SlackServer


@pytest.fixture
async def served(slack: SlackServer, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    """A server whose model an administrator has stopped."""
    async with serving(served_settings(slack, sqlite_url, tmp_path / "home"), slack) as served:
        async with served.database.write() as session:
            by, at = Actor("root", TEAM), datetime.now(UTC)
            await administration.pull_switch(session, by, "model", "tuppence", reason="a drill", at=at)
        yield served


async def typed(served: Served, text: str) -> tuple[httpx.Response, Shown]:
    """(what Slack is answered at once, what is posted) after `/fin text` in a channel."""
    at_once = await deliver_form(served.client, command(text, channel=CHANNEL))
    await served.settled()
    shown = served.answers()[-1]
    assert shown.channel == f"D{USER}"
    assert message_problems({**shown.body, "mrkdwn": False}) == []
    return at_once, shown


def kinds(shown: Shown) -> list[str]:
    return [block["type"] for block in shown.body["blocks"]]


async def test_a_chart_is_a_native_one_and_only_the_asker_sees_it(served: Served) -> None:
    at_once, shown = await typed(served, "chart AAPL 5y")
    assert at_once.json() == {"response_type": "ephemeral", "text": COMMAND_TAKEN}
    assert "data_visualization" in kinds(shown)
    assert "Apple rose 209.9%" in shown.text


async def test_quotes_are_a_table(served: Served) -> None:
    _, shown = await typed(served, "quote AAPL MSFT")
    assert "table" in kinds(shown)
    assert "Apple closed at $125.67" in shown.text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("compare AAPL MSFT since 2020", "Apple did better"),
        ("portfolio", "Your portfolio is empty"),
        ("qoute AAPL", "Did you mean /fin quote AAPL?"),
        ("watchlist", "Did you mean /fin watch?"),
        ("charts AAPL", "Did you mean /fin chart AAPL?"),
        ("help", "/fin chart AAPL 5y"),
        ("settings", "Base currency: not chosen"),
        ("ask", "Say what you would like to know, as in /fin ask"),
        ("ask price of Apple", "stopped"),
    ],
)
async def test_all_but_questions_work_without_a_model(served: Served, text: str, said: str) -> None:
    def plain(shown: Any) -> str:
        return str(shown.text).replace("\u2060", "")

    _, shown = await typed(served, text)
    assert said in plain(shown)


async def test_money_and_times_of_a_command_are_the_readers(served: Served) -> None:
    served.slack.users[USER] = {"locale": "de-DE", "tz": "Europe/Berlin"}
    _, alert = await typed(served, "alert KO above 70")
    assert "Coca-Cola above 70,00\u00a0$" in alert.text.replace("\u2060", "")
    _, digest = await typed(served, "digest add my_portfolio 08:00")
    assert "08:00 every day (Europe/Berlin)" in digest.text.replace("\u2060", "")
