"""Importing a portfolio in the terminal: read, preview, confirm, keep all or nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.errors import ImportRefused
from bot.records import permissions
from bot.records.access import ClientAccess
from bot.records.opening import open_records
from bot.records.sample import admit
from bot.records.users import Actor
from bot.surfaces.console import read_line
from bot.turn.destination import TERMINAL
from bot.turn.gate import Gate, Stopped
from tools.errors import AccessRefused
from tools.portfolio.importing import preview_import

if TYPE_CHECKING:
    from pathlib import Path

    from bot.records.database import Database
    from bot.settings import Settings
    from tools.portfolio.importing import ImportPreview

MAX_SHOWN = 20
MAX_BYTES = 2_000_000


async def run_import(
    settings: Settings, path: Path, user: str, *, confirmed: bool, replace: bool, client: str = ""
) -> None:
    """Import `path` for `user`, or for a `client` whom that user advises.

    Raises `ImportRefused` with every bad line, or with why the user may not; nothing is kept unless all is.
    """
    content = _read(path)
    from bot.app import make_resolver

    console = Console(highlight=False)
    preview = preview_import(
        content, make_resolver(), today=datetime.now(UTC).date(), default_currency=settings.base_currency
    )
    if preview.problems:
        raise ImportRefused(path.name, list(map(str, preview.problems)))
    _show(console, preview)
    actor = Actor(user or settings.user)
    database = await open_records(settings)
    try:
        async with database.write() as session:
            await admit(session, actor)
        access = await _access(database, actor, settings.base_currency, path.name, client)
        async with access.reading() as book:
            again = await book.already_kept(preview.transactions)
        if again and not replace:
            console.print(Text(f"{again} of these rows are in the portfolio already; they would be added again."))
        if not confirmed:
            answer = read_line(f"Import {len(preview.rows)} rows for {client or actor.user}? [y/N] ")
            if answer is None:
                console.print("\nNothing was imported; add --yes to import without being asked.")
                raise typer.Exit(1)
            if answer.strip().lower() not in ("y", "yes"):
                console.print("Nothing was imported.")
                return
        async with access.writing() as kept:
            await kept.add_transactions(preview.transactions, replace=replace)
    except AccessRefused as refused:
        raise ImportRefused(path.name, [str(refused)]) from None
    finally:
        await database.close()
    rows = f"{len(preview.rows)} row{'' if len(preview.rows) == 1 else 's'}"
    console.print(Text(f"Imported {rows}. Ask: tuppence ask “what do I hold?”"))


async def _access(database: Database, actor: Actor, currency: str, name: str, client: str) -> ClientAccess:
    """To the book the rows go to. Raises `ImportRefused` when the actor may change nothing there."""
    try:
        await Gate(database, actor, TERMINAL).look()
    except Stopped as stopped:
        raise ImportRefused(name, [str(stopped)]) from None
    async with database.read() as session:
        if not await permissions.may_write(session, actor, client or actor.user):
            raise ImportRefused(name, [f"{actor.user} may not change what {client} holds; only the adviser may"])
    return ClientAccess(database, actor, currency, subject=client)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ImportRefused(path.name, [f"the file can't be read: {error.strerror or error}"]) from None


def _show(console: Console, preview: ImportPreview) -> None:
    table = Table("line", "symbol", "name", "quantity", "price", "date", "account")
    for row in preview.rows[:MAX_SHOWN]:
        lot = row.transaction
        price = f"{lot.price} {lot.currency}" if lot.price is not None else f"unknown {lot.currency}"
        cells = (str(row.line), lot.symbol, row.name, str(lot.quantity), price, lot.traded_on.isoformat(), lot.account)
        table.add_row(*map(Text, cells))
    console.print(table)
    if len(preview.rows) > MAX_SHOWN:
        console.print(Text(f"… and {len(preview.rows) - MAX_SHOWN} more rows."))
    for note in preview.notes:
        console.print(Text(f"Note: {note}", style="yellow"))
