"""Installations, the tenants they make, who is who in them, and the states of those under way."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from bot.encryption_keys import EncryptionKey
from bot.errors import AdminRefused, EncryptionError
from bot.records import administration, audit, identities, installations, oauth_states, rotation, users
from bot.records.admin_tables import Tenant
from bot.records.database import open_database
from bot.records.encryption import KeyRing
from bot.records.installations import Installation
from bot.records.platform_tables import OauthState
from bot.records.tables import User
from bot.records.users import Actor

if TYPE_CHECKING:
    from bot.records.database import Database

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
GIVEN = Installation(
    "T0001",
    "Acme",
    bot_token="xoxe.xoxb-1-secret",
    app_id="A1",
    bot_user="UBOT",
    scopes="chat:write",
    installed_by="UADA",
    refresh_token="xoxe-1-secret",
    expires_at=NOW + timedelta(hours=12),
)


async def tenant_of(database: Database, tenant: str = "T0001") -> tuple[str, bool]:
    async with database.read() as session:
        found = await session.get_one(Tenant, tenant)
    return found.name, found.active


async def acts(database: Database, tenant: str = "T0001") -> list[str]:
    async with database.read() as session:
        return [row.action for row in await audit.entries(session, tenant)]


async def test_one_is_kept_ended_and_made_anew_each_with_its_row(database: Database) -> None:
    async with database.write() as session:
        await installations.store(session, GIVEN, at=NOW)
    assert await tenant_of(database) == ("Acme", True)
    async with database.write() as session:
        assert await installations.deactivate(session, "T0001", "app_uninstalled", at=NOW)
        assert not await installations.deactivate(session, "T0001", "tokens_revoked", at=NOW)  # one follows the other
        assert not await installations.deactivate(session, "T0009", "app_uninstalled", at=NOW)
    assert await tenant_of(database) == ("Acme", False)
    async with database.read() as session:
        found = await installations.find(session, "T0001")
    assert found
    assert not found.active
    async with database.write() as session:
        await installations.store(session, GIVEN, at=NOW)
    assert await tenant_of(database) == ("Acme", True)
    assert await acts(database) == ["slack.join", "slack.install", "slack.remove", "slack.reinstall"]
    assert await acts(database, "T0009") == []
    assert "secret" not in repr(found)


async def test_an_event_never_wakes_a_suspended_tenant_and_a_good_token_does(database: Database) -> None:
    async with database.write() as session:
        assert await installations.introduce(session, "T0001", "", at=NOW)
        assert not await installations.introduce(session, "T0001", "Acme", at=NOW)
    assert await tenant_of(database) == ("Acme", True)
    async with database.write() as session:
        await installations.deactivate(session, "T0001", "tokens_revoked", at=NOW)
        assert not await installations.introduce(session, "T0001", "", at=NOW)
    assert await tenant_of(database) == ("Acme", False)
    async with database.write() as session:
        assert await installations.welcome(session, "T0001", "Acme Ltd", at=NOW)
        assert not await installations.welcome(session, "T0001", "Acme Ltd", at=NOW)
    assert await tenant_of(database) == ("Acme Ltd", True)
    assert await acts(database) == ["slack.join", "slack.remove", "slack.reinstall"]


async def test_a_tenant_that_was_suspended_here_stays_so_whoever_installs_the_app_anew(database: Database) -> None:
    async with database.write() as session:
        await installations.store(session, GIVEN, at=NOW)
        (await session.get_one(Tenant, "T0001")).active = False
        await installations.deactivate(session, "T0001", "app_uninstalled", at=NOW)
        await installations.store(session, GIVEN, at=NOW)
        assert not await installations.welcome(session, "T0001", "Acme", at=NOW)
    assert await tenant_of(database) == ("Acme", False)


async def test_new_tokens_count_only_for_the_refresh_token_that_was_used(database: Database) -> None:
    later = NOW + timedelta(hours=24)
    async with database.write() as session:
        await installations.store(session, GIVEN, at=NOW)
        for used, refresh_token in (("another", "x"), (GIVEN.refresh_token, "second"), (GIVEN.refresh_token, "third")):
            await installations.renew_tokens(
                session, "T0001", used, bot_token="b", refresh_token=refresh_token, expires_at=later
            )
        found = await installations.find(session, "T0001")
    assert found
    assert (found.bot_token, found.refresh_token, found.expires_at) == ("b", "second", later)


async def test_one_whose_tokens_cant_be_read_is_listed_with_why_and_can_be_ended_and_made_anew(
    database: Database,
) -> None:
    other = replace(GIVEN, tenant="T0002", name="Bolt")
    async with database.write() as session:
        await installations.store(session, GIVEN, at=NOW)
        await installations.store(session, other, at=NOW)
    await spoil(database, "T0001")
    async with database.read() as session:
        spoilt, whole = await installations.all_installations(session)
        with pytest.raises(EncryptionError):
            await installations.find(session, "T0001")
    assert (spoilt.tenant, spoilt.bot_token, spoilt.refresh_token) == ("T0001", "", "")
    assert "was altered and can't be read" in spoilt.problem
    assert (whole.bot_token, whole.problem) == (GIVEN.bot_token, "")
    async with database.write() as session:
        assert await installations.deactivate(session, "T0001", "app_uninstalled", at=NOW)
        await installations.store(session, GIVEN, at=NOW)
        found = await installations.find(session, "T0001")
    assert found
    assert (found.active, found.bot_token) == (True, GIVEN.bot_token)


async def spoil(database: Database, tenant: str) -> None:
    """Alter an encrypted token behind the back of the records."""
    async with database.write() as session:
        altered = sa.text("UPDATE slack_installations SET refresh_token = 'gcm1:test:AAAA' WHERE tenant = :tenant")
        await session.execute(altered, {"tenant": tenant})


async def test_only_one_replica_renews_at_a_time(postgres_url: str) -> None:
    async with await open_database(postgres_url) as database:
        async with database.read() as one, database.read() as other:
            assert await installations.claim_renewal(one, "T0001")
            assert not await installations.claim_renewal(other, "T0001")
            assert await installations.claim_renewal(other, "T0002")
        async with database.read() as other:
            assert await installations.claim_renewal(other, "T0001")


async def test_rotation_encrypts_the_tokens_with_the_new_key(database_url: str) -> None:
    old, new = EncryptionKey("old", b"o" * 32), EncryptionKey("new", b"n" * 32)
    async with await open_database(database_url, KeyRing([old])) as database, database.write() as session:
        await installations.store(session, GIVEN, at=NOW)
    async with await open_database(database_url, KeyRing([new, old])) as database:
        assert await rotation.rotate(database, Actor("root", "local"), at=NOW) >= 2
    async with await open_database(database_url, KeyRing([new])) as database, database.read() as session:
        found = await installations.find(session, "T0001")
        kept = (await session.execute(sa.text("SELECT bot_token, refresh_token FROM slack_installations"))).one()
    assert found
    assert (found.bot_token, found.refresh_token) == (GIVEN.bot_token, GIVEN.refresh_token)
    assert all(":new:" in value for value in kept)


# --- who is who -----------------------------------------------------------------------------------------------------


async def test_an_account_is_its_own_user_until_it_is_linked_in_its_tenant_and_platform(database: Database) -> None:
    by = Actor("root", "T0001")
    async with database.write() as session:
        await administration.save_user(session, by, "ada", display_name="Ada", active=True, at=NOW)
        await administration.link_identity(session, by, "slack", "U1", "ada", at=NOW)
        assert await identities.actor_of(session, "T0001", "slack", "U1") == Actor("ada", "T0001")
        assert await identities.actor_of(session, "T0001", "teams", "U1") == Actor("U1", "T0001")
        assert await identities.actor_of(session, "T0002", "slack", "U1") == Actor("U1", "T0002")
        assert await identities.actor_of(session, "T0001", "slack", "ada") == Actor("ada", "T0001")
        assert list(await identities.accounts_of(session, Actor("ada", "T0001"), "slack")) == ["U1"]
        assert list(await identities.accounts_of(session, Actor("ada", "T0002"), "slack")) == ["ada"]
        await administration.unlink_identity(session, by, "slack", "U1", at=NOW)
        assert await identities.actor_of(session, "T0001", "slack", "U1") == Actor("U1", "T0001")
        with pytest.raises(AdminRefused):
            await administration.link_identity(session, by, "slack", "U1", "nobody", at=NOW)


async def test_a_user_without_a_name_gets_the_platforms_and_one_with_a_name_keeps_it(database: Database) -> None:
    ada = Actor("U1", "T0001")
    async with database.write() as session:
        assert await users.ensure_user(session, ada)
        assert not await users.ensure_user(session, ada, "Ada")
        assert not await users.ensure_user(session, ada, "Somebody Else")
        assert (await session.get_one(User, ("T0001", "U1"))).display_name == "Ada"


# --- installations under way ----------------------------------------------------------------------------------------


async def test_a_state_is_kept_as_a_hash_and_taken_once(database: Database) -> None:
    async with database.write() as session:
        state = await oauth_states.begin(session, now=NOW)
        assert state
        (row,) = await session.scalars(sa.select(OauthState))
        assert state not in row.state_hash
        assert not await oauth_states.take(session, "another", now=NOW)
        assert await oauth_states.take(session, state, now=NOW + timedelta(minutes=9))
        assert not await oauth_states.take(session, state, now=NOW + timedelta(minutes=9))
        late = await oauth_states.begin(session, now=NOW)
        assert late
        assert not await oauth_states.take(session, late, now=NOW + oauth_states.VALID_FOR)


async def test_of_two_that_bring_the_same_state_one_is_right(database: Database) -> None:
    async with database.write() as session:
        state = await oauth_states.begin(session, now=NOW)
    assert state

    async def take() -> bool:
        async with database.write() as session:
            return await oauth_states.take(session, state, now=NOW)

    assert sorted(await asyncio.gather(*(take() for _ in range(4)))) == [False, False, False, True]
