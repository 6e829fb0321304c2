"""Typed commands, the same on every surface; they work with the model switched off, and only they write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rapidfuzz import process

from bot.records import store
from bot.turn.rendering import escape
from tools.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.records.database import Database
    from bot.records.store import Actor
    from tools.context import SymbolResolver

MAX_WATCHED = 50


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What a command may use; the actor comes from the surface, never from the text."""

    database: Database
    symbols: SymbolResolver
    actor: Actor


async def help_command(_: CommandContext, __: Sequence[str]) -> str:
    """What can be typed."""
    lines = [f"- `/{name}`: {command.__doc__}" for name, command in COMMANDS.items()]
    return "\n".join(["Ask anything in plain words, or type:", "", *lines])


async def watch_command(context: CommandContext, words: Sequence[str]) -> str:
    """Your watchlist: `/watch list`, `/watch add AAPL MSFT`, `/watch remove AAPL`."""
    action, *names = words or ["list"]
    if action == "list" and not names:
        async with context.database.read() as session:
            watched = await store.watchlist_of(session, context.actor)
        shown = ", ".join(map(escape, watched))
        return f"On your watchlist: {shown}." if watched else "Your watchlist is empty; add with `/watch add AAPL`."
    if action not in ("add", "remove") or not names:
        return "Say `/watch list`, `/watch add AAPL MSFT` or `/watch remove AAPL`."
    try:
        symbols = [context.symbols.resolve(name.strip(",")).symbol for name in names]
    except ToolError as error:
        return f"Nothing was changed. {escape(str(error))}"
    async with context.database.write() as session:
        watched = await store.watchlist_of(session, context.actor)
        kept = [symbol for symbol in watched if symbol not in symbols]
        after = kept if action == "remove" else [*watched, *(symbol for symbol in symbols if symbol not in watched)]
        if len(after) > MAX_WATCHED:
            return f"Nothing was changed: a watchlist holds at most {MAX_WATCHED} symbols; remove some first."
        await store.set_watchlist(session, context.actor, after)
    changed = [symbol for symbol in dict.fromkeys(symbols) if (symbol in watched) != (symbol in after)]
    shown = ", ".join(map(escape, changed or dict.fromkeys(symbols)))
    if not changed:
        return f"Nothing was changed: {shown} {'was not' if action == 'remove' else 'is already'} on your watchlist."
    verb = "Added to" if action == "add" else "Removed from"
    return f"{verb} your watchlist: {shown}. It now holds {len(after)}."


COMMANDS: dict[str, Callable[[CommandContext, Sequence[str]], Awaitable[str]]] = {
    "help": help_command,
    "watch": watch_command,
}


async def run_command(context: CommandContext, text: str) -> str:
    """Run "/name words…"; an unknown name gets the nearest one."""
    name, *words = text.removeprefix("/").split()[:60] or [""]
    command = COMMANDS.get(name.lower())
    if command is None:
        near = process.extractOne(name.lower(), list(COMMANDS))
        hint = f" Did you mean `/{near[0]}`?" if near and near[1] >= 60 else " Type `/help` for the list."
        return f"There is no command `/{escape(name[:30])}`.{hint}"
    return await command(context, words)
