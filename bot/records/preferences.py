"""What a person has chosen for themselves: read with its defaults, and changed with a row in the audit log.

The log holds what was changed and never to what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.locales import read_currency, read_locale, read_time_zone
from bot.messages import Manner
from bot.records import audit, users
from bot.records.platform_tables import RISK_PROFILES, Preference
from bot.records.policies import Terms, terms_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor

LONGEST_LOCALE, LONGEST_ZONE = 16, 64
"""What their columns hold."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose, None for what is left to the tenant or the platform."""

    base_currency: str | None = None
    time_zone: str | None = None
    locale: str | None = None
    risk_profile: str | None = None
    risk_profile_on: date | None = None

    def risk_profile_at(self, today: date) -> str | None:
        """The risk profile, None once it was given more than a year before `today`."""
        is_good = self.risk_profile_on is not None and today <= _a_year_after(self.risk_profile_on)
        return self.risk_profile if is_good else None


async def choices_of(session: AsyncSession, actor: Actor) -> Choices:
    """What the actor chose."""
    row = await session.get(Preference, (actor.tenant, actor.user), populate_existing=True)
    if row is None:
        return Choices()
    return Choices(row.base_currency, row.time_zone, row.locale, row.risk_profile, row.risk_profile_on)


def manner(choices: Choices, terms: Terms) -> Manner:
    """How somebody with these choices reads, in a tenant with these terms."""
    usual = (terms.language, terms.time_zone) if terms.is_set else ("", "")
    return Manner(choices.locale or "", choices.time_zone or "", *usual)


async def manner_of(session: AsyncSession, actor: Actor) -> Manner:
    """How the actor reads figures and times."""
    return manner(await choices_of(session, actor), await terms_of(session, actor.tenant))


async def choose(session: AsyncSession, actor: Actor, changes: Mapping[str, str | None], *, at: datetime) -> set[str]:
    """Keep choices by the names of `VET`, None to leave one to the tenant again; returns which were changed.

    The actor must be known. Raises ValueError with the fix for a value that can't be.
    """
    vetted = {name: None if value is None else VET[name](value) for name, value in changes.items()}
    await users.require_user(session, actor)
    await audit.take_turns(session, actor.tenant)  # one change of a person's after the other, a first one, too
    row = await session.get(Preference, (actor.tenant, actor.user), populate_existing=True)
    before = {name: getattr(row, name) if row else None for name in vetted}
    changed = {name for name, value in vetted.items() if value != before[name]}
    if vetted.get("risk_profile"):  # said again, it is good for another year
        changed |= {"risk_profile"} if row is None or row.risk_profile_on != at.date() else set()
    if not changed:
        return set()
    if row is None:
        row = Preference(tenant=actor.tenant, user_id=actor.user)
        session.add(row)
    for name in changed:
        setattr(row, name, vetted[name])
    if "risk_profile" in changed:
        row.risk_profile_on = at.date() if vetted["risk_profile"] else None
    row.changed_at = at
    await session.flush()
    await audit.append(session, actor, "preference.set", actor.user, {"changed": sorted(changed)}, at=at)
    return changed


def _a_year_after(day: date) -> date:
    """The same day of the next year; the last of February for a leap day."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def _zone(text: str) -> str:
    """A zone by its IANA name, small letters allowed."""
    return _short(read_time_zone(_zones().get(text.casefold(), text)), LONGEST_ZONE, "time zone")


def _zones() -> dict[str, str]:
    """Every zone's name in small letters → as it is written."""
    from zoneinfo import available_timezones

    return {name.casefold(): name for name in available_timezones()}


def _locale(text: str) -> str:
    return _short(read_locale(text), LONGEST_LOCALE, "locale")


def _risk(text: str) -> str:
    if text.lower() not in RISK_PROFILES:
        raise ValueError(
            f"“{text[:50]}” is no risk profile; write {', '.join(RISK_PROFILES[:-1])} or {RISK_PROFILES[-1]}"
        )
    return text.lower()


def _short(text: str, most: int, what: str) -> str:
    if len(text) > most:
        raise ValueError(f"that {what} has more than {most} letters; write a shorter one")
    return text


VET: dict[str, Callable[[str], str]] = {
    "base_currency": read_currency,
    "time_zone": _zone,
    "locale": _locale,
    "risk_profile": _risk,
}
"""How each choice is read from what a person wrote; raises ValueError with the fix."""
