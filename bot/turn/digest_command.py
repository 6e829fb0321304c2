"""`/digest`: a person's own digests, and, with a role, those of a channel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import DigestRefused
from bot.records import digests
from bot.records.digest_terms import PERSONAL_KINDS, SURFACES, next_of, terms_of, vet
from bot.records.schedule_tables import DIGEST_KINDS
from bot.turn.digest_words import (
    history_told,
    kind_of,
    next_told,
    split_options,
    told,
    usual_terms,
    with_options,
)
from bot.turn.prompting import sections
from bot.turn.rendering import escape
from tools.market.signals import definitions_text
from tools.market_data import unchanging_note

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.records.schedule_tables import Digest
    from bot.turn.commands import CommandContext

USAGE = (
    "Say `/digest add market_close`, with a time if you like (`/digest add my_portfolio 08:00 mon-fri`, `close+30m`) "
    "and `zone=Europe/Berlin`, `exchange=XLON`, `holidays=skip`, `quiet=22:00-07:00`, `sections=headline,movers`, "
    "`symbols=AAPL,MSFT` or `channel=here`; then `/digest list`, `change`, `pause`, `resume`, `run`, `history` or "
    f"`delete` with its number. The kinds are {', '.join(DIGEST_KINDS)}."
)
_ELSEWHERE = (
    "Nothing was scheduled: a digest is sent to Slack or Teams. Say it there, or run `tuppence digest add` on the "
    "server."
)
_SAME = "each one tells of the same prices"
_ID = 8


async def digest_command(context: CommandContext, words: Sequence[str]) -> str:
    """Your digests: `/digest add my_portfolio 08:00 mon-fri`, `/digest list`, `/digest pause 1`, `/digest run 1`."""
    action, *rest = words or ["list"]
    act = _ACTS.get(action.lower())
    if act is None:
        return USAGE
    try:
        return await act(context, rest)
    except DigestRefused as refused:
        return f"Nothing was changed. {escape(str(refused))}"


async def _add(context: CommandContext, words: Sequence[str]) -> str:
    if not words:
        return USAGE
    if context.surface not in SURFACES:
        return _ELSEWHERE
    schedule, options = split_options(words[1:])
    async with context.database.read() as session:
        usual = await usual_terms(session, context.actor, kind_of(words[0]), context.surface, context.time_zone)
    now = context.now()
    terms = await vet(with_options(usual, schedule, options, context.symbols, context.channel), now)
    async with context.database.write() as session:
        row = await digests.add(session, context.actor, context.actor.user, terms, at=now)
    where = "in that channel" if terms.channel else "in our direct messages"
    private = " It is about you, so nobody else sees it." if terms.kind in PERSONAL_KINDS else ""
    same = unchanging_note(context.market, _SAME) if context.market else ""
    stale = f" {escape(same)}" if same else ""
    return f"Scheduled {where}: {escape(told(row, await next_of(row, now)))}{private}{stale}"


async def _list(context: CommandContext, words: Sequence[str]) -> str:
    rows = await _own(context)
    if words or not rows:
        return USAGE if words else f"You have no digests. {USAGE}"
    lines = [f"{number}. {escape(told(row, await next_of(row, context.now())))}" for number, row in enumerate(rows, 1)]
    return "\n".join(["Your digests:", "", *lines])


async def _change(context: CommandContext, words: Sequence[str]) -> str:
    row, now = await _pointed(context, words[:1]), context.now()
    schedule, options = split_options(words[1:])
    terms = await vet(with_options(terms_of(row), schedule, options, context.symbols, context.channel), now)
    async with context.database.write() as session:
        is_changed = await digests.change(session, context.actor, row.id, terms, at=now)
        row = await digests.digest_of(session, context.actor, row.id)
    if not is_changed:
        return "Nothing was changed: it is so already."
    return f"Changed: {escape(told(row, await next_of(row, now)))}"


async def _pause(context: CommandContext, words: Sequence[str]) -> str:
    row = await _pointed(context, words)
    async with context.database.write() as session:
        is_changed = await digests.pause(session, context.actor, row.id, at=context.now())
    return "Paused until you say `/digest resume`." if is_changed else "Nothing was changed: it is paused already."


async def _resume(context: CommandContext, words: Sequence[str]) -> str:
    row, now = await _pointed(context, words), context.now()
    async with context.database.write() as session:
        is_changed = await digests.resume(session, context.actor, row.id, at=now)
        row = await digests.digest_of(session, context.actor, row.id)
    if not is_changed:
        return "Nothing was changed: it is not paused."
    return f"It is sent again. {escape(next_told(row, await next_of(row, now)))}"


async def _run(context: CommandContext, words: Sequence[str]) -> str:
    row = await _pointed(context, words)
    async with context.database.write() as session:
        await digests.run_now(session, context.actor, row.id, at=context.now())
    return "It is being made, and comes where it always does."


async def _history(context: CommandContext, words: Sequence[str]) -> str:
    row = await _pointed(context, words)
    async with context.database.read() as session:
        sendings = await digests.history(session, row.tenant, row.id)
    if not sendings:
        return "It was not due yet."
    return "\n".join(
        [f"Its times, in {escape(row.time_zone)}:", "", *(f"- {escape(x)}" for x in history_told(row, sendings))]
    )


async def _delete(context: CommandContext, words: Sequence[str]) -> str:
    row = await _pointed(context, words)
    async with context.database.write() as session:
        await digests.delete(session, context.actor, row.id, at=context.now())
    return f"Deleted: {escape(row.kind)}. What was sent stays where it is."


async def _signals(_: CommandContext, __: Sequence[str]) -> str:
    """The rules by which a digest tells of trends."""
    return f"{sections('digests')['signals']}\n\n{definitions_text()}"


async def _own(context: CommandContext) -> Sequence[Digest]:
    async with context.database.read() as session:
        return await digests.digests_of(session, context.actor)


async def _pointed(context: CommandContext, words: Sequence[str]) -> Digest:
    """The digest that is meant, by its number in the list or its id. Raises `DigestRefused`."""
    rows = await _own(context)
    if len(words) != 1:
        raise DigestRefused("Say which one, by its number in `/digest list`.")
    if words[0].isdecimal() and len(words[0]) < _ID and 1 <= int(words[0]) <= len(rows):
        return rows[int(words[0]) - 1]
    found = next((row for row in rows if row.id == words[0].lower()), None)
    if found is None:
        raise DigestRefused(f"You have no digest “{words[0][:30]}”; `/digest list` shows those you have.")
    return found


_ACTS: dict[str, Callable[[CommandContext, Sequence[str]], Awaitable[str]]] = {
    "add": _add,
    "change": _change,
    "delete": _delete,
    "history": _history,
    "list": _list,
    "pause": _pause,
    "remove": _delete,
    "resume": _resume,
    "run": _run,
    "signals": _signals,
}
