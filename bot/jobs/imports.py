"""Holdings that a person confirmed: all of them are kept, with the end of the event, or none."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.jobs.questions import turn_of
from bot.jobs.showing import Plain
from bot.messages import Reply
from bot.records import audit, inbox
from bot.records.access import ClientAccess
from bot.records.identities import actor_of
from bot.records.offers import Offers
from bot.turn.gate import Gate, Stopped
from tools.context import Transaction
from tools.errors import AccessRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.jobs.showing import Showing
    from bot.records.access import WritableBook
    from bot.records.audit import Details
    from bot.records.database import Database
    from bot.records.inbox import Claim, Event, Outgoing, Post
    from bot.records.offers import Offer

IMPORT = "import"
"""The kind of the event, and of the offer that leads to it."""
GONE = "Those rows are not kept any more, so nothing was imported; drop the file here again."
FAILED = "I tried several times and could not import your file, so nothing was imported; drop it here again."


def rows_text(file: str, rows: Sequence[Transaction]) -> str:
    """What an offer keeps of a file: each row exactly as it was shown."""
    kept = [
        {
            "symbol": row.symbol,
            "quantity": str(row.quantity),
            "price": None if row.price is None else str(row.price),
            "currency": row.currency,
            "traded_on": row.traded_on.isoformat(),
            "account": row.account,
        }
        for row in rows
    ]
    return json.dumps({"file": file, "rows": kept}, separators=(",", ":"))


def rows_of(text: str) -> tuple[str, tuple[Transaction, ...]]:
    """(file name, rows) of what `rows_text` made."""
    kept = json.loads(text)
    return kept["file"], tuple(
        Transaction(
            symbol=row["symbol"],
            quantity=Decimal(row["quantity"]),
            price=None if row["price"] is None else Decimal(row["price"]),
            currency=row["currency"],
            traded_on=date.fromisoformat(row["traded_on"]),
            account=row["account"],
        )
        for row in kept["rows"]
    )


class ImportHandler:
    """Does an event whose payload names an `offer`, and says whether to `replace` what there was."""

    def __init__(
        self,
        database: Database,
        shows: Mapping[str, Showing],
        base_currency: str = "USD",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._database, self._shows, self._base_currency, self._now = database, shows, base_currency, now

    async def run(self, claim: Claim) -> Sequence[Post]:
        """Keep the rows and record the end in one unit. Raises `LeaseLost`."""
        event = claim.event
        async with self._database.read() as session:
            actor = await actor_of(session, event.tenant, event.surface, event.user)
            offer = await Offers(session, event.tenant, self._now()).find(event.payload["offer"])
        if offer is None or not offer.command or offer.user != actor.user:
            return await self._end(claim, GONE)
        gate = Gate(self._database, actor, await self._show(event).place(event), self._base_currency)
        try:
            await gate.look()
            gate.admit_command()
            access = ClientAccess(self._database, actor, self._base_currency, subject=offer.client)
            async with access.writing() as book:
                return await self._keep(claim, book, offer)
        except (Stopped, AccessRefused) as refused:
            return await self._end(claim, f"Nothing was imported. {refused}")

    def apology(self, event: Event) -> Sequence[Outgoing]:
        """For an import that failed every time."""
        return self._said(event, FAILED)

    async def _keep(self, claim: Claim, book: WritableBook, offer: Offer) -> Sequence[Post]:
        replaces = bool(claim.event.payload.get("replace"))
        _, rows = rows_of(offer.command)
        now = await inbox.database_now(book.unit)
        await book.add_transactions(rows, replace=replaces)
        await Offers(book.unit, offer.tenant, now).clear(offer.key)
        whole = "in the place of what was there" if replaces else "all of them"
        text = f"Imported {len(rows)} row{'' if len(rows) == 1 else 's'}, {whole}. Ask me: what do I hold?"
        posts = await inbox.finish(book.unit, claim, self._said(claim.event, text), now=now)
        details: Details = {"rows": len(rows), "replace": replaces}
        actor = await actor_of(book.unit, offer.tenant, claim.event.surface, claim.event.user)
        await audit.append(book.unit, actor, "portfolio.import", offer.client or offer.user, details, at=now)
        return posts

    async def _end(self, claim: Claim, text: str) -> Sequence[Post]:
        async with self._database.write() as session:
            now = await inbox.database_now(session)
            return await inbox.finish(session, claim, self._said(claim.event, text), now=now)

    def _said(self, event: Event, text: str) -> Sequence[Outgoing]:
        reply = Reply(turn_of(event), "", text, "answered", personal=True)
        return self._show(event).present(event, text, reply)

    def _show(self, event: Event) -> Showing:
        return self._shows.get(event.surface) or Plain()
