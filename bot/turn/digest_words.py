"""Digests in words: the terms that somebody typed, and how digests and what became of them are told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.errors import DigestRefused
from bot.records import preferences
from bot.records.digest_terms import DigestTerms
from bot.records.policies import terms_of as policy_of
from bot.records.quiet_hours import read_quiet_hours
from bot.records.schedule_tables import DIGEST_KINDS
from bot.turn.sendings import digest_sending
from tools.errors import ToolError
from tools.formatting import show_day
from tools.parsing.exchanges import EXCHANGE_NAMES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.digests import Sending
    from bot.records.schedule_tables import Digest
    from bot.records.users import Actor
    from tools.context import SymbolResolver
    from tools.market.slots import Slot

OPTIONS = ("zone", "exchange", "holidays", "quiet", "sections", "symbols", "channel")
HERE = "here"
_HOLIDAYS = {"skip": "not on days without a session", "say": "a line on days without a session", "send": ""}


def kind_of(word: str) -> str:
    """The kind that a word names; "market-close" is "market_close". Raises `DigestRefused`."""
    kind = word.lower().replace("-", "_")
    if kind not in DIGEST_KINDS:
        raise DigestRefused(f"“{word[:30]}” is no kind of digest; choose one of {', '.join(DIGEST_KINDS)}.")
    return kind


def split_options(words: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The schedule, which is all words without a “=”, and the options. Raises `DigestRefused`."""
    options = {}
    for word in words:
        name, sign, value = word.partition("=")
        if sign:
            if name.lower() not in OPTIONS:
                raise DigestRefused(f"“{name[:30]}” is nothing to set; there are {', '.join(OPTIONS)}.")
            options[name.lower()] = value
    return " ".join(word for word in words if "=" not in word), options


def with_options(
    terms: DigestTerms, schedule: str, options: Mapping[str, str], symbols: SymbolResolver, channel: str = ""
) -> DigestTerms:
    """The terms with what was said; “channel=here” is `channel`. Raises `DigestRefused`."""
    changes: dict[str, object] = {"schedule": schedule} if schedule else {}
    for option, name in (("zone", "time_zone"), ("exchange", "calendar"), ("holidays", "holidays")):
        if option in options:
            changes[name] = options[option]
    if "quiet" in options:
        try:
            changes["quiet_hours"] = read_quiet_hours(options["quiet"])
        except ValueError as error:
            raise DigestRefused(f"{error}.") from None
    if "sections" in options:
        changes["sections"] = _listed(options["sections"].lower())
    if "symbols" in options:
        try:
            changes["symbols"] = tuple(symbols.resolve(name).symbol for name in _listed(options["symbols"]))
        except ToolError as error:
            raise DigestRefused(str(error)) from None
    if "channel" in options:
        said = options["channel"].strip("<>").lstrip("#").partition("|")[0]
        if said.lower() == HERE and not channel:
            raise DigestRefused("This is no channel; say which one, by its id, or leave it out.")
        changes["channel"] = channel if said.lower() == HERE else said
    return replace(terms, **changes)  # type: ignore[arg-type]  # by the names of its own fields


async def usual_terms(session: AsyncSession, owner: Actor, kind: str, surface: str, app_zone: str = "") -> DigestTerms:
    """What a digest of that kind is where nothing else is said: in the owner's time zone.

    That is the one they chose, else `app_zone`, the one that their app has, else the tenant's.
    """
    chosen, policy = await preferences.choices_of(session, owner), await policy_of(session, owner.tenant)
    return DigestTerms(kind, surface, time_zone=chosen.time_zone or app_zone or policy.time_zone)


def told(row: Digest, upcoming: Slot | None) -> str:
    """A digest in a line: what, when, where, and when it comes next."""
    said = [digest_sending(row).text, EXCHANGE_NAMES.get(row.calendar, row.calendar)]
    said += [f"in {row.target['channel']}"] if (row.target or {}).get("channel") else []
    if row.schedule[:1].isdigit() and _HOLIDAYS[row.holidays]:  # a time from a session comes on its days alone
        said.append(_HOLIDAYS[row.holidays])
    said += [f"about {', '.join(row.symbols)}"] if row.symbols else []
    line = "; ".join(said)
    if row.failure:
        return f"{line}. Switched off: {row.failure}."
    if row.paused:
        return f"{line}. Paused."
    return f"{line}. {next_told(row, upcoming)}"


def next_told(row: Digest, upcoming: Slot | None) -> str:
    """When it comes next."""
    return f"Next: {moment(upcoming.at, row.time_zone)}." if upcoming else "Its next time is not known yet."


def history_told(row: Digest, sendings: Sequence[Sending]) -> list[str]:
    """What became of its slots, a line each."""
    return [f"{moment(each.slot, row.time_zone)}: {each.outcome or each.state}" for each in sendings]


def moment(at: datetime, zone: str) -> str:
    """A time in a zone, to the minute."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%H:%M} on {show_day(local.date())}"


def _listed(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())
