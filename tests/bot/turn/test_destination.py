"""Where a reply may go: what is personal reaches its asker alone, and a place that changed meanwhile changes that."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import TYPE_CHECKING

import pytest

from bot.messages import Reply
from bot.records import administration as admin
from bot.records import users
from bot.records.users import Actor
from bot.turn.destination import TERMINAL, Deliveries, Place, place_now, route
from bot.turn.prompting import sections

if TYPE_CHECKING:
    from bot.records.database import Database

ADA = Actor("ada")
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
WORDS = sections("notices")
PERSONAL = Reply("t1", "what do I own?", "You hold 60 Apple.", "answered", personal=True)
MARKET = Reply("t2", "price of Apple", "Apple closed at $125.67.", "answered")
DIRECT = Place("slack", "T1", "D1", "direct")
SHARED = tuple(Place("slack", "T1", "C1", kind, allowed=True) for kind in ("group", "private", "public"))


def notice(reply: Reply, key: str, status: str = "declined") -> Reply:
    return Reply(reply.turn_id, reply.question, WORDS[key], status)  # type: ignore[arg-type]


@pytest.mark.parametrize("place", [TERMINAL, DIRECT])
@pytest.mark.parametrize("reply", [PERSONAL, MARKET])
def test_alone_with_the_asker_everything_is_said_where_it_was_asked(place: Place, reply: Reply) -> None:
    assert route(reply, place, place) == Deliveries(place=reply)


@pytest.mark.parametrize("place", SHARED, ids=lambda place: place.kind)
@pytest.mark.parametrize(("external", "guests"), [*product((False, True), repeat=2)])
def test_in_a_shared_place_the_personal_answer_goes_to_the_asker_and_a_line_without_figures_stays(
    place: Place, external: bool, guests: bool
) -> None:
    place = replace(place, external=external, guests=guests)
    assert route(MARKET, place, place) == Deliveries(place=MARKET)
    split = route(PERSONAL, place, place)
    assert split == Deliveries(place=notice(PERSONAL, "sent_direct", "answered"), direct=PERSONAL)
    assert split.place is not None
    assert not any(character.isdigit() for character in split.place.answer)
    assert (split.place.results, split.place.figures, split.place.charts) == ((), (), ())


@pytest.mark.parametrize("place", SHARED, ids=lambda place: place.kind)
@pytest.mark.parametrize("reply", [PERSONAL, MARKET])
def test_a_shared_place_that_no_admin_allowed_gets_one_line(place: Place, reply: Reply) -> None:
    off = replace(place, allowed=False)
    assert route(reply, off, off) == Deliveries(place=notice(reply, "channel_not_allowed"))
    assert route(reply, place, off) == Deliveries(place=notice(reply, "channel_not_allowed"))


@pytest.mark.parametrize(
    "place",
    [
        replace(DIRECT, asker="guest"),
        replace(DIRECT, external=True),
        replace(DIRECT, guests=True),
        *(replace(place, asker="guest") for place in SHARED),
    ],
)
def test_a_guest_gets_market_answers_only_and_nothing_in_a_direct_message(place: Place) -> None:
    assert route(MARKET, place, place) == Deliveries(place=MARKET)
    assert route(PERSONAL, place, place) == Deliveries(place=notice(PERSONAL, "guest"))


@pytest.mark.parametrize("place", [TERMINAL, DIRECT, *SHARED], ids=lambda place: place.kind)
@pytest.mark.parametrize("reply", [PERSONAL, MARKET])
def test_who_left_meanwhile_gets_nothing(place: Place, reply: Reply) -> None:
    assert route(reply, place, replace(place, asker="gone")) == Deliveries()


def test_what_changed_since_the_question_counts() -> None:
    private = SHARED[1]
    assert route(PERSONAL, DIRECT, replace(private, channel="D1")).direct == PERSONAL  # somebody was added
    assert route(PERSONAL, private, replace(DIRECT, channel="C1")) == Deliveries(
        place=notice(PERSONAL, "channel_not_allowed")
    )  # a place that was shared is not taken for a direct message
    assert route(PERSONAL, DIRECT, replace(DIRECT, external=True)) == Deliveries(place=notice(PERSONAL, "guest"))
    assert route(PERSONAL, private, replace(private, asker="guest")) == Deliveries(place=notice(PERSONAL, "guest"))


async def test_the_place_as_it_is_now(database: Database) -> None:
    private = Place("slack", "local", "C1", "private")
    pretending = replace(private, allowed=True)  # a surface does not decide that
    async with database.write() as session:
        await users.ensure_user(session, ADA)
        assert await place_now(session, ADA, TERMINAL) == TERMINAL
        assert await place_now(session, ADA, pretending) == private
        await admin.save_channel(session, ADA, "C1", name="", kind="private", allowed=True, external=False, at=NOW)
        assert await place_now(session, ADA, private) == replace(private, allowed=True)
        assert await place_now(session, Actor("ada", "T2"), private) == replace(private, asker="gone")
        await admin.save_channel(session, ADA, "C1", name="", kind="private", allowed=True, external=True, at=NOW)
        assert await place_now(session, ADA, private) == replace(private, allowed=True, external=True)
        await admin.save_user(session, ADA, "ada", display_name="", active=False, at=NOW)
        assert (await place_now(session, ADA, TERMINAL)).asker == "gone"
