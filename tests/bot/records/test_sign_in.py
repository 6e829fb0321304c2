"""Signing in, tried by somebody who should not: waits, simultaneous tries, many names."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot.encryption_keys import new_key
from bot.errors import AccountRefused
from bot.records.accounts import accounts_of, add_account, disable_account, reset_account
from bot.records.admin_tables import AdminAccount
from bot.records.database import open_database
from bot.records.encryption import KeyRing
from bot.records.one_time_codes import code_at, enrolment_link, matching_step, new_secret
from bot.records.passphrases import hash_passphrase, is_right
from bot.records.sign_in import MAX_REMEMBERED, REFUSAL_SECONDS, Doorkeeper, WrongTries, delay_after
from bot.records.users import Actor
from tests.fakes.admin_site import PASSPHRASE, SECRET, START, Clock, Pauses, add_admin, hashed

if TYPE_CHECKING:
    from bot.records.database import Database

BY = Actor("root")


@pytest.fixture
async def clock() -> Clock:
    """A clock that stands."""
    return Clock()


@pytest.fixture
async def doorkeeper(database: Database, clock: Clock) -> Doorkeeper:
    """The door of “grace”."""
    await add_admin(database)
    return Doorkeeper(database, clock.now, Pauses())


async def test_a_thousand_guesses_in_an_hour_are_a_dozen_tries(doorkeeper: Doorkeeper, clock: Clock) -> None:
    looked_at = 0
    for number in range(1000):
        before = doorkeeper.tries.count_of("account grace")
        assert (
            await doorkeeper.check("grace", f"guess number {number}", "000000", f"127.0.0.{number % 250}") == "refused"
        )
        looked_at += doorkeeper.tries.count_of("account grace") > before
        clock.turn(seconds=3.6)
    assert 5 <= looked_at <= 13


async def test_tries_at_the_same_moment_are_counted_before_they_are_looked_at(doorkeeper: Doorkeeper) -> None:
    guesses = [doorkeeper.check("grace", f"guess number {number}", "000000", "127.0.0.1") for number in range(40)]
    assert set(await asyncio.gather(*guesses)) == {"refused"}
    assert doorkeeper.tries.count_of("account grace") == 5


async def test_one_code_is_used_once_by_two_at_the_same_moment(doorkeeper: Doorkeeper, clock: Clock) -> None:
    code = code_at(SECRET, clock.now())
    both = [doorkeeper.check("grace", PASSPHRASE, code, f"127.0.0.{number}") for number in (1, 2)]
    assert sorted(await asyncio.gather(*both)) == ["in", "refused"]


async def test_a_disabled_account_is_refused_with_the_right_passphrase(
    doorkeeper: Doorkeeper, database: Database, clock: Clock
) -> None:
    async with database.write() as session:
        await disable_account(session, BY, "grace", at=START)
    assert await doorkeeper.check("grace", PASSPHRASE, code_at(SECRET, clock.now()), "127.0.0.1") == "refused"
    assert await doorkeeper.enrol("grace", new_secret(), "000000") == "wrong"


@pytest.mark.parametrize("took", [0.0, 0.1, 0.9, 5.0])
async def test_a_refusal_takes_as_long_whatever_was_looked_at(database: Database, clock: Clock, took: float) -> None:
    pauses, times = Pauses(), iter([100.0, 100.0 + took])
    doorkeeper = Doorkeeper(database, clock.now, pauses, stopwatch=lambda: next(times))
    assert await doorkeeper.check("nobody", PASSPHRASE, "000000", "127.0.0.1") == "refused"
    assert pauses.seconds == [pytest.approx(max(0.0, REFUSAL_SECONDS - took))]


def test_waits_double_up_to_an_hour() -> None:
    waits = [int(delay_after(tries).total_seconds()) for tries in (0, 4, 5, 6, 7, 11, 12, 500)]
    assert waits == [0, 0, 30, 60, 120, 1920, 3600, 3600]


def test_what_is_remembered_of_tries_is_bounded() -> None:
    tries = WrongTries()
    for number in range(MAX_REMEMBERED + 50):
        tries.count((f"account {number}",), START)
    assert tries.count_of("account 0") == 0
    assert tries.count_of(f"account {MAX_REMEMBERED + 49}") == 1


def test_a_right_try_takes_back_only_itself_from_the_address() -> None:
    tries = WrongTries()
    for _ in range(3):
        tries.count(("account a", "address x"), START)
    tries.forgive("account a", "address x")
    assert (tries.count_of("account a"), tries.count_of("address x")) == (0, 2)


def test_codes_are_good_for_a_step_either_way_and_once() -> None:
    code = code_at(SECRET, START)
    step = matching_step(SECRET, f" {code[:3]} {code[3:]} ", START, None)
    assert step is not None
    assert matching_step(SECRET, code, START, step) is None
    clock = Clock()
    for seconds, good in ((-29, True), (31, True), (-31, False), (61, False)):
        clock.time = START
        clock.turn(seconds=seconds)
        assert (matching_step(SECRET, code, clock.now(), None) is not None) == good, seconds
    for wrong in ("", "12345", "abcdef", "１２３４５６", code + "0"):
        assert matching_step(SECRET, wrong, START, None) is None
    assert enrolment_link(SECRET, "grace").startswith("otpauth://totp/Tuppence:grace?secret=")
    assert len({new_secret() for _ in range(20)}) == 20


def test_passphrases_are_long_and_hashed_with_argon2id() -> None:
    for poor in ("short", "eleven char", "aaaaaaaaaaaaaaaa", "x" * 1001):
        with pytest.raises(AccountRefused):
            hash_passphrase("grace", poor)
    with pytest.raises(AccountRefused):
        hash_passphrase("Grace.Hopper@example.com", "grace.hopper@example.com")
    assert hashed().startswith("$argon2id$")
    assert hashed() != hash_passphrase("grace", PASSPHRASE), "each with a salt of its own"
    assert is_right(PASSPHRASE, hashed())
    assert not is_right("seven lamps by the lake", hashed())
    assert not is_right("nobody has this passphrase", None)
    assert not is_right(PASSPHRASE, "not a hash")


async def test_accounts_are_of_one_tenant_and_every_change_is_audited(database: Database) -> None:
    await add_admin(database)
    async with database.write() as session:
        for name in ("grace", "", " grace", "a\nb", "x" * 256):
            with pytest.raises(AccountRefused):
                await add_account(session, BY, name, hashed(), at=START)
        for act in (
            disable_account(session, Actor("root", "other"), "grace", at=START),
            reset_account(session, Actor("root", "other"), "grace", hashed(), at=START),
            disable_account(session, BY, "nobody", at=START),
        ):
            with pytest.raises(AccountRefused):
                await act
        await disable_account(session, BY, "grace", at=START)
        await reset_account(session, BY, "grace", hashed(), at=START)
        [account] = await accounts_of(session, "local")
        assert await accounts_of(session, "other") == []
    assert (account.active, account.enrolled, account.has_passphrase, account.failures) == (True, False, True, 0)


async def test_the_secret_of_an_app_is_encrypted_in_the_database(sqlite_url: str) -> None:
    import sqlalchemy as sa

    async with await open_database(sqlite_url, KeyRing([new_key()])) as database:
        await add_admin(database)
        async with database.read() as session:
            kept = await session.scalar(sa.text("SELECT totp_secret FROM admin_accounts"))
            read = (await session.get_one(AdminAccount, "grace")).totp_secret
    assert str(kept).startswith("gcm1:")
    assert SECRET not in str(kept)
    assert read == SECRET
