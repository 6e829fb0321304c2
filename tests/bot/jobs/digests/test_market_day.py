from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.jobs.digests.market_day import market_day
from tools.errors import NoData


async def test_a_session_a_holiday_a_half_day_and_a_weekend_are_told_apart() -> None:
    session, holiday, half, weekend = [
        await market_day("XNYS", datetime(2026, 11, day, 22, 0, tzinfo=UTC)) for day in (20, 26, 27, 28)
    ]
    assert (session.is_session, session.is_half_day, session.holiday) == (True, False, None)
    assert (holiday.is_session, holiday.holiday, holiday.next_is_half_day) == (False, "Thanksgiving", True)
    assert (half.is_session, half.is_half_day) == (True, True)
    assert half.closes is not None
    assert f"{half.closes:%H:%M %Z}" == "13:00 EST"
    assert (weekend.is_session, weekend.holiday) == (False, None)
    assert [each.last for each in (session, holiday, half, weekend)] == [
        date(2026, 11, day) for day in (20, 25, 27, 27)
    ]


async def test_the_day_is_that_of_the_exchange() -> None:
    in_tokyo = await market_day("XTKS", datetime(2026, 11, 19, 23, 0, tzinfo=UTC))
    assert (in_tokyo.day, in_tokyo.last, in_tokyo.place) == (date(2026, 11, 20), date(2026, 11, 19), "Tokyo")


async def test_a_running_session_is_not_the_last_one_yet() -> None:
    noon = await market_day("XNYS", datetime(2026, 11, 20, 17, 0, tzinfo=UTC))
    assert (noon.running, noon.last) == (date(2026, 11, 20), date(2026, 11, 19))


async def test_an_exchange_that_nobody_knows_is_refused() -> None:
    with pytest.raises(NoData):
        await market_day("XXXX", datetime(2026, 11, 20, tzinfo=UTC))
