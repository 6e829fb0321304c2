"""Puts digests in the inbox when they are due: every replica does it, the inbox keeps each slot once.

A round reads all rows and works out, from the clock alone, which slot of each was the last and whether it is in the
inbox. Nothing is planned ahead, so there is nothing to lose in a crash, to miss while asleep, or to update when a row
is changed. Rounds are paced by a monotonic clock: a wall clock that is set back delays none.
"""

from __future__ import annotations

import asyncio
import logging
import time
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.errors import TuppenceError
from bot.records import digests, inbox
from bot.records.digest_terms import timing_of, trading_of
from bot.records.policies import terms_of
from bot.records.quiet_hours import end_of_quiet
from tools.market.slots import NOWHERE, slots

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database
    from bot.records.digests import Row
    from bot.records.policies import Terms
    from tools.market.slots import Slot, Timing

log = logging.getLogger(__name__)
EVERY = timedelta(seconds=20)
HORIZON = timedelta(days=31)
"""How far back slots are looked for: what was missed before is not even counted."""
SPREAD = timedelta(minutes=10)
PACE = timedelta(milliseconds=60)
"""Digests that are due at one time are spread, one in this time on average, over at most `SPREAD`."""
JUMP = timedelta(minutes=5)
_AHEAD = timedelta(days=2)
"""The date of a slot can be no further ahead of the date in UTC."""
_AT_ONCE = 100
"""Slots put in the inbox by one unit: short enough for questions to come in between."""


Key = tuple[str, str, str, str]
"""What a row's slots depend on: rows with equal keys are due together."""


@dataclass(frozen=True, slots=True)
class Due:
    """A slot that is to be put in the inbox; `missed` earlier ones were not, and never are."""

    row: Row
    slot: Slot
    at: datetime
    missed: int


class Scheduler:
    """Runs beside the worker. `clock` is the database's, so that replicas agree; `wake` tells the worker of work."""

    def __init__(
        self,
        database: Database,
        wake: Callable[[], None] = lambda: None,
        clock: Callable[[AsyncSession], Awaitable[datetime]] = inbox.database_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database, self._wake, self._clock, self._monotonic = database, wake, clock, monotonic
        self._last: tuple[datetime, float] | None = None

    async def run(self, every: timedelta = EVERY) -> None:
        """A round every few seconds, one after the other, until cancelled."""
        while True:
            try:
                await self.round()
            except TuppenceError as error:
                log.warning("digests have to wait: %s", error)
            except Exception:
                log.exception("a round of the scheduler failed; the next one begins anew")
            await asyncio.sleep(every.total_seconds())

    async def round(self) -> int:
        """Put what is due in the inbox; returns how many slots that were. Raises `DatabaseError`."""
        async with self._database.read() as session:
            now = await self._clock(session)
            rows = await digests.active(session)
            terms = {tenant: await terms_of(session, tenant) for tenant in {row.tenant for row in rows}}
        self._watch_clock(now)
        passed, broken = await self._passed(rows, now)
        for row in rows:
            if reason := broken.get(key_of(row)):
                await self._switch_off(row, reason, now)
        due = due_now(rows, passed, terms, now)
        fired = 0
        for start in range(0, len(due), _AT_ONCE):
            fired += await self._fire(due[start : start + _AT_ONCE], now)
            self._wake()
        return fired

    async def _passed(self, rows: Sequence[Row], now: datetime) -> tuple[dict[Key, list[Slot]], dict[Key, str]]:
        """The latest slots of all rows, worked out once for rows alike; and why some can't be read."""
        passed: dict[Key, list[Slot]] = {}
        broken: dict[Key, str] = {}
        for key in dict.fromkeys(map(key_of, rows)):
            try:
                timing = timing_of(*key)
            except ValueError as error:
                broken[key] = str(error)
            else:
                passed[key] = await asyncio.to_thread(latest, timing, now)
        return passed, broken

    async def _fire(self, due: Sequence[Due], now: datetime) -> int:
        async def unit(session: AsyncSession) -> int:
            return sum(
                [
                    await digests.fire(session, each.row, each.slot, missed=each.missed, due=each.at, now=now)
                    for each in due
                ]
            )

        return await self._database.run(unit)

    async def _switch_off(self, row: Row, reason: str, now: datetime) -> None:
        log.warning("the digest %s of %s is switched off: %s", row.id, row.tenant, reason)

        async def unit(session: AsyncSession) -> bool:
            return await digests.switch_off(
                session, row.tenant, row.id, f"its schedule can't be read: {reason}", at=now
            )

        await self._database.run(unit)

    def _watch_clock(self, now: datetime) -> None:
        """Say so when the clock was set: digests between the two times come now, or have come already."""
        monotonic = self._monotonic()
        if self._last is not None:
            jumped = (now - self._last[0]) - timedelta(seconds=monotonic - self._last[1])
            if abs(jumped) > JUMP:
                log.warning("the clock jumped by %s, to %s, or this machine was asleep", jumped, now.isoformat())
        self._last = (now, monotonic)


def key_of(row: Row) -> Key:
    """Its schedule, zone, calendar and way with holidays."""
    return row.schedule, row.time_zone, row.calendar, row.holidays


def latest(timing: Timing, now: datetime) -> list[Slot]:
    """The slots of the last weeks, up to now. Of an exchange that is not known now, weekdays stand for the sessions."""
    try:
        trading = trading_of(timing, now)
    except ValueError as error:
        log.warning("the days of %s are not known: %s", timing.calendar, error)
        trading = NOWHERE
    return list(slots(timing, trading, now - HORIZON, now))


def due_now(
    rows: Sequence[Row], passed: Mapping[Key, Sequence[Slot]], terms: Mapping[str, Terms], now: datetime
) -> list[Due]:
    """Of each row its last slot, where that is not in the inbox yet and its moment has come; one for however many."""
    together = Counter(map(key_of, rows))
    due = []
    for row in rows:
        new = unsent(row, passed.get(key_of(row), ()), now)
        if not new:
            continue
        at = moment(row, new[-1], together[key_of(row)], terms[row.tenant])
        if at <= now and quiet(row, now, terms[row.tenant]) is None:
            due.append(Due(row, new[-1], at, len(new) - 1))
    return due


def unsent(row: Row, passed: Sequence[Slot], now: datetime) -> list[Slot]:
    """Those that passed since the last one that is in the inbox.

    A last one of the future was kept while a clock was wrong, and says nothing: what was due just now is looked at
    again, and the inbox knows whether it was sent.
    """
    last, since = row.last_slot or "", row.since
    if last > (now + _AHEAD).date().isoformat():
        last, since = "", max(since, now - digests.GRACE)
    return [slot for slot in passed if slot.at > since and slot.day.isoformat() > last]


def moment(row: Row, slot: Slot, together: int, terms: Terms) -> datetime:
    """When a slot is put in the inbox: after the quiet hours, and spread where many are due together."""
    start = quiet(row, slot.at, terms) or slot.at
    share = zlib.crc32(f"{row.tenant}/{row.id}".encode()) / 2**32
    return start + min(SPREAD, (together - 1) * PACE) * share


def quiet(row: Row, at: datetime, terms: Terms) -> datetime | None:
    """When the quiet hours end that `at` falls into, the digest's own or the tenant's; None outside of them."""
    if row.quiet_hours is not None:
        return end_of_quiet(at, row.quiet_hours, row.time_zone)
    return end_of_quiet(at, terms.quiet_hours, terms.time_zone)
