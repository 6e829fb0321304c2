"""Opening hours by the real calendars, at moments chosen by the test."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from tests.fakes.market_data import tool_context
from tools.errors import NoData
from tools.formatting import show
from tools.market.status import get_market_status
from tools.parsing.exchanges import EXCHANGE_NAMES

if TYPE_CHECKING:
    from tools.values import Findings

NEW_YORK = "The New York Stock Exchange"


async def at(moment: str, exchange: str | None = None) -> Findings:
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return await get_market_status(tool_context(now=now), exchange)


@pytest.mark.parametrize(
    ("moment", "exchange", "told"),
    [
        ("2026-11-24T14:29:59", None, f"{NEW_YORK} is closed and opens next on 24 Nov 2026, 09:30 EST"),
        ("2026-11-24T14:30", None, f"{NEW_YORK} is open and closes on 24 Nov 2026, 16:00 EST (24 Nov 2026, 21:00 UTC)."),
        ("2026-11-24T20:59:59", None, f"{NEW_YORK} is open and closes on 24 Nov 2026, 16:00 EST"),
        ("2026-11-24T21:00", None, f"{NEW_YORK} is closed and opens next on 25 Nov 2026, 09:30 EST"),
        ("2026-07-01T13:30", None, f"{NEW_YORK} is open and closes on 1 Jul 2026, 16:00 EDT"),
        ("2026-11-26T15:00", None, f"{NEW_YORK} is closed today for Thanksgiving and opens next on 27 Nov 2026"),
        ("2026-11-27T15:00", None, "closes on 27 Nov 2026, 13:00 EST (27 Nov 2026, 18:00 UTC), early, because today is"),
        ("2026-11-28T15:00", None, f"{NEW_YORK} is closed for the weekend and opens next on 30 Nov 2026"),
        ("2026-11-25T03:00", "XTKS", "is on its midday break and opens again on 25 Nov 2026, 12:30 JST"),
        ("2026-11-24T04:00", "XHKG", "is on its midday break and opens again on 24 Nov 2026, 13:00 HKT"),
        ("2026-11-24T09:00", "XLON", "The London Stock Exchange is open and closes on 24 Nov 2026, 16:30 GMT"),
        ("2026-11-22T09:00", "XSAU", "The Saudi Exchange is open"),
    ],
)  # fmt: skip
async def test_what_is_told_at_a_moment(moment: str, exchange: str | None, told: str) -> None:
    assert told in (await at(moment, exchange)).sentences[0]


async def test_the_next_holiday_and_half_day() -> None:
    findings = await at("2026-11-24T15:00")
    figures = {figure.attribute: show(figure) for figure in findings.figures}
    assert (figures["next holiday"], figures["next half day"]) == ("26 Nov 2026", "27 Nov 2026")
    assert findings.sentences[1] == f"{NEW_YORK}'s next holiday is 26 Nov 2026 (Thanksgiving)."
    assert figures["next open in UTC"] == "25 Nov 2026, 14:30 UTC"


async def test_the_clocks_change_between_two_opens() -> None:
    """New York leaves summer time on 1 November 2026: the open moves from 13:30 to 14:30 UTC."""
    friday = {figure.attribute: show(figure) for figure in (await at("2026-10-30T10:00")).figures}
    weekend = {figure.attribute: show(figure) for figure in (await at("2026-10-31T10:00")).figures}
    assert (friday["next open"], friday["next open in UTC"]) == ("30 Oct 2026, 09:30 EDT", "30 Oct 2026, 13:30 UTC")
    assert (weekend["next open"], weekend["next open in UTC"]) == ("2 Nov 2026, 09:30 EST", "2 Nov 2026, 14:30 UTC")


@pytest.mark.parametrize("exchange", ["XXXX", "ASEX"])
async def test_an_unknown_calendar_is_said(exchange: str) -> None:
    with pytest.raises(NoData, match="its website has the hours"):
        await at("2026-11-24T15:00", exchange)


async def test_a_time_that_no_calendar_reaches_is_said() -> None:
    with pytest.raises(NoData, match="isn't known for this time"):
        await at("2040-01-03T15:00", "XBOM")


def test_every_exchange_that_can_be_asked_for_has_a_calendar() -> None:
    from exchange_calendars import get_calendar_names

    assert set(EXCHANGE_NAMES) <= set(get_calendar_names(include_aliases=True))
