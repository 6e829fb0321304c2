"""A change that was proposed, and the one press of a button that may make it: by that person, once, in time.

The button carries a nonce and nothing else; what it stands for is kept on the server, so that no payload can alter it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from bot.records.offers import Offer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from bot.records.users import Actor

VALID_FOR = timedelta(minutes=10)
_NONCE_BYTES = 24
_LONGEST_NONCE = 200

__all__ = ["VALID_FOR", "Offer", "OfferStore", "Offered", "Refusal", "offer", "take"]


class Refusal(Enum):
    """Why a press changed nothing; the value is what the person is told."""

    UNKNOWN = "I don't know this button any more, so nothing was changed; please ask for the change again."
    NOT_YOURS = "Only the person who asked can press this, so nothing was changed; ask for the change yourself."
    USED = "This was decided already, so nothing was changed now; ask again if you want another change."
    EXPIRED = "This button was good for 10 minutes, so nothing was changed; please ask for the change again."
    MOVED_ON = "You ask about somebody else by now, so nothing was changed; please ask for the change again."


@dataclass(frozen=True, slots=True)
class Offered:
    """An offer as a surface shows it: what would be changed, in words of `kind` and `details`, and its nonce."""

    kind: str
    nonce: str = field(repr=False)
    command: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


class OfferStore(Protocol):
    """Where offers are kept until they are decided."""

    async def add(self, offer: Offer) -> None:
        """Keep a new offer."""

    async def find(self, key: str) -> Offer | None:
        """The offer of that key, used or not."""

    async def is_current(self, offer: Offer) -> bool:
        """Whether the person still asks about whom the offer was made for."""

    async def use(self, key: str) -> bool:
        """Mark the offer used; True for exactly one caller, however many ask at the same time."""


async def offer(
    store: OfferStore,
    actor: Actor,
    kind: str,
    command: str,
    *,
    now: datetime,
    conversation: str = "",
    client: str = "",
    new_nonce: Callable[[], str] = lambda: secrets.token_urlsafe(_NONCE_BYTES),
) -> str:
    """Keep a change for the person, to be made by one press; returns the nonce for its buttons."""
    nonce = new_nonce()
    await store.add(
        Offer(
            _hash(nonce),
            actor.tenant,
            actor.user,
            kind,
            command,
            expires_at=now + VALID_FOR,
            conversation=conversation,
            client=client,
        )
    )
    return nonce


async def take(store: OfferStore, actor: Actor, nonce: str, *, now: datetime) -> Offer | Refusal:
    """The offer that the person decided on by this press, which can't be pressed again; or why nothing happens."""
    key = _hash(nonce[:_LONGEST_NONCE])
    found = await store.find(key)
    if found is None or found.tenant != actor.tenant:
        return Refusal.UNKNOWN
    if found.user != actor.user:
        return Refusal.NOT_YOURS
    if found.is_used:
        return Refusal.USED
    if now >= found.expires_at:
        return Refusal.EXPIRED
    if not await store.is_current(found):
        return Refusal.MOVED_ON
    return found if await store.use(key) else Refusal.USED


def _hash(nonce: str) -> str:
    return hashlib.sha256(nonce.encode("utf-8", "replace")).hexdigest()
