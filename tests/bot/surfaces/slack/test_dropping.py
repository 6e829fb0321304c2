"""A CSV dropped into the direct messages: previewed, confirmed, kept whole or not at all; other files stay unread."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from aiohttp import web

from bot.jobs.files import NOT_HERE, ONE_ONLY
from bot.jobs.imports import GONE
from bot.records import administration, portfolios
from bot.records.platform_tables import OfferRecord
from bot.records.tables import AuditRecord
from bot.records.users import Actor
from bot.surfaces.slack.files import NOT_OURS
from tests.fakes.slack_interactive import Stored, deliver_press, has_button, pressed
from tests.fakes.slack_payloads import BOT, CHANNEL, DM, TEAM, USER, callback, sharing
from tests.fakes.slack_served import Served, served_settings, serving, ts
from tests.fakes.slack_server import BOT_TOKEN
from tests.fakes.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.fakes.slack_server import Shown, SlackServer

GOOD = b"symbol,quantity,cost,currency,date\nAAPL,10,100,USD,2020-01-02\nMSFT,5,200.50,USD,2021-03-04\n"


@pytest.fixture
async def served(slack: SlackServer, sqlite_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(served_settings(slack, sqlite_url, tmp_path / "home"), slack) as served:
        yield served


@pytest.fixture
async def both(slack: SlackServer, database_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    """On each kind of database in turn."""
    async with serving(served_settings(slack, database_url, tmp_path / "home"), slack) as served:
        yield served


def dropped(*files: Any, text: str = "", channel: str = DM, kind: str = "im", number: int = 1) -> Any:
    """The event of a post with files."""
    return sharing(list(files), text, ts=ts(number), channel=channel, channel_type=kind)


async def held(served: Served, user: str = USER) -> list[tuple[str, str]]:
    async with served.database.read() as session:
        portfolio = await portfolios.portfolio_of(session, Actor(user, TEAM))
    return sorted((lot.symbol, f"{lot.quantity} at {lot.price}") for lot in portfolio.transactions)


async def previewed(served: Served, content: bytes = GOOD, number: int = 1) -> Shown:
    await served.say(dropped(served.slack.drop("holdings.csv", content), number=number))
    return served.answers()[-1]


BOTH = [("AAPL", "10 at 100"), ("MSFT", "5 at 200.5")]


async def test_preview_confirm_result(both: Served, slack: SlackServer) -> None:
    shown = await previewed(both)
    assert "2 rows of “holdings.csv” for you" in shown.text
    assert "Apple" in str(shown.body["blocks"])
    assert "200.50 USD" in str(shown.body["blocks"])
    assert await held(both) == [], "not before it is confirmed"
    assert slack.downloads == [(f"/files-pri/{TEAM}-holdings.csv/download/holdings.csv", BOT_TOKEN)]
    await both.press(pressed(shown, "proposal_confirm"))
    assert await held(both) == BOTH
    assert "Imported 2 rows" in both.answers()[-1].text
    await until(lambda: not has_button(shown, "proposal_"))
    async with both.database.read() as session:
        acts = (await session.execute(sa.select(AuditRecord.action, AuditRecord.actor, AuditRecord.subject))).all()
        kept = (await session.scalars(sa.select(OfferRecord.command))).all()
    assert ("portfolio.import", USER, USER) in [tuple(act) for act in acts]
    assert kept == [""], "the rows are where they belong, and nowhere else"


async def test_many_presses_at_once_import_once(both: Served) -> None:
    shown = await previewed(both)
    presses = [pressed(shown, "proposal_confirm") for _ in range(4)]
    await asyncio.gather(*(deliver_press(both.client, each) for each in presses))
    await both.settled()
    assert await held(both) == BOTH


async def test_the_same_file_again_can_be_added_or_put_in_the_place_of_the_first(served: Served) -> None:
    await served.press(pressed(await previewed(served), "proposal_confirm"))
    second = await previewed(served, number=2)
    assert "2 of these rows are among the holdings already" in second.text
    await served.press(pressed(second, "proposal_confirm_replace"))
    assert await held(served) == BOTH
    await served.press(pressed(await previewed(served, number=3), "proposal_confirm"))
    assert await held(served) == sorted([*BOTH, *BOTH])


async def test_declined_nothing_is_kept(served: Served) -> None:
    await served.press(pressed(await previewed(served), "proposal_decline"))
    assert await held(served) == []
    async with served.database.read() as session:
        assert (await session.scalars(sa.select(OfferRecord.command))).all() == [""]


async def test_a_file_with_problems_is_told_with_its_lines_and_has_no_button(served: Served) -> None:
    shown = await previewed(served, b"symbol,quantity\nAAPL,10\nNOSUCH,5\nMSFT,NaN\n")
    assert "Nothing was imported" in shown.text
    assert "line 3" in shown.text
    assert "line 4" in shown.text
    assert not has_button(shown, "proposal_")


async def test_what_was_forgotten_in_between_is_not_imported(served: Served) -> None:
    shown = await previewed(served)
    async with served.database.write() as session:
        await session.execute(sa.update(OfferRecord).values(command=""))
    await served.press(pressed(shown, "proposal_confirm"))
    assert GONE in served.answers()[-1].text
    assert await held(served) == []


async def test_other_files_are_not_even_fetched(served: Served, slack: SlackServer) -> None:
    pictures = {"filetype": "png", "mimetype": "image/png"}
    archive = {"filetype": "zip", "mimetype": "application/zip"}
    huge = {"size": 2_000_001}
    drops = [
        ([slack.drop("bomb.png", b"\x89PNG", **pictures)], "CSV text only"),
        ([slack.drop("bomb.zip", b"PK", **archive)], "CSV text only"),
        ([slack.drop("a.csv", GOOD), slack.drop("b.png", b"x", **pictures)], "CSV text only"),
        ([slack.drop("a.csv", GOOD), slack.drop("b.csv", GOOD)], ONE_ONLY),
        ([slack.drop("a.csv", GOOD, **huge)], "up to 2,000,000 bytes"),
        ([slack.drop("a.csv", GOOD, url_private_download="https://evil.example/a.csv")], NOT_OURS),
    ]
    for number, (files, told) in enumerate(drops):
        await served.say(dropped(*files, channel=f"D{number}"))
        assert told in served.answers()[-1].text, files
        assert not has_button(served.answers()[-1], "proposal_")
    assert slack.downloads == []


async def test_a_slack_that_stumbles_is_asked_again(served: Served, slack: SlackServer) -> None:
    file = slack.drop("a.csv", GOOD)
    slack.files["a.csv"] = Stored(b"", web.Response(status=503))
    asking = asyncio.create_task(served.say(dropped(file)))
    await until(lambda: slack.downloads)
    slack.files["a.csv"] = Stored(GOOD)
    await asking
    assert "2 rows of “a.csv”" in served.answers()[-1].text


async def test_in_a_channel_one_line_says_where_and_nothing_is_read(served: Served, slack: SlackServer) -> None:
    await served.allow(CHANNEL)
    file = slack.drop("a.csv", GOOD)
    await served.say(dropped(file, text=f"<@{BOT}>", channel=CHANNEL, kind="channel"))
    (shown,) = served.answers()
    assert NOT_HERE in shown.text
    assert slack.downloads == []


async def test_a_guest_may_import_nothing(served: Served, slack: SlackServer) -> None:
    slack.users[USER] = {"is_restricted": True}
    shown = await previewed(served)
    assert "guests" in shown.text
    assert slack.downloads == []


async def test_a_question_with_a_picture_is_answered_and_told_what_was_left_out(
    served: Served, slack: SlackServer
) -> None:
    picture = slack.drop("x.png", b"x", filetype="png", mimetype="image/png")
    await served.say(dropped(picture, text="price of Apple"))
    (shown,) = served.answers()
    assert "left what you attached unread" in shown.text
    assert "$125.67" in shown.text


async def test_hostile_names_and_malformed_files_break_nothing(served: Served, slack: SlackServer) -> None:
    odd: list[Any] = [
        {"name": "<!channel> [x](https://evil.example).csv", "size": -5},
        {"name": None, "filetype": 5, "mimetype": [], "size": "big", "url_private": {}},
        {"name": "x" * 5_000 + ".csv", "size": True, "id": 7},
    ]
    for number, file in enumerate(odd):
        await served.say(dropped(file, channel=f"D{number}"), is_published=False)
    await served.say(dropped("no file", 5, None, channel="D8"), is_published=False)
    await served.say(callback({**dropped(channel="D9")["event"], "files": "none"}), is_published=False)
    assert set((await served.states()).values()) <= {"done"}
    assert "<!channel>" not in str([shown.body for shown in slack.messages])
    assert "https://evil" not in str([shown.body for shown in slack.messages])


async def test_a_quota_of_questions_keeps_no_file_from_being_read(served: Served) -> None:
    async with served.database.write() as session:
        await administration.set_quota(session, Actor("root", TEAM), "", per_hour=5, per_day=None, at=datetime.now(UTC))
    assert "2 rows of “holdings.csv” for you" in (await previewed(served)).text
