"""Signing in: passphrase and code in one step, the same answer for every wrong try, and longer waits after five."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from bot.records import audit
from bot.records.admin_tables import AdminAccount
from bot.records.one_time_codes import matching_step, new_secret
from bot.records.passphrases import is_right, prepare
from bot.records.users import Actor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database

FREE_TRIES = 5
FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=1)
MAX_REMEMBERED = 10_000
REFUSAL_SECONDS = 1.0
"""Every refusal takes this long, so that its time says nothing; a check itself takes about a tenth of it."""

Outcome = Literal["in", "enrol", "refused"]
Enrolment = Literal["done", "wrong", "late"]


@dataclass
class WrongTries:
    """Wrong tries by account and by address, known or not; an unknown name is treated like a known one."""

    _tries: OrderedDict[str, tuple[int, datetime]] = field(default_factory=OrderedDict)

    def must_wait(self, keys: tuple[str, ...], at: datetime) -> bool:
        """Whether a try under any of these keys is not looked at yet."""
        return any(at < self._free_at(key) for key in keys)

    def count(self, keys: tuple[str, ...], at: datetime) -> None:
        """Count a try before it is looked at, so that a hundred at once are not a hundred tries."""
        for key in keys:
            tries, last = self._tries.pop(key, (0, at))
            forgotten = at - last > 2 * LONGEST_DELAY
            self._tries[key] = (1 if forgotten else tries + 1, at)
        while len(self._tries) > MAX_REMEMBERED:
            self._tries.popitem(last=False)

    def forgive(self, account: str, address: str) -> None:
        """A right try clears the account, and takes back only itself from the address."""
        self._tries.pop(account, None)
        tries, last = self._tries.get(address, (1, None))
        if last is not None:
            self._tries[address] = (tries - 1, last)

    def count_of(self, key: str) -> int:
        """How many wrong tries are remembered under a key."""
        return self._tries.get(key, (0, None))[0]

    def _free_at(self, key: str) -> datetime:
        tries, last = self._tries.get(key, (0, datetime.min.replace(tzinfo=UTC)))
        return last + delay_after(tries) if tries >= FREE_TRIES else last


def delay_after(tries: int) -> timedelta:
    """How long the next try waits after so many wrong ones: nothing, then 30 seconds, doubling up to an hour."""
    if tries < FREE_TRIES:
        return timedelta(0)
    doublings: int = 2 ** min(tries - FREE_TRIES, 20)
    return min(FIRST_DELAY * doublings, LONGEST_DELAY)


@dataclass
class Doorkeeper:
    """Checks passphrases and codes of admin accounts. One for a running server, as it remembers wrong tries."""

    database: Database
    now: Callable[[], datetime]
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep
    stopwatch: Callable[[], float] = time.monotonic
    tries: WrongTries = field(default_factory=WrongTries)
    _at_work: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))

    def __post_init__(self) -> None:
        prepare()

    async def check(self, name: str, passphrase: str, code: str, address: str) -> Outcome:
        """`in` for a right passphrase and a fresh code; `enrol` for a right passphrase without an app yet."""
        began = self.stopwatch()
        outcome = await self._check(name, passphrase, code, address)
        if outcome == "refused":
            await self.pause(max(0.0, REFUSAL_SECONDS - (self.stopwatch() - began)))
        return outcome

    async def enrol(self, name: str, secret: str, code: str) -> Enrolment:
        """Keep the secret of the app whose code this is. "late" when another app came first, or nobody may enrol.

        Who calls this has seen the right passphrase a moment ago.
        """
        at = self.now()
        step = matching_step(secret, code, at, None)
        if step is None:
            return "wrong"

        async def keep(session: AsyncSession) -> Enrolment:
            row = await session.get(AdminAccount, name, with_for_update=True)
            if row is None or not row.active or row.totp_secret is not None:
                return "late"
            row.totp_secret, row.totp_last_step, row.failures = secret, step, 0
            await audit.append(session, Actor(name, row.tenant), "account.enrol", name, {}, at=at)
            return "done"

        return await self.database.run(keep)

    async def _check(self, name: str, passphrase: str, code: str, address: str) -> Outcome:
        at = self.now()
        keys = (f"account {name}", f"address {address}")
        if self.tries.must_wait(keys, at):
            return "refused"
        self.tries.count(keys, at)
        async with self.database.read() as session:
            row = await session.get(AdminAccount, name)
        if row is not None and row.locked_until is not None and at < row.locked_until:
            row = None
        known = row if row is not None and row.active else None
        async with self._at_work:  # each takes 64 MB: a flood of tries must not take all of them
            right = await asyncio.to_thread(is_right, passphrase, known.passphrase if known else None)
        secret = known.totp_secret if known else None
        step = matching_step(secret or new_secret(), code, at, known.totp_last_step if known else None)

        async def settle(session: AsyncSession) -> Outcome:
            account = await session.get(AdminAccount, name, with_for_update=True)
            if account is None or known is None or account.passphrase != known.passphrase:
                return "refused"
            used = account.totp_last_step is not None and step is not None and step <= account.totp_last_step
            if right and account.totp_secret is None:
                return "enrol"
            if right and secret and step is not None and not used:
                account.failures, account.locked_until, account.totp_last_step = 0, None, step
                return "in"
            account.failures += 1
            if account.failures >= FREE_TRIES:
                account.locked_until = at + delay_after(account.failures)
            if account.failures == FREE_TRIES:
                actor = Actor(name, account.tenant)
                await audit.append(session, actor, "account.lock", name, {"address": address}, at=at)
            return "refused"

        outcome = await self.database.run(settle)
        if outcome != "refused":
            self.tries.forgive(*keys)
        return outcome
