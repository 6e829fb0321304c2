"""What Slack knows of people and channels: who is a guest or gone, and which places others can see."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from bot.jobs.posting import PostFailed
from bot.redaction import one_line
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
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in a workspace: the name that colleagues read, and the locale and time zone set there, "" if unknown."""

    standing: Standing = "member"
    name: str = ""
    locale: str = ""
    time_zone: str = ""


class Directory:
    """Asks `users.info` and `conversations.info`."""

    def __init__(self, api: SlackApi, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._api, self._monotonic = api, monotonic
        self._people: dict[tuple[str, str], tuple[float, Person]] = {}

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
        return (await self.person(user, tenant, fresh=fresh)).standing

    async def person(self, user: str, tenant: str, *, fresh: bool = False) -> Person:
        """What the workspace tells of a person; a member without a name where this Slack can't say.

        Raises `PostFailed`.
        """
        now = self._monotonic()
        until, known = self._people.get((tenant, user), (0.0, Person()))
        if not fresh and until > now:
            return known
        try:
            answer = await self._api.try_call("users.info", user=user, include_locale=True)
        except SlackRefused as error:
            if error.code not in ("user_not_found", "user_not_visible"):
                raise
            return Person("gone")
        person = _person((answer or {}).get("user") or {}, tenant)
        if len(self._people) >= _MOST_REMEMBERED:
            self._people.clear()
        self._people[tenant, user] = (now + REMEMBERED, person)
        return person

    def known(self, user: str, tenant: str) -> Person | None:
        """What was said of a person at the last asking; None where nobody asked."""
        return self._people.get((tenant, user), (0.0, None))[1]

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
        typed_in=said.get("typed_in", ""),
    )


def _person(user: dict[str, Any], tenant: str) -> Person:
    profile = user.get("profile") or {}
    name = profile.get("real_name") or user.get("real_name") or profile.get("display_name") or user.get("name") or ""
    return Person(
        standing=_standing(user, tenant),
        name=" ".join(one_line(str(name)).split())[:_LONGEST_NAME],
        locale=str(user.get("locale") or ""),
        time_zone=str(user.get("tz") or ""),
    )


def _standing(user: dict[str, Any], tenant: str) -> Standing:
    if user.get("deleted"):
        return "gone"
    if any(user.get(key) for key in ("is_restricted", "is_ultra_restricted", "is_stranger")):
        return "guest"
    is_of_enterprise = tenant in (user.get("enterprise_user") or {}).get("teams", ())
    return "member" if user.get("team_id", tenant) == tenant or is_of_enterprise else "guest"
