"""Importing a broker's file on the admin pages: preview first, then all rows or none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.records import portfolios
from bot.records.tables import AuditRecord
from bot.records.users import Actor
from tests.fakes.admin_site import text_of
from tests.fakes.workspace import settle

if TYPE_CHECKING:
    import httpx

    from tests.fakes.admin_site import Browser

GOOD = b"symbol,quantity,cost,currency,date\nAAPL,10,100,USD,2020-01-02\nMSFT,5,200,USD,2021-03-04\n"


async def _upload(browser: Browser, content: bytes = GOOD, user: str = "local,mary") -> httpx.Response:
    return await browser.post("/import/preview", {"user": user}, files={"file": ("broker.csv", content, "text/csv")})


def _token(page: httpx.Response) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page.text)
    assert found
    return found[1]


async def _held(browser: Browser, user: str) -> list[str]:
    async with browser.site.database.read() as session:
        portfolio = await portfolios.portfolio_of(session, Actor(user))
    return sorted(lot.symbol for lot in portfolio.transactions)


@pytest.fixture
async def browser(browser: Browser) -> Browser:
    """Grace's browser, over a full workspace."""
    await settle(browser.site.database)
    return browser


async def test_a_file_is_previewed_and_kept_when_confirmed(browser: Browser) -> None:
    page = await _upload(browser)
    text = text_of(page)
    assert "2 rows for mary, from broker.csv" in text
    assert "AAPL Apple" in text
    assert await _held(browser, "mary") == [], "not before it is confirmed"
    await browser.post("/import/confirm", {"token": _token(page)})
    assert "Imported 2 rows for mary." in text_of(await browser.get("/import"))
    assert await _held(browser, "mary") == ["AAPL", "MSFT"]
    async with browser.site.database.read() as session:
        last = await session.scalar(sa.select(AuditRecord).order_by(AuditRecord.sequence.desc()).limit(1))
    assert last is not None
    assert (last.actor, last.action, last.subject) == ("grace", "portfolio.import", "mary")
    assert last.details == {"rows": 2, "replace": False}
    await browser.post("/import/confirm", {"token": _token(page)})
    assert "The preview is gone" in text_of(await browser.get("/import")), "a preview is kept once"
    assert "2 of these rows are in the portfolio already" in text_of(await _upload(browser))


@pytest.mark.parametrize(
    ("content", "user", "problem"),
    [
        (b"symbol,quantity\nAAPL,ten\n", "local,mary", "line 2"),
        (b"\x00\x01", "local,mary", "line 1"),
        (b"", "local,mary", "line 1"),
        (GOOD, "local,nobody", "There is no user “nobody”"),
        (GOOD, "", "Choose a user and a file."),
    ],
)
async def test_a_file_that_can_not_be_read_is_told_line_by_line(
    browser: Browser, content: bytes, user: str, problem: str
) -> None:
    answer = await _upload(browser, content, user)
    assert answer.status_code == 422
    assert problem in text_of(answer)
    assert await _held(browser, "mary") == []


async def test_a_preview_is_of_one_session_and_of_ten_minutes(browser: Browser) -> None:
    token = _token(await _upload(browser))
    browser.site.clock.turn(minutes=1)
    other = await browser.site.signed_in()
    await other.post("/import/confirm", {"token": token})
    assert "The preview is gone" in text_of(await other.get("/import"))
    token = _token(await _upload(browser))
    browser.site.clock.turn(minutes=11)
    await browser.post("/import/confirm", {"token": token})
    assert "The preview is gone" in text_of(await browser.get("/import"))
    assert await _held(browser, "mary") == []
