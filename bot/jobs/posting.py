"""From the outbox to a place, once: posted messages carry a key, by which they are found again after a crash."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from bot.records import inbox

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.records.database import Database
    from bot.records.inbox import Claim, Outgoing, Post


class Surface(Protocol):
    """Where messages are posted: Slack, Teams, …. Every call ends within the surface's own time limits."""

    async def post(self, message: Outgoing, key: str) -> str:
        """Post with `key` in the message's metadata; returns its id. Raises `PostRefused` or `PostFailed`."""

    async def find(self, message: Outgoing, key: str) -> Sequence[str]:
        """The ids of the messages at this target that carry `key`, earliest first. Raises `PostFailed`."""

    async def withdraw(self, message: Outgoing, message_id: str) -> None:
        """Delete a message of our own. Raises `PostFailed`."""


class PostRefused(Exception):
    """The place will never take the message; `str(error)` says why in plain words.

    `is_place` tells whether it will take no other one either.
    """

    def __init__(self, reason: str, *, is_place: bool = True) -> None:
        super().__init__(reason)
        self.is_place = is_place


class PostFailed(Exception):
    """The place could not take the message now; to be tried again after `retry_after`, or when it seems right."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Poster:
    """Posts what a claim has left to post, in its order; `lease` is how long one holds that nobody renews."""

    def __init__(
        self, database: Database, surfaces: Mapping[str, Surface], lease: timedelta = timedelta(seconds=30)
    ) -> None:
        self._database, self._surfaces = database, surfaces
        self._fresh = lease.total_seconds() / 3  # a claim is renewed whenever a third of its lease has passed

    async def post_all(self, claim: Claim, posts: Sequence[Post]) -> None:
        """Post and record each. Raises `LeaseLost`, `PostRefused` or `PostFailed`; what was posted stays recorded."""
        for post in posts:
            await self._post(claim, post)

    async def _post(self, claim: Claim, post: Post) -> None:
        surface = self._surfaces.get(post.message.surface)
        if surface is None:
            raise PostRefused(f"nothing here posts to {post.message.surface}", is_place=False)
        looked = time.monotonic()
        async with self._database.write() as session:
            await inbox.try_post(session, claim, post.key, now=await inbox.database_now(session))
        placing = asyncio.create_task(self._place(surface, claim, post, looked))
        try:
            await asyncio.shield(placing)
        except asyncio.CancelledError:
            # What is on its way can't be called back: whether it is the second of its kind is found out all the same.
            await asyncio.wait({placing})
            if not placing.cancelled():
                placing.exception()
            raise

    async def _place(self, surface: Surface, claim: Claim, post: Post, looked: float) -> None:
        """Post and record; `looked` is when the claim was last known to hold, on the monotonic clock."""
        # A try before this one may have posted and died before it said so, or may be doing so at this moment.
        found = await surface.find(post.message, post.key) if post.attempts else ()
        while not found and time.monotonic() - looked > self._fresh:  # frozen meanwhile, or slow
            looked = time.monotonic()
            async with self._database.write() as session:
                await inbox.hold(session, claim, now=await inbox.database_now(session))
        message_id = found[0] if found else await surface.post(post.message, post.key)
        try:
            async with self._database.write() as session:
                await inbox.posted(session, claim, post.key, message_id, now=await inbox.database_now(session))
        except inbox.LeaseLost:
            await self._keep_first(surface, post, message_id)
            raise
        if post.attempts and not found:
            await self._keep_first(surface, post, message_id)
        for double in found[1:]:  # of two that posted at the same time one died before it could take its own back
            await surface.withdraw(post.message, double)

    async def _keep_first(self, surface: Surface, post: Post, own: str) -> None:
        """Where two workers posted the same, because one was frozen just before: the earlier message stays."""
        found = await surface.find(post.message, post.key)
        if found and found[0] != own and own in found:
            await surface.withdraw(post.message, own)
