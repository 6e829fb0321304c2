"""The pages of our own making: dashboard, tools, policy, models, health."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.admin.figures import overview, percentile
from bot.records import administration
from bot.records.admin_tables import ToolSwitch
from bot.records.policies import terms_of
from bot.records.tables import AuditRecord
from bot.records.users import Actor
from tests.fakes.admin_site import START, AdminSite, add_admin, text_of
from tests.fakes.workspace import settle

if TYPE_CHECKING:
    from pathlib import Path

    from bot.records.database import Database
    from tests.fakes.admin_site import Browser


async def test_the_figures_are_those_on_record(database: Database) -> None:
    await settle(database)
    async with database.read() as session:
        found = await overview(session, "local", START + timedelta(minutes=10))
        nobody = await overview(session, "other", START)
    assert (found.today, found.failed_today, found.people, found.running) == (4, 1, 1, 0)
    assert (found.p50_seconds, found.p95_seconds) == (2.5, pytest.approx(3.85))
    assert [(hour.done, hour.failed) for hour in found.hours[-5:]] == [(0, 0), (0, 1), (1, 0), (1, 0), (1, 0)]
    assert found.hours[-1].begins == START.replace(minute=0)
    assert found.oldest_waiting == timedelta(minutes=10)
    assert (found.waiting, found.dead, found.stopped) == (1, 1, 1)
    assert found.model == "tuppence"
    assert found.sources == (("bundled history", "2022-12-22"),), "of calls that went well"
    [tool] = found.tools
    assert (tool.name, tool.calls, tool.failed, tool.median_ms) == ("get_quote", 4, 1, 25.0)
    assert (found.liked, found.disliked) == (0, 1)
    assert (nobody.today, nobody.model, nobody.p50_seconds, nobody.oldest_waiting) == (0, "none yet", None, None)


async def test_today_is_the_tenants_day(database: Database) -> None:
    await settle(database)
    async with database.write() as session:
        await administration.set_policy(session, Actor("root"), {"time_zone": "Asia/Tokyo"}, at=START)
    async with database.read() as session:  # in Tokyo the day began at 15:00 UTC, after all turns
        assert (await overview(session, "local", START + timedelta(hours=1))).today == 0


def test_percentiles_lie_between_neighbours() -> None:
    assert percentile([], 95) is None
    assert percentile([3.0], 95) == 3.0
    assert percentile([1.0, 2.0, 3.0, 4.0], 50) == 2.5


async def test_the_dashboard_shows_them_and_what_is_wrong(browser: Browser) -> None:
    empty = text_of(await browser.get("/"))
    assert "Nobody asked in the last 24 hours" in empty
    assert "Nothing was looked up yet." in empty
    await settle(browser.site.database)
    page = await browser.get("/")
    text = text_of(page)
    assert "Questions today 4" in text
    assert "Failed today 1 of 4" in text
    assert "1 kill switch is pulled" in text
    assert "bundled history 22 Dec 2022" in text
    assert len(re.findall(r'class="done"', page.text)) == 24
    assert "Slack:" not in text


async def test_the_dashboard_says_what_keeps_a_platform_from_working_in_the_own_tenant_only(
    database: Database, tmp_path: Path
) -> None:
    site = AdminSite(database, tmp_path)
    site.troubles["local"] = [("Slack", "The token of <b>Acme</b> is refused.")]
    for name, tenant in (("grace", "local"), ("otto", "other")):
        await add_admin(database, name, tenant=tenant)
    page = await (await site.signed_in("grace")).get("/")
    assert "<strong>Slack:</strong> The token of &lt;b&gt;Acme&lt;/b&gt; is refused." in page.text
    assert "Slack:" not in text_of(await (await site.signed_in("otto")).get("/"))


async def test_a_tool_is_switched_off_and_on(browser: Browser) -> None:
    for enabled, told in (("no", "get_news is not offered any more."), ("yes", "get_news is offered again.")):
        answer = await browser.post("/tools/switch", {"tool": "get_news", "enabled": enabled})
        assert answer.headers["location"].endswith("/admin/tools")
        assert told in text_of(await browser.get("/tools"))
        async with browser.site.database.read() as session:
            assert (await session.get_one(ToolSwitch, ("local", "get_news"))).enabled == (enabled == "yes")
            last = await session.scalar(sa.select(AuditRecord).order_by(AuditRecord.sequence.desc()).limit(1))
        assert last is not None
        assert (last.actor, last.action, last.subject) == ("grace", "tool.switch", "get_news")
    await browser.post("/tools/switch", {"tool": "get_rich", "enabled": "no"})
    assert "“get_rich” is no tool" in text_of(await browser.get("/tools"))


POLICY = {
    "advice_mode": "information",
    "base_currency": "GBP",
    "language": "en_GB",
    "time_zone": "Europe/London",
    "quiet_hours": '{"from": "22:00", "to": "07:00"}',
    "retention_days": '{"turns": 2555}',
    "disclosures": "",
}


async def test_the_policy_is_shown_and_set(browser: Browser) -> None:
    assert (await browser.post("/policy/save", POLICY)).status_code == 303
    assert "The policy is saved." in text_of(await browser.get("/policy"))
    async with browser.site.database.read() as session:
        terms = await terms_of(session, "local")
    assert (terms.base_currency, terms.time_zone) == ("GBP", "Europe/London")
    assert (terms.quiet_hours, terms.retention_days) == ({"from": "22:00", "to": "07:00"}, {"turns": 2555})
    await browser.post("/policy/save", POLICY)
    assert "Nothing was different." in text_of(await browser.get("/policy"))


@pytest.mark.parametrize(
    ("part", "value", "problem"),
    [
        ("time_zone", "Mars/Olympus", "is no time zone"),
        ("base_currency", "GBPX", "is no currency"),
        ("retention_days", "{turns: 1}", "Retention days are no JSON"),
        ("retention_days", '{"turns": -1}', "Retention is whole days"),
        ("quiet_hours", '{"from": "25:00", "to": "07:00"}', "Quiet hours are two times"),
        ("advice_mode", "anything", "is no advice mode"),
    ],
)
async def test_a_wrong_policy_says_what_is_wrong_and_keeps_what_was_typed(
    browser: Browser, part: str, value: str, problem: str
) -> None:
    answer = await browser.post("/policy/save", {**POLICY, part: value})
    assert answer.status_code == 422
    assert problem in text_of(answer).replace("&#39;", "'")
    assert "Europe/London" in answer.text or part == "time_zone"
    async with browser.site.database.read() as session:
        assert not (await terms_of(session, "local")).is_set


async def test_models_are_shown_with_their_scores(browser: Browser) -> None:
    assert "Only the built-in model answers." in text_of(await browser.get("/models"))
    await settle(browser.site.database)
    text = text_of(await browser.get("/models"))
    assert "qwen ollama not approved tools" in text
    assert "9 of 10" in text


async def test_health_says_what_the_doctor_says(browser: Browser) -> None:
    page = text_of(await browser.get("/health"))
    assert "built-in model tuppence" in page
    assert "listings in the directory" in page
    assert "portfolio" not in page.lower().replace("portfolios", "").partition("settings read")[2]
