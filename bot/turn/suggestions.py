"""What a person may want to ask: about what they own most of and watch, and as the market stands."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.errors import UnknownUser
from bot.records import controls
from bot.records.access import ClientAccess
from bot.turn.destination import is_full_member
from tools.errors import AccessRefused, NoData
from tools.market.status import DEFAULT_EXCHANGE, read_status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.records.users import Actor
    from bot.turn.assistant import Parts
    from bot.turn.destination import Place
    from tools.context import Portfolio

MOST = 4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question, and what is written on the button for it."""

    title: str
    question: str


GENERAL = (
    Suggestion("A company's five years", "How did Apple do over the last 5 years compared with Microsoft?"),
    Suggestion("What is a P/E ratio?", "What does P/E mean?"),
    Suggestion("What can you do?", "/help"),
)
"""For those of whom nothing is known, and for places that are left."""


async def suggestions(parts: Parts, actor: Actor, place: Place) -> Sequence[Suggestion]:
    """At most `MOST`; who may see nothing personal here is offered nothing personal. Raises `DatabaseError`."""
    fitting: list[Suggestion] = []
    async with parts.database.read() as session:
        is_stopped = bool((await controls.controls_of(session, actor)).stop)
    access = ClientAccess(parts.database, actor, refusal="" if is_full_member(place) and not is_stopped else "no")
    try:
        async with access.reading() as book:
            owned, watched = await book.portfolio(), await book.watchlist()
    except (AccessRefused, UnknownUser):  # a guest, or somebody who has not asked anything yet
        owned, watched = None, ()
    largest = _largest(owned) if owned else []
    if largest:
        fitting.append(Suggestion("How is my portfolio doing?", "How is my portfolio doing?"))
        name = parts.symbols.name(largest[0])
        fitting.append(Suggestion(f"{name} this year", f"How did {name} do this year?"))
    if others := [symbol for symbol in watched if symbol not in largest[:1]]:
        name = parts.symbols.name(others[0])
        fitting.append(Suggestion(f"Price of {name}", f"Price of {name}"))
    fitting.append(await _market(parts))
    return [*fitting, *GENERAL][:MOST]


def _largest(owned: Portfolio) -> list[str]:
    """The symbols held, the one that most was paid for first; what it is worth now would take a look at the market."""
    shares: dict[str, Decimal] = defaultdict(Decimal)
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for item in owned.transactions:
        shares[item.symbol] += item.quantity
        paid[item.symbol] += item.quantity * (item.price or 0)
    return sorted((symbol for symbol, count in shares.items() if count > 0), key=lambda symbol: -paid[symbol])


async def _market(parts: Parts) -> Suggestion:
    """What one asks of a market that is open, or closed."""
    try:
        status = await asyncio.to_thread(read_status, DEFAULT_EXCHANGE, parts.now())
    except NoData:
        status = None
    if status and not status.is_open:
        return Suggestion("How did the market close?", "How is the market?")
    return Suggestion("The market today", "How is the market today?")
