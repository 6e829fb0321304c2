"""`/alert`: what a person wants to be told of, always their own, and told to them alone."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from bot.records import alerts
from bot.records.access import ClientAccess
from bot.turn.alert_setting import prepare
from bot.turn.alert_words import USAGE, read_alert, read_silence
from bot.turn.rendering import escape
from tools.alerts.telling import named
from tools.context import ToolContext
from tools.errors import ToolError
from tools.formatting import show_day
from tools.market_data import unchanging_note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.alerts import Kept
    from bot.turn.alert_setting import Prepared
    from bot.turn.commands import CommandContext

TERMINAL = "terminal"
_ACTS = frozenset({"remove", "delete", "pause", "resume", "snooze"})
_SILENCE = "Say how long, from 1 hour to 90 days, as in `/alert snooze 2 3 days`."
_NEVER = "this alert can't go off"
_NO_DATA = "Nothing was set: there is no market data here to watch."
_CHANGES = "To change one: `/alert remove 1`, `/alert pause 1`, `/alert snooze 1 3 days`."
_ID_LENGTH = 32


async def alert_command(context: CommandContext, words: Sequence[str]) -> str:
    """Be told of prices: `/alert AAPL above 150`, `/alert TSLA moves 5%`, `/alert NVDA new high`, `/alert list`."""
    action, *rest = [word.lower() for word in words] or ["list"]
    if action == "list" and not rest:
        return await _list(context)
    if action in _ACTS and (not rest or _is_pointer(rest[0])):
        return await _act(context, action, rest)
    typed = read_alert(words)
    if isinstance(typed, str):
        return typed
    if context.market is None:
        return _NO_DATA
    own = ClientAccess(context.database, context.actor)  # an alert is about oneself, whomever the talk is about
    try:
        level, watch, told = await prepare(ToolContext(context.market, context.symbols, own, context.now), typed)
    except ToolError as error:
        return f"Nothing was set. {escape(str(error))}"
    if never := unchanging_note(context.market, _NEVER):
        told = [*told, never]
    return await _keep(context, (level, watch, told))


async def _keep(context: CommandContext, prepared: Prepared) -> str:
    level, watch, told = prepared
    target = {"user": context.actor.user}
    async with context.database.write() as session:
        present = await alerts.alerts_of(session, context.actor)
        known = next((number for number, each in enumerate(present, 1) if each.level == level), 0)
        if known:
            return f"Nothing was set: you have that alert already, as number {known} of `/alert list`."
        added = await alerts.add(
            session, context.actor, level, watch, surface=context.surface, target=target, at=context.now()
        )
    if added is None:
        return f"Nothing was set: {alerts.MOST} alerts are the most that one may have; remove one first."
    where = "when you open `tuppence chat`" if context.surface == TERMINAL else "in our direct messages"
    said = " ".join(map(escape, told))
    return f"Alert {len(present) + 1} is set: {_named(context, added)}. {said} You are told {where}."


async def _list(context: CommandContext) -> str:
    async with context.database.read() as session:
        return _listed(context, await alerts.alerts_of(session, context.actor))


def _listed(context: CommandContext, kept: Sequence[Kept]) -> str:
    if not kept:
        return f"You have no alerts. {USAGE}"
    lines = [f"- {number}: {_named(context, each)}{_state(context, each)}" for number, each in enumerate(kept, 1)]
    return "\n".join(["Your alerts:", "", *lines, "", f"> {_CHANGES}"])


def _named(context: CommandContext, kept: Kept) -> str:
    return escape(named(kept.level, context.symbols.name))


def _state(context: CommandContext, kept: Kept) -> str:
    """What there is to say of it, unless it simply waits."""
    if kept.failure:
        return f" – switched off, as {escape(kept.failure)}; `/alert resume` with its number switches it on again"
    if kept.paused:
        return " – paused; `/alert resume` with its number switches it on again"
    if kept.quiet_until and kept.quiet_until > context.now():
        return f" – silent until {show_day(kept.quiet_until)}"
    return "" if kept.watch.armed else " – there already; told of again once it has gone back"


async def _act(context: CommandContext, action: str, words: Sequence[str]) -> str:
    """Do something with one alert: `words` begin with its number in the list, or its id."""
    if not words:
        return f"Say which one, by its number in `/alert list`, as in `/alert {action} 1`."
    pointer, *more = words
    length = read_silence(more) if action == "snooze" else timedelta(0)
    if length is None:
        return _SILENCE
    if more and action != "snooze":
        return f"Say `/alert {action} 1` with one number of `/alert list`."
    async with context.database.write() as session:
        present = await alerts.alerts_of(session, context.actor)
        kept = _pointed_at(present, pointer)
        if kept is None:
            return "Nothing was changed: you have no such alert, or not any more; see `/alert list`."
        done = await _done(session, context, action, kept, length)
        left = await alerts.alerts_of(session, context.actor)
    told = f"{done}: {_named(context, kept)}."
    return f"{told}\n\n{_listed(context, left)}" if action in ("remove", "delete") and left else told


async def _done(session: AsyncSession, context: CommandContext, action: str, kept: Kept, length: timedelta) -> str:
    actor, at = context.actor, context.now()
    match action:
        case "pause":
            await alerts.pause(session, actor, kept.id, at=at)
            return "Paused"
        case "resume":
            await alerts.resume(session, actor, kept.id, at=at)
            return "On again"
        case "snooze":
            await alerts.snooze(session, actor, kept.id, at + length, at=at)
            return f"Silent until {show_day(at + length)}"
        case _:
            await alerts.remove(session, actor, kept.id, at=at)
            return "Removed"


def _is_pointer(word: str) -> bool:
    """A number of the list, or the id that a button carries."""
    return word.isascii() and (word.isdigit() or (len(word) == _ID_LENGTH and word.isalnum()))


def _pointed_at(present: Sequence[Kept], pointer: str) -> Kept | None:
    if len(pointer) == _ID_LENGTH:
        return next((each for each in present if each.id == pointer), None)
    number = int(pointer[:6])
    return present[number - 1] if 1 <= number <= len(present) else None
