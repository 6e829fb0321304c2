"""What people asked while nobody listened: after a start or an outage it is read from the channels and answered late.

Slack sends again what is not acknowledged for a few minutes only. After that it is in the channels' history, which is
asked slowly and only where something was asked lately; whatever is known already is known by its place.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.errors import TuppenceError
from bot.jobs.files import FILE
from bot.jobs.posting import PostFailed, PostRefused
from bot.records.asked_lately import asked_lately
from bot.surfaces.slack.api import SlackBusy, SlackRefused
from bot.surfaces.slack.events import NAME, QUESTION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from datetime import datetime

    from bot.records.database import Database
    from bot.records.inbox import Event
    from bot.surfaces.slack.api import SlackApi
    from bot.surfaces.slack.receiving import Receiver
    from bot.surfaces.slack.workspaces import Workspaces

log = logging.getLogger(__name__)
SETTLING = 10.0
"""Seconds after a start or an outage before the channels are asked: connections stand by then."""
AGAIN = 60.0
"""Seconds until a round that failed is done once more; also the pause of an app that may ask once a minute."""
EVERY = 1.3
"""Seconds between two calls: Slack takes about 50 a minute."""
LOOKED_BACK = timedelta(hours=24)
"""An older question is not answered any more."""
KNOWN_FOR = timedelta(days=30)
MOST_CONVERSATIONS = 200
MOST_CHANNELS, MOST_THREADS, MOST_PAGES = 40, 25, 3
_TYPES = {"direct": "im", "group": "mpim", "private": "group", "public": "channel"}


class CatchUp:
    """Reads what was missed, one round after the other."""

    def __init__(
        self,
        workspaces: Workspaces,
        database: Database,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._workspaces, self._database, self._now, self._sleep = workspaces, database, now, sleep
        self._missed: asyncio.Queue[datetime] = asyncio.Queue()
        self._pause = EVERY

    def missed_since(self, moment: datetime) -> None:
        """Nothing could be taken in from `moment` on, until now."""
        self._missed.put_nowait(moment)

    async def run(self, receiver: Receiver) -> None:
        """A round after the start, and one after each outage, until cancelled."""
        began, since = self._now(), None
        while True:
            await self._sleep(SETTLING)
            while True:
                try:
                    await self.round(receiver, since, before=began if since is None else self._now())
                    break
                except (TuppenceError, PostFailed) as error:
                    log.warning("what was missed can't be looked up yet: %s", error)
                    await self._sleep(AGAIN)
            since = await self._missed.get()
            while not self._missed.empty():
                since = min(since, self._missed.get_nowait())

    async def round(self, receiver: Receiver, since: datetime | None, *, before: datetime) -> None:
        """Take in what was said `since`, or since the last that was stored `before`.

        Raises `TuppenceError`, `PostFailed`.
        """
        now = self._now()
        async with self._database.read() as session:
            kinds, known = (QUESTION, FILE), now - KNOWN_FOR
            events = await asked_lately(session, NAME, kinds, since=known, before=before, most=MOST_CONVERSATIONS)
        for tenant in dict.fromkeys(event.tenant for event in events):
            own = [event for event in events if event.tenant == tenant]
            try:
                api, bot_user = await self._workspaces.api(tenant), await self._workspaces.bot_user(tenant)
                await self._read(receiver, _Reader(tenant, bot_user, api), own, since, now - LOOKED_BACK)
            except (PostRefused, SlackRefused) as error:
                log.debug("what was missed in a workspace can't be looked up: %s", error)

    async def _read(
        self, receiver: Receiver, reader: _Reader, events: Sequence[Event], since: datetime | None, earliest: datetime
    ) -> None:
        """Each channel since the last event in it, then the threads that were lately spoken in."""
        # A command in a channel is answered directly; what else is said there is for others.
        events = [event for event in events if _is_readable(event)]
        channels: dict[str, Event] = {}
        for event in events:
            channels.setdefault(event.payload["place"]["channel"], event)
        directly_first = sorted(channels.items(), key=lambda found: not found[0].startswith("D"))
        for channel, event in directly_first[:MOST_CHANNELS]:
            oldest = max(since or event.sent_at, earliest)
            async for said in self._messages(reader.api, "conversations.history", oldest, channel=channel):
                await reader.hand_over(receiver, event, said)
        threads = [event for event in events if _thread(event) and event.sent_at > earliest]
        for event in threads[:MOST_THREADS]:
            channel, thread = event.payload["place"]["channel"], _thread(event)
            oldest = max(since or event.sent_at, earliest)
            where = {"channel": channel, "ts": thread}
            async for said in self._messages(reader.api, "conversations.replies", oldest, **where):
                await reader.hand_over(receiver, event, said)

    async def _messages(
        self, api: SlackApi, method: str, oldest: datetime, **where: str
    ) -> AsyncIterator[dict[str, Any]]:
        """The messages of a place, page by page; none where they may not be read.

        With the replies Slack tells the head of the thread, however old it is.
        """
        arguments: dict[str, Any] = {**where, "oldest": f"{oldest.timestamp():.6f}", "limit": 100}
        for _ in range(MOST_PAGES):
            try:
                answer = await self._patiently(api, method, arguments)
            except SlackRefused as error:
                log.debug("what was missed in %s can't be read: %s", where["channel"], error)
                return
            for said in answer.get("messages", ()):
                if float(said.get("ts") or 0) >= float(arguments["oldest"]):
                    yield said
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return
            arguments["cursor"] = cursor

    async def _patiently(self, api: SlackApi, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """One call; an app that may ask once a minute asks once a minute. Raises `SlackRefused`, `PostFailed`."""
        await self._sleep(self._pause)
        try:
            return await api.call(method, **arguments)
        except SlackBusy as error:
            self._pause = AGAIN
            await self._sleep(error.retry_after.total_seconds() if error.retry_after else AGAIN)
            return await api.call(method, **arguments)


class _Reader:
    """Makes of what the history of one workspace tells what Slack's events would have told."""

    def __init__(self, tenant: str, bot_user: str, api: SlackApi) -> None:
        self.tenant, self.bot_user, self.api = tenant, bot_user, api

    async def hand_over(self, receiver: Receiver, known: Event, said: dict[str, Any]) -> None:
        """Hand a message over as its event; `known` is another one of the same place. Raises `DatabaseError`."""
        place = known.payload["place"]
        channel = place["channel"]
        event = {**said, "type": "message", "channel": channel, "channel_type": _TYPES.get(place["kind"], "channel")}
        if event.get("thread_ts") == event.get("ts"):  # it was in no thread when it was said
            event.pop("thread_ts", None)
        await receiver.event(
            {
                "type": "event_callback",
                "team_id": self.tenant,
                "context_team_id": self.tenant,
                "event_id": f"caught-up-{channel}-{said.get('ts', '')}",
                "is_ext_shared_channel": place["external"],
                "authorizations": [{"team_id": self.tenant, "user_id": self.bot_user}],
                "event": event,
            }
        )


def _is_readable(event: Event) -> bool:
    """Whether all that is said where an event was said may be for us."""
    place = event.payload["place"]
    return place["kind"] != "direct" or str(place["channel"]).startswith("D")


def _thread(event: Event) -> str:
    """The thread in which an event was said, "" where it was in none."""
    return str(event.payload["target"].get("thread_ts") or "")
