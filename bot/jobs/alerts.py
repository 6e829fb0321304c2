"""The pass over all alerts: each symbol is asked about once, and what went off is put in the inbox, once.

State and message change in one unit, on the row as it is at that moment, and only data newer than the row's counts:
a second evaluator, a restart or an old reading can neither double nor invent a message. One replica at a time looks, as
the pass itself is an event of the inbox: that spares the source of the data, and no correctness rests on it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, OrderedDict
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from zoneinfo import ZoneInfo

from bot.errors import UnknownUser
from bot.jobs.digests.run_data import RunData
from bot.records import alerts, inbox, preferences
from bot.records.access import ClientAccess
from bot.records.identities import accounts_of
from bot.records.inbox import Event
from bot.records.policies import terms_of
from tools.alerts.deciding import Decision, on_earnings, on_fall, on_price
from tools.alerts.hours import may_have_moved
from tools.alerts.readings import AT_ONCE, Symbols, last_settled, needs_closes, session_of
from tools.alerts.rules import ON_PRICES
from tools.context import ToolContext
from tools.errors import AccessRefused, MarketDataError
from tools.portfolio.drawdown import fall_from_peak

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.alerts import Kept, Key
    from bot.records.users import Actor
    from bot.turn.assistant import Parts
    from tools.alerts.rules import Watch

    Decide = Callable[[Kept, bool], Decision]
    """What a look means for the alert as it is now; the second argument is whether it must be silent."""

log = logging.getLogger(__name__)
KIND = "alert"
EVENTS_AGE = timedelta(hours=1)
"""How often earnings dates are looked at: they change by the day."""
_WRITTEN_AT_ONCE = 50
_NOTED_AT_ONCE = 500
_MOST_DOUBTS = 1000


@dataclass(frozen=True, slots=True)
class News:
    """Something that an owner is told: `key` names it among all of its alert, so that it is told once."""

    kept: Kept
    key: str
    what: Literal["crossing", "split", "off"]
    told: dict[str, Any]


async def put_in_inbox(session: AsyncSession, news: News, now: datetime) -> None:
    """The news as an event, in the unit that changes the alert."""
    kept = news.kept
    account = (await accounts_of(session, kept.owner, kept.surface))[0]
    name = f"{KIND}:{kept.id}"
    await inbox.accept(
        session,
        Event(
            tenant=kept.tenant,
            id=f"{name}:{news.key}",
            conversation=name,
            user=account,
            surface=kept.surface,
            kind=KIND,
            payload={
                "alert": kept.id,
                news.what: news.told,
                "target": {"user": account},
                "place": {"channel": "", "kind": "direct", "external": False, "stranger": False},
            },
            sent_at=now,
        ),
        now=await inbox.database_now(session),
    )


class AlertPass:
    """Looks at the alerts of the `surfaces` that can be written to, or at those of one `owner` alone.

    `tell` keeps the news in the unit that changes the alert; a unit may be done again, and `tell` with it. One object
    does one pass after the other, and remembers what need not be asked again.
    """

    def __init__(
        self,
        parts: Parts,
        surfaces: Collection[str],
        *,
        owner: Actor | None = None,
        tell: Callable[[AsyncSession, News, datetime], Awaitable[None]] = put_in_inbox,
    ) -> None:
        self._parts, self._surfaces, self._owner, self._tell = parts, tuple(surfaces), owner, tell
        self._symbols = Symbols()
        self._settled: dict[Key, date] = {}
        self._events_at: datetime | None = None
        self._doubted: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._is_first = True

    async def run(self) -> Counter[str]:
        """One pass; returns how many alerts were "looked" at, and "fired", and how many "symbols" asked for.

        Raises `DatabaseError`; what the market data lacks is passed over till the next pass.
        """
        database = self._parts.database
        counts: Counter[str] = Counter()
        async with database.read() as session:
            kept = await alerts.watched(session, self._surfaces, self._owner)
            gone = () if self._owner else await alerts.ownerless(session)
        if gone:
            await database.run(lambda session: alerts.switch_off(session, gone, "its owner left", at=self._parts.now()))
        if not kept:
            return counts
        decides = {
            **await self._prices([each for each in kept if each.level.condition in ON_PRICES], counts),
            **await self._falls([each for each in kept if each.level.condition == "drawdown_percent"]),
            **await self._earnings([each for each in kept if each.level.condition == "earnings"]),
        }
        self._is_first = False
        counts["looked"] = len(decides)
        await self._keep([each for each in kept if each.key in decides], decides, counts)
        return counts

    # --- looking ---

    async def _prices(self, kept: Sequence[Kept], counts: Counter[str]) -> dict[Key, Decide]:
        context = self._context(self._parts.market)
        symbols = await asyncio.to_thread(self._open_now, {each.level.symbol or "" for each in kept})
        quotes = await self._symbols.quotes(context, symbols)
        counts["symbols"] = len(symbols)
        looked = [(each, quotes[each.level.symbol or ""]) for each in kept if each.level.symbol in quotes]
        sessions = {quote.symbol: session_of(quote) for each, quote in looked if needs_closes(each.watch, quote)}
        closes = await self._symbols.read_closes(context, sessions)

        def decide(quote: Any, now: Kept, silent: bool) -> Decision:
            history = closes.get(quote.symbol)
            return on_price(now.level, now.watch, quote, history, context.market.name, silent=silent)

        return {each.key: partial(decide, quote) for each, quote in looked}

    def _open_now(self, symbols: Iterable[str]) -> list[str]:
        """Those that may have another price than at the last pass; all of them in the first one."""
        now = self._parts.now()
        return sorted(
            symbol for symbol in symbols if self._is_first or may_have_moved(symbol, self._parts.symbols, now)
        )

    async def _falls(self, kept: Sequence[Kept]) -> dict[Key, Decide]:
        """Drawdowns, by closes that are final, once for each day."""
        settled = last_settled(self._parts.now())
        found: dict[Key, Decide] = {}
        keys = {each.key for each in kept}
        self._settled = {key: day for key, day in self._settled.items() if key in keys}
        due = [each for each in kept if self._settled.get(each.key) != settled]
        market = RunData(self._parts.market, self._parts.now)
        for each in due:
            access = ClientAccess(self._parts.database, each.owner, self._parts.base_currency)
            context = replace(self._context(market), portfolio=access)
            try:
                fall = await fall_from_peak(context, settled)
                is_sample = (await access.portfolio()).is_sample
            except (MarketDataError, AccessRefused, UnknownUser) as error:
                log.debug("a portfolio can't be measured now: %s", error)
                continue
            except Exception:  # what one person holds must not keep everybody's alerts from being looked at
                log.exception("a portfolio could not be measured for the alert %s", each.id)
                continue
            self._settled[each.key] = settled
            found[each.key] = partial(_decide_fall, fall, market.name, is_sample)
        return found

    async def _earnings(self, kept: Sequence[Kept]) -> dict[Key, Decide]:
        now = self._parts.now()
        if not kept or (self._events_at is not None and now - self._events_at < EVENTS_AGE):
            return {}
        days = await self._earnings_days({each.level.symbol or "" for each in kept})
        todays = await self._todays({each.owner for each in kept}, now)
        self._events_at = now
        source = self._parts.market.name
        return {
            each.key: partial(_decide_earnings, days[each.level.symbol or ""], now, todays[each.owner], source)
            for each in kept
            if each.level.symbol in days
        }

    async def _earnings_days(self, symbols: Iterable[str]) -> dict[str, date | None]:
        async def one(symbol: str) -> date | None:
            try:
                return (await self._parts.market.events(symbol)).next_earnings
            except MarketDataError:
                return None

        found: dict[str, date | None] = {}
        for batch in _batches(sorted(symbols), AT_ONCE):
            found |= dict(zip(batch, await asyncio.gather(*map(one, batch)), strict=True))
        return found

    async def _todays(self, owners: Iterable[Actor], now: datetime) -> dict[Actor, date]:
        """Each owner's date: "tomorrow" is theirs."""
        found = {}
        async with self._parts.database.read() as session:
            for owner in owners:
                chosen = (await preferences.choices_of(session, owner)).time_zone
                zone = chosen or (await terms_of(session, owner.tenant)).time_zone
                found[owner] = now.astimezone(ZoneInfo(zone)).date()
        return found

    # --- keeping ---

    async def _keep(self, kept: Sequence[Kept], decides: Mapping[Key, Decide], counts: Counter[str]) -> None:
        """What only was seen is noted; what changes more is decided anew on the row, in the unit that changes it."""
        now = self._parts.now()
        changing: list[Kept] = []
        seen: list[tuple[Key, Watch]] = []
        for place, each in enumerate(kept):
            if place % _NOTED_AT_ONCE == 0:
                await asyncio.sleep(0)  # people who ask meanwhile come first
            decision = decides[each.key](each, each.is_silent(now))
            if decision.doubt:
                counts["doubted"] += 1
                self._tell_of_doubt(each, decision.doubt)
            if decision.crossing or decision.split or decision.end or decision.watch.armed != each.watch.armed:
                changing.append(each)
            elif decision.watch != each.watch:
                seen.append((each.key, decision.watch))
        for chosen in _batches(changing, _WRITTEN_AT_ONCE):
            counts["fired"] += await self._parts.database.run(partial(self._change, chosen, decides))
        for noted in _batches(seen, _NOTED_AT_ONCE):
            await self._parts.database.run(partial(_note, noted))

    async def _change(self, chosen: Sequence[Kept], decides: Mapping[Key, Decide], session: AsyncSession) -> int:
        now, fired = self._parts.now(), 0
        for each in await alerts.locked(session, [each.key for each in chosen]):
            if each.paused or each.failure:
                continue
            decision = decides[each.key](each, each.is_silent(now))
            if decision.end:
                await alerts.switch_off(session, [each], decision.end, at=now)
                await self._tell(session, News(each, f"off:{now.date()}", "off", {"reason": decision.end}), now)
                continue
            if decision.watch != each.watch:
                await alerts.put(session, each.key, decision.watch)
            if decision.split:
                day = decision.split.day.isoformat()
                await self._tell(session, News(each, f"split:{day}", "split", decision.split.record()), now)
            if decision.crossing and decision.watch.fired_at:
                at = decision.watch.fired_at.isoformat()
                await self._tell(session, News(each, at, "crossing", decision.crossing.record()), now)
                fired += 1
        return fired

    def _tell_of_doubt(self, kept: Kept, doubt: str) -> None:
        """Each doubt once in the log, as long as it lasts; only so many are remembered."""
        said = (kept.level.symbol or "", doubt)
        if said not in self._doubted:
            log.warning("a price of %s is not believed, and no alert goes off by it: %s", *said)
        self._doubted[said] = None
        self._doubted.move_to_end(said)
        if len(self._doubted) > _MOST_DOUBTS:
            self._doubted.popitem(last=False)

    def _context(self, market: Any) -> ToolContext:
        parts = self._parts
        return ToolContext(market, parts.symbols, _NOBODY, parts.now, parts.base_currency)


class _Nobody:
    """Prices are looked at for all: no portfolio is at hand there."""

    async def portfolio(self) -> Any:
        raise AccessRefused("There is nobody whose portfolio this could be.")

    async def watchlist(self) -> tuple[str, ...]:
        raise AccessRefused("There is nobody whose watchlist this could be.")


_NOBODY = _Nobody()


def _decide_fall(fall: Any, source: str, is_sample: bool, now: Kept, silent: bool) -> Decision:
    return on_fall(now.level, now.watch, fall, source, is_sample=is_sample, silent=silent)


def _decide_earnings(day: date | None, at: datetime, today: date, source: str, now: Kept, silent: bool) -> Decision:
    return on_earnings(now.level, now.watch, day, at, today, source, silent=silent)


async def _note(noted: Sequence[tuple[Key, Watch]], session: AsyncSession) -> None:
    await alerts.note_seen(session, noted)


def _batches(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
