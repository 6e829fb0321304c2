"""The same twenty conversations on Slack and on Teams, served by one process: what the person learns is the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from bot.serving import replica
from bot.settings import load_settings
from bot.surfaces.pacing import Pace
from bot.surfaces.slack.markup import JOINER
from bot.surfaces.slack.surface import SlackSurface
from bot.surfaces.teams.surface import TeamsSurface
from tests.bot.surfaces.teams.served import LIMITS, Client, actions, at_once, settled
from tests.fakes.slack_payloads import message
from tests.fakes.slack_served import ts
from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN, SECRET, SlackServer, deliver
from tests.fakes.teams_payloads import APP, TENANT
from tests.fakes.teams_payloads import SECRET as CLIENT_SECRET
from tests.fakes.teams_server import TeamsServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.fakes.slack_server import Shown as SlackShown
    from tests.fakes.teams_server import Shown as TeamsShown

CONVERSATIONS = (
    ("price of Coca-Cola",),
    ("how did Apple do in 2022 compared with Microsoft?",),
    ("how has johnson & johnson done since 2015",),
    ("how much is 300 pounds in euros",),
    ("should I buy Tesla?",),
    ("what do I hold?",),
    ("/help",),
    ("/watch add Apple", "/watch list", "/watch remove Apple"),
    ("add Apple to my watchlist",),
    ("compare Apple, Microsoft and Coca-Cola over the last 5 years",),
    ("what does P/E mean?",),
    ("is the market open?",),
    ("technical indicators of Apple",),
    ("price of Tesla",),
    ("news on Apple",),
    ("if I save 500 a month at 5% for 20 years, what do I have?",),
    ("the weather in Paris",),
    ("price of Apple", "and Microsoft?"),
    ("/settings language de_DE", "price of Apple", "/settings language default"),
    ("???",),
)
ROOT = Path(__file__).parents[3]
_TOKEN = re.compile(r"[-+]?[$€£]?\d[\d.,]*\d%?|\d%?")


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    server = SlackServer()
    async with server.serving():
        yield server


@pytest.fixture
async def teams() -> AsyncIterator[TeamsServer]:
    server = TeamsServer()
    async with server.serving():
        yield server


def learned(text: str) -> tuple[set[str], set[str]]:
    """(the figures, the words) of what somebody is told, however it is drawn."""
    plain = re.sub(rf"[{JOINER}*_`\\]", "", text).replace("\u00a0", " ")
    plain = re.sub(r"/?fin (?=\w)", "", plain).replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")
    plain = re.sub(r"^Chart: .*$", "", plain, flags=re.MULTILINE)
    return set(_TOKEN.findall(plain)), set(re.findall(r"[a-z]{4,}", plain.lower()))


def slack_told(shown: SlackShown) -> tuple[str, set[str]]:
    """(everything in words, the buttons) of a message of Slack."""
    blocks: list[dict[str, Any]] = shown.body.get("blocks") or []
    elements = [element for block in blocks for element in block.get("elements", ()) if isinstance(element, dict)]
    return shown.text, {element["text"]["text"] for element in elements if element.get("type") == "button"}


def teams_told(shown: TeamsShown) -> tuple[str, set[str]]:
    """(everything in words, the buttons) of a message of Teams."""
    return str(shown.body["summary"]), {action["title"] for action in actions(shown)}


async def test_twenty_conversations_teach_the_same_on_both_platforms_from_one_process(
    slack: SlackServer, teams: TeamsServer, sqlite_url: str, tmp_path: Path
) -> None:
    settings = load_settings(
        {
            "TUPPENCE_HOME": str(tmp_path / "home"), "TUPPENCE_DATABASE_URL": sqlite_url,
            "TUPPENCE_MODEL_BACKEND": "embedded", "TUPPENCE_MARKET_DATA": "snapshot",
            "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_SIGNING_SECRET": SECRET,
            "SLACK_API_URL": f"{slack.address}/api/",
            "CLIENT_ID": APP, "CLIENT_SECRET": CLIENT_SECRET, "TENANT_ID": TENANT,
        },
        None,
    )  # fmt: skip
    there = SlackSurface(settings)
    here = TeamsSurface(settings, teams.cloud, 5, Pace(sleep=at_once))
    async with replica(settings, [there, here], LIMITS) as app, app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as http:
            client = Client(http, teams, settings)
            number = 0
            for conversation in CONVERSATIONS:
                thread = ts(number)
                for question in conversation:
                    number += 1
                    more = {} if question == conversation[0] else {"thread_ts": thread}
                    at = thread if not more else ts(number)
                    known = len(slack.messages)
                    body = message(question, ts=at, event_id=f"Ev{number}", channel=f"D{thread}", **more)
                    assert (await deliver(http, body)).status_code == 200
                    await settled(settings)
                    (one,) = slack.messages[known:]
                    chat = {"id": f"a:{thread}", "conversationType": "personal", "tenantId": TENANT}
                    other = await client.ask(question, conversation=chat)
                    assert_same(question, slack_told(one), teams_told(other))


def assert_same(question: str, slack: tuple[str, set[str]], teams: tuple[str, set[str]]) -> None:
    (slack_figures, slack_words), (teams_figures, teams_words) = learned(slack[0]), learned(teams[0])
    assert slack_figures == teams_figures, question
    assert slack_words == teams_words, question
    assert slack[1] == teams[1], question


def test_every_cell_of_the_table_in_the_docs_leads_to_a_test_that_is_there() -> None:
    page = ROOT / "docs" / "parity.md"
    links = re.findall(r"\]\((\.\./tests/[^)]+)\)", page.read_text(encoding="utf-8"))
    assert len(links) > 60
    assert [link for link in links if not (page.parent / link).is_file()] == []
