"""A person's home on a platform: what they own and watch, and what is sent to them, gathered for any surface to draw.

The person's own records are read anew each time; prices take longer, so the last ones seen for the same records are
shown until newer ones are there. Nothing is kept but in memory.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from bot.errors import UnknownUser
from bot.messages import UNCHOSEN
from bot.records import alerts, controls, digests, permissions, preferences
from bot.records.access import ClientAccess
from bot.records.policies import terms_of
from bot.records.tables import User
from bot.turn.destination import is_full_member
from bot.turn.disclosing import PERSONAL
from bot.turn.prompting import sections
from bot.turn.rendering import source_line
from bot.turn.sendings import Sending, alert_sending, digest_sending
from tools.context import Portfolio, ToolContext
from tools.errors import AccessRefused
from tools.portfolio.glance import Glance, glance
from tools.values import Findings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.messages import Manner
    from bot.records.preferences import Choices
    from bot.records.users import Actor
    from bot.turn.assistant import Parts
    from bot.turn.destination import Place

log = logging.getLogger(__name__)
PATIENCE = timedelta(seconds=25)
"""How long prices may take; then the home says that they are missing."""
MOST_KEPT = 500
SETTING = "TUPPENCE_MARKET_DATA"
"""Said once, by the source or by us."""
_LATE = "Prices could not be looked up in time; open this page again in a minute."
_FAILED = "Something went wrong while prices were looked up; open this page again in a minute."


@dataclass(frozen=True, slots=True)
class Book:
    """What the records say of a person's wealth."""

    owned: Portfolio
    seen: tuple[str, ...]

    async def portfolio(self) -> Portfolio:
        """All the person's portfolios as one, as they were read."""
        return self.owned

    async def watchlist(self) -> tuple[str, ...]:
        """The symbols watched, as they were read."""
        return self.seen


NOTHING_SEEN = Glance()


@dataclass(frozen=True, slots=True)
class Home:
    """All that a home shows; what is empty is left out.

    `refusal` is why there is nothing personal. `is_waiting` says that prices are being looked up.
    """

    glance: Glance = NOTHING_SEEN
    digests: tuple[Sending, ...] = ()
    alerts: tuple[Sending, ...] = ()
    notes: tuple[str, ...] = ()
    disclosure: str = ""
    refusal: str = ""
    is_waiting: bool = False
    has_portfolio: bool = False
    is_sample: bool = False
    is_admin: bool = False
    manner: Manner = UNCHOSEN


class Homes:
    """Gathers homes. One object serves all people."""

    def __init__(self, parts: Parts, patience: timedelta = PATIENCE) -> None:
        self._parts, self._patience = parts, patience
        self._kept: OrderedDict[Actor, tuple[Book, Glance]] = OrderedDict()
        self._in_turn: WeakValueDictionary[Actor, asyncio.Lock] = WeakValueDictionary()

    async def open(self, actor: Actor, place: Place, show: Callable[[Home], Awaitable[None]]) -> None:
        """Show a home at once, with the prices seen last, and again with those of now where they differ.

        Raises `DatabaseError`, and what `show` raises.
        """
        lock = self._in_turn.setdefault(actor, asyncio.Lock())
        async with lock:  # two openings at once must not end with the older picture
            home, book = await self._recorded(actor, place)
            if book is None or not (home.has_portfolio or book.seen):
                self._kept.pop(actor, None)
                await show(home)
                return
            kept = self._kept.get(actor)
            known = kept[1] if kept and kept[0] == book else None
            first = self._with(home, known or NOTHING_SEEN)
            await show(replace(first, is_waiting=known is None))
            found, problem = await self._look(book)
            if found:
                self._keep(actor, book, found)
            now = self._with(home, found or known or NOTHING_SEEN, problem)
            if known is None or now != first:
                await show(now)

    def _keep(self, actor: Actor, book: Book, found: Glance) -> None:
        self._kept[actor] = (book, found)
        self._kept.move_to_end(actor)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    async def _recorded(self, actor: Actor, place: Place) -> tuple[Home, Book | None]:
        """What the records say; no book where nothing personal may be shown."""
        async with self._parts.database.read() as session:
            if not is_full_member(place):
                return Home(refusal=sections("notices")["guest"]), None
            if await session.get(User, (actor.tenant, actor.user)) is None:
                return Home(manner=await preferences.manner_of(session, actor)), None  # nothing was asked yet
            if stop := (await controls.controls_of(session, actor)).stop:
                return Home(refusal=sections("notices")[stop]), None
            choices = await preferences.choices_of(session, actor)
            home = await self._own(session, actor, choices)
        access = ClientAccess(self._parts.database, actor, told_in=choices.base_currency or "")
        try:
            async with access.reading() as read:
                book = Book(await read.portfolio(), await read.watchlist())
        except (AccessRefused, UnknownUser) as refused:  # lost since
            return Home(refusal=str(refused)), None
        owned = book.owned
        has_portfolio = bool(owned.transactions or any(owned.cash.values()))
        return replace(home, has_portfolio=has_portfolio, is_sample=owned.is_sample), book

    async def _own(self, session: AsyncSession, actor: Actor, choices: Choices) -> Home:
        terms = await terms_of(session, actor.tenant)
        symbols = self._parts.symbols
        return Home(
            digests=tuple(map(digest_sending, await digests.digests_of(session, actor))),
            alerts=tuple(alert_sending(alert, symbols) for alert in await alerts.alerts_of(session, actor)),
            disclosure={**sections("disclosures"), **terms.disclosures}[PERSONAL],
            is_admin="admin" in await permissions.roles_of(session, actor),
            manner=preferences.manner(choices, terms),
        )

    async def _look(self, book: Book) -> tuple[Glance | None, str]:
        """The prices of now, or why there are none."""
        parts = self._parts
        context = ToolContext(parts.market, parts.symbols, book, parts.now, book.owned.base_currency)
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                return await glance(context), ""
        except TimeoutError:
            return None, _LATE
        except Exception:  # what people hold may be anything: a bug must not leave the page waiting
            log.exception("a home could not be gathered")
            return None, _FAILED

    def _with(self, home: Home, found: Glance, problem: str = "") -> Home:
        """The home with these prices, and where they come from."""
        source = source_line(Findings("", figures=found.figures))
        of_the_source = () if any(SETTING in note for note in found.notes) else self._parts.notes
        notes = (problem, *found.notes, *(of_the_source if found.figures else ()), source)
        return replace(home, glance=found, notes=tuple(dict.fromkeys(note for note in notes if note)))
