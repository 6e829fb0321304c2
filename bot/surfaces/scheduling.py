"""`tuppence digest …` at work: digests of anybody, as who may run commands on the server may open the database, too."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import typer

from bot.app import make_resolver
from bot.records import digests
from bot.records.digest_terms import next_of, terms_of, vet
from bot.records.opening import open_records
from bot.records.schedule_tables import Digest
from bot.records.users import Actor
from bot.turn.digest_words import history_told, kind_of, told, usual_terms, with_options

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from bot.settings import Settings

_ACTS: dict[str, tuple[Callable[..., Awaitable[Any]], str]] = {
    "pause": (digests.pause, "Paused."),
    "resume": (digests.resume, "It is sent again."),
    "run": (digests.run_now, "It is in the inbox; a running `tuppence serve` sends it."),
    "delete": (digests.delete, "Deleted."),
}


async def add(
    settings: Settings, tenant: str, owner: str, kind: str, surface: str, when: str, options: Mapping[str, str]
) -> None:
    """Schedule a digest. Raises `DigestRefused`."""
    by, now = Actor(settings.user, tenant), datetime.now(UTC)
    person = Actor(owner or settings.user, tenant)
    async with await open_records(settings) as database:
        async with database.read() as session:
            usual = await usual_terms(session, person, kind_of(kind), surface)
        terms = await vet(with_options(usual, when, options, make_resolver()), now)
        async with database.write() as session:
            row = await digests.add(session, by, person.user, terms, at=now)
        typer.echo(f"{row.id}: {told(row, await next_of(row, now))}")


async def show(settings: Settings, tenant: str, owner: str, *, as_json: bool) -> None:
    """All digests of a tenant, or of one person."""
    now = datetime.now(UTC)
    async with await open_records(settings) as database:
        async with database.read() as session:
            wanted = sa.select(Digest).where(Digest.tenant == tenant).order_by(Digest.user_id, Digest.created_at)
            rows = list(await session.scalars(wanted.where(Digest.user_id == owner) if owner else wanted))
        upcoming = [await next_of(row, now) for row in rows]
    if as_json:
        records = [_record(row, slot.at if slot else None) for row, slot in zip(rows, upcoming, strict=True)]
        typer.echo(json.dumps(records, ensure_ascii=False, indent=2))
        return
    for row, slot in zip(rows, upcoming, strict=True):
        typer.echo(f"{row.id} of {row.user_id}: {told(row, slot)}")
    if not rows:
        typer.echo(f"No digest is scheduled (tenant {tenant}); `tuppence digest add --help` says how.")


async def change(settings: Settings, tenant: str, digest: str, when: str, options: Mapping[str, str]) -> None:
    """Give a digest other terms. Raises `DigestRefused`."""
    by, now = Actor(settings.user, tenant), datetime.now(UTC)
    async with await open_records(settings) as database:
        async with database.read() as session:
            row = await digests.digest_of(session, by, digest, of_anyone=True)
        terms = await vet(with_options(terms_of(row), when, options, make_resolver()), now)
        async with database.write() as session:
            changed = await digests.change(session, by, digest, terms, at=now, of_anyone=True)
            row = await digests.digest_of(session, by, digest, of_anyone=True)
        said = told(row, await next_of(row, now)) if changed else "It was so already; nothing was changed."
        typer.echo(said)


async def act(settings: Settings, tenant: str, digest: str, name: str) -> None:
    """Pause, resume, run or delete. Raises `DigestRefused`."""
    act, done = _ACTS[name]
    by, now = Actor(settings.user, tenant), datetime.now(UTC)
    async with await open_records(settings) as database, database.write() as session:
        changed = await act(session, by, digest, at=now, of_anyone=True)
    typer.echo("It was so already; nothing was changed." if changed is False else done)


async def history(settings: Settings, tenant: str, digest: str) -> None:
    """What became of a digest's slots. Raises `DigestRefused`."""
    async with await open_records(settings) as database, database.read() as session:
        row = await digests.digest_of(session, Actor(settings.user, tenant), digest, of_anyone=True)
        sendings = await digests.history(session, tenant, digest)
    typer.echo("\n".join(history_told(row, sendings)) or "It was not due yet.")


def _record(row: Digest, upcoming: datetime | None) -> dict[str, Any]:
    terms = terms_of(row)
    return {
        "id": row.id,
        "user": row.user_id,
        **{name: getattr(terms, name) for name in terms.__slots__},
        "paused": row.paused,
        "failure": row.failure,
        "last_slot": row.last_slot,
        "next": upcoming.isoformat() if upcoming else None,
    }
