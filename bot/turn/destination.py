"""Where a reply may be posted: what is personal reaches the asker alone, whatever the place was asked in.

`route` is called again right before each post, with the place as it is at that moment: a channel may have become
shared with another organisation, or the asker may have left, since the question was asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot.messages import Reply
from bot.records import controls, users
from bot.turn.prompting import sections

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor

PlaceKind = Literal["direct", "group", "private", "public"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a question was asked, as the surface saw it; the default is the terminal, where the asker is alone.

    `external`: people of another organisation are there; `guests`: guests of this one are. `asker` says who the asker
    is to the platform: a full member, a guest (or of another organisation), or gone. `allowed` is what admins said of
    a shared place; it is read from the database, not from the surface. `typed_in` is the shared place in which a
    command was typed whose answer goes to the asker alone, "" for none.
    """

    surface: str = "terminal"
    tenant: str = "local"
    channel: str = ""
    kind: PlaceKind = "direct"
    external: bool = False
    guests: bool = False
    asker: Literal["member", "guest", "gone"] = "member"
    allowed: bool = False
    typed_in: str = ""


TERMINAL = Place()
"""Where nobody but the asker is."""


@dataclass(frozen=True, slots=True)
class Deliveries:
    """What is posted where it was asked, and what goes to the asker in a direct message; None for nothing."""

    place: Reply | None = None
    direct: Reply | None = None


def is_allowed(place: Place) -> bool:
    """Whether the assistant may answer there at all."""
    return place.kind == "direct" or place.allowed


def is_full_member(place: Place) -> bool:
    """Whether the asker may see personal data anywhere: in a direct message, whoever else is there is the asker."""
    return place.asker == "member" and not (place.kind == "direct" and (place.external or place.guests))


async def place_now(session: AsyncSession, actor: Actor, place: Place) -> Place:
    """The place with what admins and the platform said of it, as of now; a surface adds what it sees itself."""
    if not await users.is_known(session, actor):
        return replace(place, asker="gone")
    if place.kind == "direct":
        return place
    channel = await controls.channel_of(session, actor.tenant, place.channel)
    if channel is None:
        return replace(place, allowed=False)
    return replace(place, allowed=channel.allowed, external=place.external or channel.external)


def route(reply: Reply, place: Place, now_place: Place) -> Deliveries:
    """Who gets what of a reply asked for in `place`, which is now `now_place`. What is stricter of the two holds."""
    words = sections("notices")
    is_direct = place.kind == now_place.kind == "direct"
    if "gone" in (place.asker, now_place.asker):
        return Deliveries()
    if not is_direct and not (now_place.allowed and now_place.kind != "direct"):
        return Deliveries(place=_line(reply, words["channel_not_allowed"], "declined"))
    if not reply.personal:
        return Deliveries(place=reply)
    if not (is_full_member(place) and is_full_member(now_place)):
        return Deliveries(place=_line(reply, words["guest"], "declined"))
    if is_direct:
        return Deliveries(place=reply)
    return Deliveries(place=_line(reply, words["sent_direct"], reply.status), direct=reply)


def _line(reply: Reply, text: str, status: Literal["answered", "declined", "clarify", "failed"]) -> Reply:
    """A reply to the same turn that holds nothing but this line."""
    return Reply(turn_id=reply.turn_id, question=reply.question, answer=text, status=status)
