"""What Teams knows of people: who is a guest, of another tenant, or gone."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from bot.jobs.posting import PostFailed, PostRefused
from bot.surfaces.teams.failures import TeamsRefused
from bot.turn.destination import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.records.inbox import Event
    from bot.surfaces.teams.api import TeamsApi

Standing = Literal["member", "guest", "gone"]
REMEMBERED = 300.0
"""Seconds for which a person's standing is taken as known at the start of a turn; before a post it is asked anew."""
_MOST_REMEMBERED = 5000
_GUESTS = frozenset({"guest", "anonymous", "federated"})


class Directory:
    """Asks for members of conversations."""

    def __init__(self, api: TeamsApi, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._api, self._monotonic = api, monotonic
        self._standings: dict[tuple[str, str, str], tuple[float, Standing]] = {}

    async def place(self, event: Event, where: Mapping[str, Any]) -> Place:
        """Where a question was asked. What can't be asked now is taken from the event; it is asked again at the end."""
        said = self.said(event)
        try:
            known = await self.standing(where, event.user, event.tenant)
        except (PostFailed, PostRefused, TeamsRefused):
            return said
        return replace(said, asker=known) if said.asker == "member" or known == "gone" else said

    def said(self, event: Event) -> Place:
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

    async def standing(self, where: Mapping[str, Any], user: str, tenant: str, *, fresh: bool = False) -> Standing:
        """What a person is to a tenant. Raises `PostFailed`, `PostRefused`, `TeamsRefused`."""
        now = self._monotonic()
        key = (tenant, user, str(where["conversation"]))
        until, known = self._standings.get(key, (0.0, "member"))
        if not fresh and until > now:
            return known
        try:
            member = await self._api.member(where, where.get("account") or user)
        except TeamsRefused as error:
            if error.status != 404:
                raise
            return "gone"
        standing = _standing(member, tenant)
        if len(self._standings) >= _MOST_REMEMBERED:
            self._standings.clear()
        self._standings[key] = (now + REMEMBERED, standing)
        return standing


def _standing(member: Mapping[str, Any], tenant: str) -> Standing:
    home = str(member.get("tenantId") or tenant).lower()
    role = str(member.get("userRole") or "").lower()
    return "guest" if role in _GUESTS or home != tenant else "member"
