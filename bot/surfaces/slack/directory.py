"""What Slack knows of people and channels: who is a guest or gone, and which places others can see."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from bot.jobs.posting import PostFailed
from bot.surfaces.slack.api import SlackRefused
from bot.turn.destination import Place

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.records.inbox import Event
    from bot.surfaces.slack.api import SlackApi

Standing = Literal["member", "guest", "gone"]
REMEMBERED = 300.0
"""Seconds for which a person's standing is taken as known at the start of a turn; before a post it is asked anew."""
_MOST_REMEMBERED = 5000


class Directory:
    """Asks `users.info` and `conversations.info`."""

    def __init__(self, api: SlackApi, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._api, self._monotonic = api, monotonic
        self._standings: dict[tuple[str, str], tuple[float, Standing]] = {}

    async def place(self, event: Event) -> Place:
        """Where a question was asked. What can't be asked now is taken from the event; it is asked again at the end."""
        place = place_said(event)
        try:
            known = await self.standing(event.user, event.tenant)
            if place.asker == "member" or known == "gone":
                place = replace(place, asker=known)
            if place.kind != "direct":
                place = replace(place, external=place.external or await self.is_external(place.channel))
        except (PostFailed, SlackRefused):
            pass
        return place

    async def standing(self, user: str, tenant: str, *, fresh: bool = False) -> Standing:
        """What a person is to the workspace; a member where this Slack can't say. Raises `PostFailed`."""
        now = self._monotonic()
        until, known = self._standings.get((tenant, user), (0.0, "member"))
        if not fresh and until > now:
            return known
        try:
            answer = await self._api.try_call("users.info", user=user)
        except SlackRefused as error:
            if error.code not in ("user_not_found", "user_not_visible"):
                raise
            return "gone"
        standing = _standing((answer or {}).get("user") or {}, tenant)
        if len(self._standings) >= _MOST_REMEMBERED:
            self._standings.clear()
        self._standings[tenant, user] = (now + REMEMBERED, standing)
        return standing

    async def is_external(self, channel: str) -> bool:
        """Whether people of another organisation are in a channel. Raises `PostFailed`, `SlackRefused`."""
        answer = await self._api.try_call("conversations.info", channel=channel)
        found = (answer or {}).get("channel") or {}
        return bool(found.get("is_ext_shared") or found.get("is_pending_ext_shared"))


def place_said(event: Event) -> Place:
    """Where a question was asked, as its event says."""
    said = event.payload["place"]
    return Place(
        surface=event.surface,
        tenant=event.tenant,
        channel=said["channel"],
        kind=said["kind"],
        external=bool(said["external"]),
        asker="guest" if said["stranger"] else "member",
    )


def _standing(user: dict[str, Any], tenant: str) -> Standing:
    if user.get("deleted"):
        return "gone"
    if any(user.get(key) for key in ("is_restricted", "is_ultra_restricted", "is_stranger")):
        return "guest"
    is_of_enterprise = tenant in (user.get("enterprise_user") or {}).get("teams", ())
    return "member" if user.get("team_id", tenant) == tenant or is_of_enterprise else "guest"
