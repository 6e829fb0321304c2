"""What a tenant has decided, field by field: read with its defaults, and changed with a row in the audit log."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.errors import AdminRefused
from bot.locales import read_currency, read_locale, read_time_zone
from bot.records import audit
from bot.records.admin_tables import ADVICE_MODES, Policy
from bot.records.vetting import vet_choice, vet_words
from bot.settings import DEFAULT_CURRENCY, DEFAULT_LOCALE, DEFAULT_TIME_ZONE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor

MAX_DAYS = 36_500
OFFERED_MODES = ADVICE_MODES[:2]
"""The third one needs a queue in which somebody approves each answer, which this version lacks."""
DISCLOSURES = ("first_contact", "personal", "for_advisers", "answer")
"""The texts that have a place: at first contact, with personal data, with a client's, with every answer from data."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class Terms:
    """The policy of one tenant; see `Policy` for the fields. `is_set` says that an admin has decided anything."""

    advice_mode: str = ADVICE_MODES[0]
    disclosures: Mapping[str, str] = field(default_factory=dict)
    retention_days: Mapping[str, int] = field(default_factory=dict)
    base_currency: str = DEFAULT_CURRENCY
    language: str = DEFAULT_LOCALE
    time_zone: str = DEFAULT_TIME_ZONE
    quiet_hours: Mapping[str, str] | None = None
    is_set: bool = False


async def terms_of(session: AsyncSession, tenant: str) -> Terms:
    """The policy of a tenant, or the defaults where nobody decided anything."""
    row = await session.get(Policy, tenant, populate_existing=True)
    return Terms(**{name: getattr(row, name) for name in POLICY_FIELDS}, is_set=True) if row else Terms()


async def set_policy(session: AsyncSession, by: Actor, changes: Mapping[str, Any], *, at: datetime) -> bool:
    """Change fields of the tenant's policy by their names; each is replaced as a whole, the others stay."""
    vetted = {}
    for name, value in changes.items():
        vet_choice(name, POLICY_FIELDS, "part of a policy")
        vetted[name] = _VET[name](value)
    await audit.take_turns(session, by.tenant)
    policy = await session.get(Policy, by.tenant, populate_existing=True)
    changed = {name: value for name, value in vetted.items() if policy is None or value != getattr(policy, name)}
    if not changed:
        return False
    if policy is None:
        policy = Policy(tenant=by.tenant, disclosures={}, retention_days={}, changed_by=by.user)
        session.add(policy)
        await session.flush()
        await session.refresh(policy)
    details = {}
    for name, value in changed.items():
        details[name], details[f"{name} before"] = _told(value), _told(getattr(policy, name))
        setattr(policy, name, value)
    policy.changed_by, policy.changed_at = by.user, at
    await audit.append(session, by, "policy.set", by.tenant, details, at=at)
    return True


def _mode(value: Any) -> str:
    return vet_choice(str(value), OFFERED_MODES, "advice mode")


def _texts(value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(_NAME.fullmatch(str(name)) for name in value):
        raise AdminRefused('Disclosures are texts by names such as first_contact; write {"first_contact": "…"}.')
    for name in value:
        vet_choice(name, DISCLOSURES, "disclosure")
    return {name: vet_words(str(text), "a disclosure") for name, text in value.items()}


def _days(value: Any) -> dict[str, int]:
    if not isinstance(value, dict) or not all(
        _NAME.fullmatch(str(name)) and type(days) is int and 1 <= days <= MAX_DAYS for name, days in value.items()
    ):
        raise AdminRefused(
            f'Retention is whole days from 1 to {MAX_DAYS:,} by class of record; write {{"turns": 2555}}.'
        )
    return dict(value)


def _hours(value: Any) -> dict[str, str] | None:
    if value is None:
        return None
    if (
        not isinstance(value, dict)
        or set(value) != {"from", "to"}
        or not all(_TIME.fullmatch(str(time)) for time in value.values())
    ):
        raise AdminRefused('Quiet hours are two times; write {"from": "22:00", "to": "07:00"}, or null for none.')
    return dict(value)


def _read(read: Callable[[str], str]) -> Callable[[Any], str]:
    """A reader of settings, as a check of what an admin wrote."""

    def vet(value: Any) -> str:
        try:
            return read(str(value))
        except ValueError as error:
            raise AdminRefused(f"{error}.") from None

    return vet


_VET: dict[str, Callable[[Any], Any]] = {
    "advice_mode": _mode,
    "disclosures": _texts,
    "retention_days": _days,
    "base_currency": _read(read_currency),
    "language": _read(read_locale),
    "time_zone": _read(read_time_zone),
    "quiet_hours": _hours,
}
POLICY_FIELDS = tuple(_VET)


def _told(value: Any) -> str:
    """A value of a policy for the log, which holds no nested ones."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
