"""The page about digests: a form schedules and changes them, buttons pause, resume and send, and each act is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.records.digest_terms import terms_of
from bot.records.inbox_tables import InboxEvent
from bot.records.schedule_tables import Digest
from bot.records.tables import AuditRecord
from tests.fakes.admin_site import text_of
from tests.fakes.workspace import settle

if TYPE_CHECKING:
    from tests.fakes.admin_site import Browser

FORM = {
    "user_id": "local,ada",
    "kind": "market_close",
    "surface": "slack",
    "channel": "",
    "schedule": "8:00 mon-fri",
    "time_zone": "Europe/Berlin",
    "calendar": "london",
    "holidays": "skip",
    "quiet": "22:00-07:00",
    "sections_named": "headline, movers",
    "symbols_named": "",
}


@pytest.fixture
async def browser(browser: Browser) -> Browser:
    """Grace's browser, over a full workspace."""
    await settle(browser.site.database)
    return browser


async def digests(browser: Browser) -> dict[str, Digest]:
    async with browser.site.database.read() as session:
        return {row.id: row for row in await session.scalars(sa.select(Digest))}


async def acts(browser: Browser) -> list[tuple[str, str]]:
    async with browser.site.database.read() as session:
        found = await session.scalars(
            sa.select(AuditRecord).where(AuditRecord.action.startswith("digest")).order_by(AuditRecord.sequence)
        )
        return [(row.actor, row.action) for row in found]


async def test_a_form_schedules_a_digest_and_changes_it(browser: Browser) -> None:
    answer = await browser.post("/digests/create", FORM)
    assert answer.status_code == 303, text_of(answer)
    (added,) = (row for name, row in (await digests(browser)).items() if name != "d")
    terms = terms_of(added)
    assert (terms.schedule, terms.calendar, terms.quiet_hours) == (
        "0 8 * * mon-fri",
        "XLON",
        {"from": "22:00", "to": "07:00"},
    )
    assert terms.sections == ("headline", "movers")
    page = await browser.get(f"/digests/edit?pk=local,{added.id}")
    assert 'value="22:00-07:00"' in page.text
    change = {**FORM, "schedule": "close+30m", "quiet": "none", "kind": "team_channel", "symbols_named": "aapl, msft"}
    answer = await browser.post(f"/digests/edit?pk=local,{added.id}", change)
    assert answer.status_code == 303, text_of(answer)
    terms = terms_of((await digests(browser))[added.id])
    assert (terms.kind, terms.schedule, terms.quiet_hours, terms.symbols) == (
        "team_channel",
        "close+30m",
        {},
        ("AAPL", "MSFT"),
    )
    page = await browser.get(f"/digests/edit?pk=local,{added.id}")
    assert "AAPL" not in page.text.replace("e.g. AAPL", "")
    assert await acts(browser) == [("grace", "digest.add"), ("grace", "digest.change")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schedule": "0 8 * * 1-5"}, "write their names, as in mon-fri"),
        ({"time_zone": "Europe/Atlantis"}, "is no time zone"),
        ({"calendar": "the moon"}, "is no exchange"),
        ({"quiet": "always"}, "are no quiet hours"),
        ({"sections_named": "weather"}, "is no section"),
        ({"kind": "my_portfolio", "channel": "C1"}, "for its owner alone"),
        ({"channel": "C9"}, "ask your administrator to allow it"),
        ({"user_id": ""}, "nobody who is active"),
    ],
)
async def test_a_form_that_can_not_be_is_shown_again_with_the_fix(
    browser: Browser, change: dict[str, str], said: str
) -> None:
    answer = await browser.post("/digests/create", {**FORM, **change})
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert set(await digests(browser)) == {"d"}


async def test_buttons_pause_resume_send_and_delete(browser: Browser) -> None:
    async def press(action: str) -> None:
        answer = await browser.post(f"/_api/digests/row-action?pk=local,d&name={action}")
        assert answer.status_code in (200, 303), text_of(answer)

    await press("pause")
    assert (await digests(browser))["d"].paused
    await press("resume")
    assert not (await digests(browser))["d"].paused
    await press("run")
    async with browser.site.database.read() as session:
        kinds = list(await session.scalars(sa.select(InboxEvent.kind)))
    assert "digest" in kinds
    await press("delete")
    assert await digests(browser) == {}
    assert [act for _, act in await acts(browser)] == [
        "digest.pause",
        "digest.resume",
        "digest.run",
        "digest.delete",
    ]
