"""What people chose for themselves: kept as it may be, on record without its value, and out of date when it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.errors import UnknownUser
from bot.messages import UNCHOSEN, Manner
from bot.records import audit, policies, preferences, users
from bot.records.preferences import Choices
from bot.records.tables import AuditRecord
from bot.records.users import Actor

if TYPE_CHECKING:
    from bot.records.database import Database

ADA, BEN, STRANGER = Actor("ada"), Actor("ben"), Actor("ada", "other")
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def people(database: Database) -> None:
    async with database.write() as session:
        for actor in (ADA, BEN, STRANGER):
            await users.ensure_user(session, actor)


async def choose(database: Database, changes: dict[str, Any], actor: Actor = ADA, at: datetime = NOW) -> set[str]:
    return await database.run(lambda session: preferences.choose(session, actor, changes, at=at))


async def chosen(database: Database, actor: Actor = ADA) -> Choices:
    async with database.read() as session:
        return await preferences.choices_of(session, actor)


async def test_what_is_chosen_is_kept_in_its_one_form_and_for_nobody_else(database: Database) -> None:
    assert await chosen(database) == Choices()
    changes = {"base_currency": "eur", "time_zone": "europe/berlin", "locale": "de-DE", "risk_profile": "Balanced"}
    assert await choose(database, changes) == set(changes)
    expected = Choices("EUR", "Europe/Berlin", "de_DE", "balanced", NOW.date())
    assert await chosen(database) == expected
    assert await chosen(database, BEN) == await chosen(database, STRANGER) == Choices()
    assert await choose(database, {"base_currency": None, "locale": "de_DE"}) == {"base_currency"}
    assert (await chosen(database)).base_currency is None
    assert (await chosen(database)).time_zone == "Europe/Berlin"


async def test_the_log_says_what_was_changed_and_not_to_what(database: Database) -> None:
    await choose(database, {"base_currency": "EUR", "risk_profile": "cautious"})
    assert await choose(database, {"base_currency": "EUR"}) == set()
    async with database.read() as session:
        (row,) = await session.scalars(sa.select(AuditRecord).where(AuditRecord.action == "preference.set"))
        assert (row.actor, row.subject, row.details) == ("ada", "ada", {"changed": ["base_currency", "risk_profile"]})
        assert (await audit.verify(session, "local")).is_whole


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"base_currency": "beans"}, "“beans” is no currency code; write one like USD or EUR"),
        ({"time_zone": "Berlin"}, "“Berlin” is no time zone; write one like Europe/Berlin"),
        ({"time_zone": "../../etc/passwd"}, "is no time zone"),
        ({"locale": "klingon"}, "“klingon” is no locale; write one like en_US or de_DE"),
        ({"risk_profile": "wild"}, "“wild” is no risk profile; write cautious, balanced or adventurous"),
        ({"base_currency": "EUR", "locale": ""}, "is no locale"),
    ],
)
async def test_what_cannot_be_changes_nothing(database: Database, changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        await choose(database, changes)
    assert await chosen(database) == Choices()


async def test_who_is_not_known_or_not_active_chooses_nothing(database: Database) -> None:
    with pytest.raises(UnknownUser):
        await choose(database, {"base_currency": "EUR"}, Actor("nobody"))


async def test_a_risk_profile_is_good_for_a_year_and_given_anew_for_another(database: Database) -> None:
    await choose(database, {"risk_profile": "balanced"})
    found = await chosen(database)
    assert found.risk_profile_at(date(2027, 3, 1)) == "balanced"
    assert found.risk_profile_at(date(2027, 3, 2)) is None
    later = NOW + timedelta(days=300)
    assert await choose(database, {"risk_profile": "balanced"}, at=later) == {"risk_profile"}
    assert (await chosen(database)).risk_profile_at(date(2027, 3, 2)) == "balanced"
    await choose(database, {"risk_profile": None})
    assert (await chosen(database)) == Choices()


def test_a_year_after_a_leap_day_ends_with_february() -> None:
    given = Choices(risk_profile="cautious", risk_profile_on=date(2028, 2, 29))
    assert given.risk_profile_at(date(2029, 2, 28)) == "cautious"
    assert given.risk_profile_at(date(2029, 3, 1)) is None


async def test_how_somebody_reads_is_their_own_choice_beside_that_of_their_firm(database: Database) -> None:
    async def manner() -> Manner:
        async with database.read() as session:
            return await preferences.manner_of(session, ADA)

    assert await manner() == UNCHOSEN
    await choose(database, {"locale": "fr_FR"})
    assert await manner() == Manner("fr_FR")
    async with database.write() as session:
        await policies.set_policy(session, Actor("root"), {"language": "de_DE", "time_zone": "Europe/Berlin"}, at=NOW)
    assert await manner() == Manner("fr_FR", "", "de_DE", "Europe/Berlin")
