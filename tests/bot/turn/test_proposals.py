"""One press, by the person who asked, in time: everything else changes nothing and says why."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.records.users import Actor
from bot.turn.proposals import VALID_FOR, Offer, Refusal, offer, take

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ADA, EVE = Actor("ada", "acme"), Actor("eve", "acme")
PROPOSAL = ("watchlist", "/watch add AAPL")


class Memory:
    """An `OfferStore` in memory; `client` is whom its person asks about now."""

    def __init__(self) -> None:
        self.kept: dict[str, Offer] = {}
        self.client = ""

    async def add(self, offer: Offer) -> None:
        self.kept[offer.key] = offer

    async def find(self, key: str) -> Offer | None:
        await asyncio.sleep(0)
        return self.kept.get(key)

    async def is_current(self, offer: Offer) -> bool:
        return offer.client == self.client

    async def use(self, key: str) -> bool:
        if self.kept[key].is_used:
            return False
        self.kept[key] = replace(self.kept[key], is_used=True)
        return True


async def test_the_person_who_asked_gets_the_command_once() -> None:
    store = Memory()
    nonce = await offer(store, ADA, *PROPOSAL, now=NOW, conversation="C/1")
    taken = await take(store, ADA, nonce, now=NOW + timedelta(minutes=9))
    assert isinstance(taken, Offer)
    assert (taken.command, taken.kind, taken.user, taken.conversation) == ("/watch add AAPL", "watchlist", "ada", "C/1")
    assert await take(store, ADA, nonce, now=NOW + timedelta(minutes=9)) is Refusal.USED


async def test_two_presses_at_once_make_one_change() -> None:
    store = Memory()
    nonce = await offer(store, ADA, *PROPOSAL, now=NOW)
    results = await asyncio.gather(*(take(store, ADA, nonce, now=NOW) for _ in range(5)))
    assert sum(isinstance(result, Offer) for result in results) == 1
    assert results.count(Refusal.USED) == 4


async def test_another_person_is_refused_and_uses_nothing_up() -> None:
    store = Memory()
    nonce = await offer(store, ADA, *PROPOSAL, now=NOW)
    assert await take(store, EVE, nonce, now=NOW) is Refusal.NOT_YOURS
    assert await take(store, Actor("ada", "other"), nonce, now=NOW) is Refusal.UNKNOWN
    assert isinstance(await take(store, ADA, nonce, now=NOW), Offer)


async def test_ten_minutes_later_it_is_too_late() -> None:
    store = Memory()
    nonce = await offer(store, ADA, *PROPOSAL, now=NOW)
    assert await take(store, ADA, nonce, now=NOW + VALID_FOR) is Refusal.EXPIRED
    assert isinstance(await take(store, ADA, nonce, now=NOW + VALID_FOR - timedelta(seconds=1)), Offer)


async def test_a_change_for_one_client_is_not_made_for_another() -> None:
    store = Memory()
    nonce = await offer(store, ADA, *PROPOSAL, now=NOW, client="mary")
    assert await take(store, ADA, nonce, now=NOW) is Refusal.MOVED_ON
    store.client = "mary"
    assert isinstance(await take(store, ADA, nonce, now=NOW), Offer)


@pytest.mark.parametrize("nonce", ["", "guess", "x" * 5_000, "\ud800"])
async def test_a_nonce_nobody_gave_out_is_refused(nonce: str) -> None:
    store = Memory()
    await offer(store, ADA, *PROPOSAL, now=NOW)
    assert await take(store, ADA, nonce, now=NOW) is Refusal.UNKNOWN


async def test_the_nonce_itself_is_not_kept_and_none_is_like_another() -> None:
    store = Memory()
    nonces = {await offer(store, ADA, *PROPOSAL, now=NOW) for _ in range(50)}
    assert len(nonces) == 50
    assert min(map(len, nonces)) >= 32
    assert not nonces & set(store.kept)


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_says_that_nothing_was_changed_and_what_to_do(refusal: Refusal) -> None:
    assert "nothing was changed" in refusal.value
    assert "ask" in refusal.value
