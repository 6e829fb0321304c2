"""A change that was proposed, and the one press of a button that may make it: by that person, once, in time.

The button carries a nonce and nothing else; what it stands for is kept on the server, so that no payload can alter it.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.records.users import Actor
    from tools.values import Proposal

VALID_FOR = timedelta(minutes=10)
_NONCE_BYTES = 24
_LONGEST_NONCE = 200


class Refusal(Enum):
    """Why a press changed nothing; the value is what the person is told."""

    UNKNOWN = "I don't know this button any more, so nothing was changed; please ask for the change again."
    NOT_YOURS = "Only the person who asked can press this, so nothing was changed; ask for the change yourself."
    USED = "This was decided already, so nothing was changed now; ask again if you want another change."
    EXPIRED = "This button was good for 10 minutes, so nothing was changed; please ask for the change again."


@dataclass(frozen=True, slots=True)
class Offer:
    """What one nonce stands for; `key` is the nonce's hash, which is all that is kept of it."""

    key: str
    tenant: str
    user: str
    kind: str
    command: str
    """The typed command that makes the change."""
    expires_at: datetime
    is_used: bool = False


class OfferStore(Protocol):
    """Where offers are kept until they are decided."""

    async def add(self, offer: Offer) -> None:
        """Keep a new offer."""

    async def find(self, key: str) -> Offer | None:
        """The offer of that key, used or not."""

    async def use(self, key: str) -> bool:
        """Mark the offer used; True for exactly one caller, however many ask at the same time."""


async def offer(
    store: OfferStore,
    actor: Actor,
    proposal: Proposal,
    *,
    now: datetime,
    new_nonce: Callable[[], str] = lambda: secrets.token_urlsafe(_NONCE_BYTES),
) -> str:
    """Keep a proposal for the person; returns the nonce for its buttons."""
    nonce = new_nonce()
    await store.add(
        Offer(_hash(nonce), actor.tenant, actor.user, proposal.kind, proposal.command, expires_at=now + VALID_FOR)
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
    return found if await store.use(key) else Refusal.USED


def _hash(nonce: str) -> str:
    return hashlib.sha256(nonce.encode("utf-8", "replace")).hexdigest()
