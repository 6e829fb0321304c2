"""`tuppence admin …`: what the admin of this installation sets, and what is set. Who may open the database is one."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from bot.errors import AdminRefused
from bot.records import audit
from bot.records.listings import listing
from bot.records.opening import open_records
from bot.records.users import Actor

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.settings import Settings

    Change = Callable[[AsyncSession, Actor, datetime], Awaitable[Any]]

WIDEST = 60
ONLY_IN_JSON = ("hash", "previous_hash")


async def change(settings: Settings, tenant: str, act: Change, done: str, *, as_json: bool) -> None:
    """Make one change in one unit and say so, with what it returned for `{result}`. Raises `AdminRefused`."""
    async with await open_records(settings) as database, database.write() as session:
        result = await act(session, Actor(settings.user, tenant), datetime.now(UTC))
    changed = result is not False
    said = done.replace("{result}", str(result)) if changed else "It was so already; nothing was changed."
    typer.echo(json.dumps({"changed": changed, "said": said}, ensure_ascii=False) if as_json else said)


async def show(settings: Settings, tenant: str, what: str, *, as_json: bool) -> None:
    """All rows of one kind."""
    async with await open_records(settings) as database, database.read() as session:
        rows = await listing(session, tenant, what)
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    elif not rows:
        typer.echo(f"Nothing is set ({what}, tenant {tenant}).")
    else:
        _draw(rows)


async def verify(settings: Settings, tenant: str, *, as_json: bool) -> bool:
    """Whether the audit log is whole, and where it is not."""
    async with await open_records(settings) as database, database.read() as session:
        log = await audit.entries(session, tenant)
    broken = audit.first_break(log)
    said = (
        f"The audit log of {tenant} is whole: {len(log)} rows."
        if broken is None
        else f"The audit log of {tenant} is broken: row {broken} does not follow from the one before."
    )
    record = {"rows": len(log), "first_broken": broken, "last_hash": log[-1].hash if log else None}
    typer.echo(json.dumps(record) if as_json else said)
    return broken is None


def read_changes(pairs: Sequence[str]) -> dict[str, Any]:
    """FIELD=VALUE pairs; a value that is JSON is read as such. Raises `AdminRefused`."""
    changes: dict[str, Any] = {}
    for pair in pairs:
        field, sign, value = pair.partition("=")
        if not sign:
            raise AdminRefused(f"“{pair[:50]}” is no FIELD=VALUE; write one like base_currency=EUR.")
        try:
            changes[field] = json.loads(value) if value[:1] in "{[" or value == "null" else value
        except ValueError:
            raise AdminRefused(f"The value of {field[:50]} is no JSON; put it in quotes and try again.") from None
    return changes


def _draw(rows: Sequence[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    names = [name for name in rows[0] if name not in ONLY_IN_JSON]
    table = Table(*names)
    for row in rows:
        table.add_row(*(Text(_cell(row[name])) for name in names))
    Console(highlight=False).print(table)


def _cell(value: Any) -> str:
    text = "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDEST else f"{text[: WIDEST - 1]}…"
