"""Typed commands, the same on every surface; they work with the model switched off, and only they write."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.records import permissions
from bot.records.access import ClientAccess
from bot.turn import command_names
from bot.turn.alert_command import alert_command
from bot.turn.digest_command import digest_command
from bot.turn.import_command import import_command
from bot.turn.market_commands import LOOK_UPS, names_in
from bot.turn.privacy_commands import export_command, forget_command
from bot.turn.rendering import escape
from bot.turn.settings_command import settings_command
from tools.errors import ToolError
from tools.parsing.numbers import parse_percent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from bot.records.database import Database
    from bot.records.permissions import Client
    from bot.records.users import Actor
    from tools.context import SymbolResolver
    from tools.market_data.base import MarketData

MAX_WATCHED = 50
MAX_LISTED = 50
_WHOLE = Decimal(100)
_PLAIN = re.compile(r"[A-Za-z0-9,%&+-]{0,100}")
"""Words that may be said again as they are: they hold neither a link nor a mention."""


@dataclass(frozen=True, slots=True)
class CommandContext:
    """What a command may use; the actor comes from the surface, never from the text.

    `access` is to the data of whom the turn is about; without it, the actor's own. `channel` is the shared place in
    which it was said, "" elsewhere. `time_zone` is the one that the person's app has, "" where it is not known.
    """

    database: Database
    symbols: SymbolResolver
    actor: Actor
    conversation: str = ""
    access: ClientAccess | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    surface: str = "terminal"
    market: MarketData | None = None
    channel: str = ""
    time_zone: str = ""

    @property
    def books(self) -> ClientAccess:
        """The one door to client data."""
        return self.access or ClientAccess(self.database, self.actor)


async def help_command(_: CommandContext, __: Sequence[str]) -> str:
    """What can be typed."""
    listed = {name: str(command.__doc__) for name, command in (*LOOK_UPS.items(), *COMMANDS.items())}
    lines = [f"- `/{name}`: {about}" for name, about in listed.items()]
    return "\n".join(["Ask anything in plain words, or type:", "", *lines])


async def watch_command(context: CommandContext, words: Sequence[str]) -> str:
    """Your watchlist: `/watch list`, `/watch add AAPL MSFT`, `/watch remove AAPL`."""
    action, *names = words or ["list"]
    if action == "list" and not names:
        watched = await context.books.watchlist()
        shown = ", ".join(map(escape, watched))
        return f"On your watchlist: {shown}." if watched else "Your watchlist is empty; add with `/watch add AAPL`."
    if action not in ("add", "remove") or not names:
        return "Say `/watch list`, `/watch add AAPL MSFT` or `/watch remove AAPL`."
    try:
        named = names_in(names, context.symbols)
        symbols = [context.symbols.resolve(name).symbol for name in named]
    except ToolError as error:
        return f"Nothing was changed. {escape(str(error))}"
    async with context.books.writing() as book:
        watched = await book.watchlist()
        kept = [symbol for symbol in watched if symbol not in symbols]
        after = kept if action == "remove" else [*watched, *(symbol for symbol in symbols if symbol not in watched)]
        if len(after) > MAX_WATCHED:
            return f"Nothing was changed: a watchlist holds at most {MAX_WATCHED} symbols; remove some first."
        await book.set_watchlist(after)
    changed = [symbol for symbol in dict.fromkeys(symbols) if (symbol in watched) != (symbol in after)]
    shown = ", ".join(map(escape, changed or dict.fromkeys(symbols)))
    if not changed:
        return f"Nothing was changed: {shown} {'was not' if action == 'remove' else 'is already'} on your watchlist."
    verb = "Added to" if action == "add" else "Removed from"
    return f"{verb} your watchlist: {shown}. It now holds {len(after)}."


async def target_command(context: CommandContext, words: Sequence[str]) -> str:
    """Your target weights: `/target list`, `/target AAPL 25%`, `/target remove AAPL`."""
    is_list = words in ([], ["list"])
    async with context.books.reading() as seen:
        portfolio = await seen.only_portfolio()
        if portfolio is None:
            return "Targets belong to one portfolio, and you have none or several; import your holdings into one."
        if is_list:
            shown = _target_list(await seen.targets(portfolio))
            return shown or "You have no target weights; set one with `/target AAPL 25%`."
    async with context.books.writing() as book:
        before = await book.targets(portfolio)
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
        await book.set_target(portfolio, symbol, weight)
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


async def client_command(context: CommandContext, words: Sequence[str]) -> str:
    """Whom you ask about: `/client NAME` for a client of yours, `/client` for yourself again."""
    async with context.database.write() as session:
        clients = await permissions.clients_of(session, context.actor)
        if not words:
            await permissions.choose_client(session, context.actor, context.conversation, None, at=context.now())
            return f"You ask about yourself. {_choice(clients)}"
        found = _matching(clients, " ".join(words))
        if len(found) > 1:
            names = " or ".join(f"`/client {escape(client.id)}`" for client in found)
            return f"Nothing was changed: several clients have that name. Say {names}."
        if not found:
            return f"Nothing was changed: you have no client of that name. {_choice(clients)}"
        (client,) = found
        await permissions.choose_client(session, context.actor, context.conversation, client.id, at=context.now())
    reach = "" if client.may_write else " You can look, and only the adviser can change anything."
    return (
        f"You ask about {escape(client.name)} in this conversation now.{reach} Type `/client` to go back to yourself."
    )


def _matching(clients: Sequence[Client], said: str) -> list[Client]:
    """The client of that id, or all of that name."""
    by_id = [client for client in clients if client.id == said]
    return by_id or [client for client in clients if client.name.casefold() == said.casefold()]


def _choice(clients: Sequence[Client]) -> str:
    """Whom one may ask about, in words."""
    if not clients:
        return "There is nobody else you may ask about."
    named = [
        escape(client.name) if client.name == client.id else f"{escape(client.name)} ({escape(client.id)})"
        for client in clients[:MAX_LISTED]
    ]
    rest = f" and {len(clients) - MAX_LISTED} more" if len(clients) > MAX_LISTED else ""
    return f"You may ask about: {', '.join(named)}{rest}. Choose with `/client NAME`."


COMMANDS: dict[str, Callable[[CommandContext, Sequence[str]], Awaitable[str]]] = {
    "alert": alert_command,
    "client": client_command,
    "digest": digest_command,
    "export": export_command,
    "forget": forget_command,
    "help": help_command,
    "import": import_command,
    "settings": settings_command,
    "target": target_command,
    "watch": watch_command,
}


def names() -> tuple[str, ...]:
    """Everything that can be typed after a slash."""
    return (*COMMANDS, *LOOK_UPS)


def as_command(text: str) -> str:
    """What was typed after the app's own command: "watch list" is "/watch list"; a question stays one."""
    return command_names.as_command(text, names())


PUBLIC_COMMANDS = frozenset({"help"})
"""What anyone may read; every other command shows or changes what is the person's own."""


def is_personal(text: str) -> bool:
    """Whether "/name words…" is a command that shows or changes anything of a person's."""
    name = _name(text)
    return name in COMMANDS and name not in PUBLIC_COMMANDS


def _name(text: str) -> str:
    return (text.removeprefix("/").split() or [""])[0].lower()


async def run_command(context: CommandContext, text: str) -> str:
    """Run "/name words…"; an unknown name gets the nearest one."""
    name, *words = text.removeprefix("/").split()[:60] or [""]
    command = COMMANDS.get(_name(text))
    if command is None:
        near = command_names.nearest(name, names())
        whole = " ".join([f"/{near}", *words]) if _PLAIN.fullmatch("".join(words)) else f"/{near}"
        hint = f" Did you mean `{whole}`?" if near else " Type `/help` for the list."
        return f"There is no command `/{escape(name[:30])}`.{hint}"
    return await command(context, words)
