"""Typed commands, the same on every surface; they work with the model switched off, and only they write."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from rapidfuzz import process

from bot.records import portfolios, targets
from bot.turn.rendering import escape
from tools.errors import ToolError
from tools.parsing.numbers import parse_percent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.records.database import Database
    from bot.records.users import Actor
    from tools.context import SymbolResolver

MAX_WATCHED = 50
_WHOLE = Decimal(100)


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
            watched = await portfolios.watchlist_of(session, context.actor)
        shown = ", ".join(map(escape, watched))
        return f"On your watchlist: {shown}." if watched else "Your watchlist is empty; add with `/watch add AAPL`."
    if action not in ("add", "remove") or not names:
        return "Say `/watch list`, `/watch add AAPL MSFT` or `/watch remove AAPL`."
    try:
        symbols = [context.symbols.resolve(name.strip(",")).symbol for name in names]
    except ToolError as error:
        return f"Nothing was changed. {escape(str(error))}"
    async with context.database.write() as session:
        watched = await portfolios.watchlist_of(session, context.actor)
        kept = [symbol for symbol in watched if symbol not in symbols]
        after = kept if action == "remove" else [*watched, *(symbol for symbol in symbols if symbol not in watched)]
        if len(after) > MAX_WATCHED:
            return f"Nothing was changed: a watchlist holds at most {MAX_WATCHED} symbols; remove some first."
        await portfolios.set_watchlist(session, context.actor, after)
    changed = [symbol for symbol in dict.fromkeys(symbols) if (symbol in watched) != (symbol in after)]
    shown = ", ".join(map(escape, changed or dict.fromkeys(symbols)))
    if not changed:
        return f"Nothing was changed: {shown} {'was not' if action == 'remove' else 'is already'} on your watchlist."
    verb = "Added to" if action == "add" else "Removed from"
    return f"{verb} your watchlist: {shown}. It now holds {len(after)}."


async def target_command(context: CommandContext, words: Sequence[str]) -> str:
    """Your target weights: `/target list`, `/target AAPL 25%`, `/target remove AAPL`."""
    async with context.database.write() as session:
        portfolio = await targets.only_portfolio(session, context.actor)
        if portfolio is None:
            return "Targets belong to one portfolio, and you have none or several; import your holdings into one."
        before = await targets.targets_of(session, context.actor, portfolio)
        if words in ([], ["list"]):
            return _target_list(before) or "You have no target weights; set one with `/target AAPL 25%`."
        change = _read_target(context.symbols, words)
        if isinstance(change, str):
            return change
        symbol, weight = change
        after = {**before, symbol: weight}
        if weight == before.get(symbol):
            return f"Nothing was changed: {escape(symbol)} has {'that target already' if weight else 'no target'}."
        kept = {symbol: weight for symbol, weight in after.items() if weight is not None}
        if (total := sum(kept.values())) > 1:
            over = f"the targets would add up to {_plain(total * _WHOLE)}%"
            return f"Nothing was changed: {over}; lower others first, see `/target list`."
        await targets.set_target(session, context.actor, portfolio, symbol, weight)
    return _target_list(kept) or "You have no target weights now."


def _read_target(symbols: SymbolResolver, words: Sequence[str]) -> tuple[str, Decimal | None] | str:
    """(symbol, fraction, None to remove it), or why not."""
    removes = words[0].lower() == "remove"
    name, said = (words[-1], None) if removes else (words[0], words[-1])
    percent = parse_percent(said) if said else None
    if len(words) != 2 or not (removes or (percent is not None and 0 < percent <= _WHOLE)):
        return "Say `/target list`, `/target AAPL 25%` (above 0% and up to 100%) or `/target remove AAPL`."
    try:
        return symbols.resolve(name).symbol, percent / _WHOLE if percent else None
    except ToolError as error:
        return f"Nothing was changed. {escape(str(error))}"


def _target_list(weights: dict[str, Decimal]) -> str:
    """The targets in words; "" when there are none."""
    if not weights:
        return ""
    shown = ", ".join(f"{escape(symbol)} {_plain(weight * _WHOLE)}%" for symbol, weight in weights.items())
    rest = 1 - sum(weights.values())
    return f"Your target weights: {shown}{f'; {_plain(rest * _WHOLE)}% for everything else' if rest > 0 else ''}."


def _plain(number: Decimal) -> str:
    """Without exponent or trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


COMMANDS: dict[str, Callable[[CommandContext, Sequence[str]], Awaitable[str]]] = {
    "help": help_command,
    "target": target_command,
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
