"""A file that somebody dropped: a CSV of holdings is shown as it was understood, to be confirmed; no other is read."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.jobs.imports import IMPORT, rows_text
from bot.jobs.questions import turn_of
from bot.jobs.showing import FileRefused, Plain
from bot.messages import Reply
from bot.records import inbox, permissions, recall, users
from bot.records.access import READ_ONLY
from bot.records.identities import actor_of
from bot.records.inbox import LeaseLost
from bot.records.offers import Offers
from bot.turn.destination import place_now, route
from bot.turn.gate import Gate, Stopped
from bot.turn.proposals import Offered, offer
from bot.turn.rendering import escape
from tools.errors import AccessRefused
from tools.portfolio.csv_file import MAX_BYTES
from tools.portfolio.importing import preview_import

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.showing import Showing
    from bot.records.inbox import Claim, Event, Outgoing, Post
    from bot.records.users import Actor
    from bot.turn.assistant import Parts
    from tools.portfolio.importing import ImportPreview

FILE = "file"
"""The kind of the event; its payload lists `files`, each with `name`, `size` in bytes (None if unknown) and `csv`."""
MOST_SHOWN = 20
NOT_HERE = "I read no files in shared places; drop the CSV file into our direct messages."
ONE_ONLY = "I read one CSV file at a time; drop them here one after the other."
NO_CSV = "I read CSV text only, so I left {name} unread; export your holdings as CSV and drop that here."
TOO_LARGE = "I read CSV files of up to {most:,} bytes; {name} has {size:,}, so I left it unread. Drop a smaller one."
FAILED = "I tried several times and could not read your file, so nothing was imported; drop it here again."
CONFIRM = "Nothing is kept before you press a button; it is good for 10 minutes."


class _Refused(Exception):
    """Why a file was not read, or came to nothing, in words for its sender."""


@dataclass(frozen=True, slots=True)
class _Understood:
    """What a file holds; `again` of its rows are among the holdings already. `client` is whose they are to be."""

    file: str
    preview: ImportPreview
    again: int
    client: str

    def __str__(self) -> str:
        """The rows as they were understood, and everything that was assumed."""
        rows, count = self.preview.rows, len(self.preview.rows)
        table = ["| symbol | name | quantity | price | date | account |", "|---|---|---:|---:|---|---|"]
        for row in rows[:MOST_SHOWN]:
            lot = row.transaction
            price = f"{lot.price} {lot.currency}" if lot.price is not None else f"unknown {lot.currency}"
            cells = (lot.symbol, row.name, str(lot.quantity), price, lot.traded_on.isoformat(), lot.account)
            table.append(f"| {' | '.join(map(escape, cells))} |")
        notes = list(self.preview.notes)
        if (more := count - MOST_SHOWN) > 0:
            notes.insert(0, f"And {more} more rows.")
        if self.again:
            notes.insert(0, f"{self.again} of these rows are among the holdings already; they would be added again.")
        whose = escape(self.client) or "you"
        first = f"{count} row{'' if count == 1 else 's'} of “{escape(self.file)}” for {whose}:"
        return "\n\n".join([first, "\n".join(table), *(f"> {escape(note)}" for note in notes), CONFIRM])


class FileHandler:
    """Reads what was dropped and offers to keep it, for the person or for the client whom they ask about there."""

    def __init__(self, parts: Parts, shows: Mapping[str, Showing]) -> None:
        self._parts, self._shows, self._database = parts, shows, parts.database

    async def run(self, claim: Claim) -> Sequence[Post]:
        """Read, and record what to say of it, with the offer, in one unit. Raises `LeaseLost`, `PostFailed`."""
        event = claim.event
        shows = self._show(event)
        try:
            async with shows.working(event, again=claim.attempts > 1) as say:
                say("Reading your file")
                gate = Gate(
                    self._database, await self._admitted(event), await shows.place(event), self._parts.base_currency
                )
                try:
                    said: _Understood | str = await self._read(event, gate)
                except (_Refused, Stopped, AccessRefused) as refused:
                    said = str(refused)
                posts = await self._finish(claim, gate, said)
        except (LeaseLost, asyncio.CancelledError):
            async with self._database.read() as session:
                was_stopped = await recall.was_stopped(session, event.tenant, event.id)
            if was_stopped is not None:
                await shows.discard(event)
            raise
        if not posts:
            await shows.discard(event)
        return posts

    def apology(self, event: Event) -> Sequence[Outgoing]:
        """For a file that could not be read every time."""
        return self._show(event).present(event, FAILED, None)

    async def _admitted(self, event: Event) -> Actor:
        async with self._database.write() as session:
            actor = await actor_of(session, event.tenant, event.surface, event.user)
            await users.ensure_user(session, actor)
        return actor

    async def _read(self, event: Event, gate: Gate) -> _Understood:
        """Raises `_Refused`, `Stopped`, `AccessRefused`, `PostFailed`."""
        await gate.enter(turn_of(event), event.conversation)
        if gate.place.kind != "direct":
            raise _Refused(NOT_HERE)
        gate.admit_command()
        name = _only_csv(event.payload["files"])
        async with self._database.read() as session:
            if not await permissions.may_write(session, gate.actor, gate.client_id or gate.actor.user):
                raise _Refused(READ_ONLY)
        try:
            content = await self._show(event).read_file(event, MAX_BYTES)
        except FileRefused as refused:
            raise _Refused(str(refused)) from None
        today, currency = self._parts.now().date(), gate.base_currency
        preview = await asyncio.to_thread(
            preview_import, content, self._parts.symbols, today=today, default_currency=currency
        )
        if preview.problems:
            raise _Refused(_problems(name, preview))
        async with gate.access.reading() as book:
            again = await book.already_kept(preview.transactions)
        return _Understood(name, preview, again, gate.client.name if gate.client else "")

    async def _finish(self, claim: Claim, gate: Gate, said: _Understood | str) -> tuple[Post, ...]:
        """Record what is said, for whom it may be said, and what it offers. Raises `LeaseLost`."""
        event, shows = claim.event, self._show(claim.event)
        is_personal = gate.place.kind == "direct" and isinstance(said, _Understood)
        reply = Reply(turn_of(event), "", str(said), "answered", personal=is_personal)
        async with self._database.write() as session:
            now = await inbox.database_now(session)
            going = route(reply, gate.place, await place_now(session, gate.actor, gate.place)).place
            messages: Sequence[Outgoing] = ()
            if going and going.personal and isinstance(said, _Understood):
                offered = await self._offered(session, event, gate, said, now)
                messages = shows.present(event, going.answer, going, offered=offered)
            elif going:
                messages = shows.present(event, going.answer, going)
            return await inbox.finish(session, claim, messages, now=now)

    async def _offered(
        self, session: AsyncSession, event: Event, gate: Gate, said: _Understood, now: datetime
    ) -> tuple[Offered, ...]:
        store, rows = Offers(session, event.tenant, now), rows_text(said.file, said.preview.transactions)
        where, client = event.conversation, gate.client_id
        nonce = await offer(store, gate.actor, IMPORT, rows, now=now, conversation=where, client=client)
        return (Offered(IMPORT, nonce, details={"again": str(said.again or "")}),)

    def _show(self, event: Event) -> Showing:
        return self._shows.get(event.surface) or Plain()


def _only_csv(files: Sequence[Mapping[str, Any]]) -> str:
    """The name of the one file to read. Raises `_Refused`."""
    odd = next((file for file in files if not file["csv"]), None)
    if odd is not None:
        raise _Refused(NO_CSV.format(name=f"“{escape(odd['name'])}”"))
    if len(files) != 1:
        raise _Refused(ONE_ONLY)
    name, size = str(files[0]["name"]), files[0]["size"]
    if size is not None and size > MAX_BYTES:
        raise _Refused(TOO_LARGE.format(most=MAX_BYTES, name=f"“{escape(name)}”", size=size))
    return name


def _problems(name: str, preview: ImportPreview) -> str:
    lines = [f"- {escape(str(problem))}" for problem in preview.problems[:MOST_SHOWN]]
    if (more := len(preview.problems) - MOST_SHOWN) > 0:
        lines.append(f"- and {more} more")
    return "\n".join([f"Nothing was imported from “{escape(name)}”; correct these and drop it here again:", "", *lines])
