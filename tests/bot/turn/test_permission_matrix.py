"""Every tool, for every role, about whom it may be asked and about whom not, in every kind of place: no wrong cell.

What is expected is written out in the tables below; nothing of the product's own rules is used to compute it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from bot.messages import Reply, ToolCall
from bot.records import administration as admin
from bot.records import permissions
from bot.records.database import open_database
from bot.records.tables import Conversation
from bot.records.users import Actor, insert_once
from bot.turn.destination import Deliveries, Place, place_now, route
from tests.fakes.firm import CHIEF, CLIENT, NOW, ROLES, STRANGER, Firm, open_firm
from tools.catalogue import PERSONAL_TOOLS, TOOLS

PERSONAL: dict[str, dict[str, Any]] = {
    "get_portfolio": {},
    "get_portfolio_performance": {"period": "2021"},
    "get_portfolio_risk": {},
    "get_portfolio_income": {},
    "suggest_rebalance": {},
    "get_watchlist": {},
    "propose_watchlist_change": {"action": "add", "symbols": ["Pfizer"]},
}
"""The tools that read what a person holds or watches, with the arguments of a question about it."""
OTHERS: dict[str, dict[str, Any]] = {
    "find_symbol": {"query": "Apple"},
    "get_quote": {"symbols": ["Apple"]},
    "get_price_history": {"symbol": "Apple", "period": "2021"},
    "compare_performance": {"symbols": ["Apple", "Microsoft"], "period": "2021"},
    "get_fundamentals": {"symbol": "Apple"},
    "get_news": {"symbol": "Apple"},
    "get_events": {"symbol": "Apple"},
    "get_technicals": {"symbol": "Apple"},
    "get_market_overview": {},
    "get_market_status": {},
    "get_sector_performance": {"period": "2021"},
    "screen_stocks": {},
    "convert_currency": {"amount": "100", "from_currency": "USD", "to_currency": "EUR"},
    "project_growth": {"principal": "1000", "annual_rate_percent": "5", "years": "10 years"},
    "loan_payment": {"principal": "1000", "annual_rate_percent": "5", "years": "10 years"},
    "define_term": {"term": "beta"},
}
UNREAD: dict[str, dict[str, Any]] = {
    "propose_price_alert": {"symbol": "Apple", "condition": "below", "price": "100"},
}
"""The tools that prepare a change of what is a person's alone, and read nothing of anybody's."""
SUBJECTS = ("own", "assigned", "other", "none")
"""Their own; the adviser's client, chosen; somebody else, chosen; their own, of whom nothing is kept."""
READS = {
    ("member", "own"),
    ("adviser", "own"), ("adviser", "assigned"),
    ("supervisor", "own"), ("supervisor", "assigned"),
    ("compliance", "own"),
    ("admin", "own"),
}  # fmt: skip
"""Who gets figures of whom, wherever they are sent."""
_SHARED = Place("slack", "local", kind="private", channel="allowed")
PLACES = {
    "direct": Place("slack", "local", "D1", "direct"),
    "group": replace(_SHARED, kind="group"),
    "private": _SHARED,
    "public": replace(_SHARED, kind="public"),
    "external": replace(_SHARED, external=True),
    "with guest": replace(_SHARED, guests=True),
    "not allowed": replace(_SHARED, channel="elsewhere"),
    "asked by guest": replace(_SHARED, asker="guest"),
    "guest alone": Place("slack", "local", "D2", "direct", guests=True, asker="guest"),
    "other firm alone": Place("slack", "local", "D3", "direct", external=True),
}
GOES = {
    "direct": ("place", "place"),
    "group": ("place", "asker"),
    "private": ("place", "asker"),
    "public": ("place", "asker"),
    "external": ("place", "asker"),
    "with guest": ("place", "asker"),
    "not allowed": ("nobody", "nobody"),
    "asked by guest": ("place", "nobody"),
    "guest alone": ("place", "nobody"),
    "other firm alone": ("place", "nobody"),
}
"""Where (an answer about the market, an answer about a person) is sent."""
NAMES = {"own": "Apple", "assigned": "Microsoft", "other": "Exxon"}
"""What each of them holds: whose name is seen tells whose book was open."""


def test_the_tables_have_every_tool() -> None:
    names = [*PERSONAL, *UNREAD, *OTHERS]
    assert sorted(names) == sorted(tool.__name__ for tool in TOOLS)
    assert PLACES.keys() == GOES.keys()


@pytest.fixture
async def firm(sqlite_url: str) -> AsyncIterator[Firm]:
    async with await open_database(sqlite_url) as database:
        firm = await open_firm(database)
        await firm.act(
            lambda session: admin.save_channel(
                session, CHIEF, "allowed", name="desk", kind="private", allowed=True, external=False, at=NOW
            )
        )
        yield firm


def asked(arguments: dict[str, Any]) -> str:
    """A question that says every argument, as the built-in model may only copy."""
    said = [" ".join(value) if isinstance(value, list) else value for value in arguments.values()]
    return " ".join(["show me", *said])


async def cell(firm: Firm, tool: str, arguments: dict[str, Any], role: str, subject: str, where: str) -> Deliveries:
    """One question through the whole assistant, and where its reply is sent."""
    place = PLACES[where]
    user = f"new {role}" if subject == "none" else role
    conversation = f"{user} {subject} {where}"
    chosen = {"assigned": CLIENT, "other": STRANGER}.get(subject)
    if chosen:  # behind the back of `/client`, which would refuse most of them
        async with firm.parts.database.write() as session:
            await insert_once(session, Conversation(tenant="local", id=conversation, surface="slack"))
            await permissions.choose_client(session, Actor(user), conversation, chosen, at=NOW)
    call = [ToolCall(tool, arguments)]
    reply = await firm.ask(asked(arguments), call, by=user, place=place, conversation=conversation)
    async with firm.parts.database.read() as session:
        now = await place_now(session, Actor(user), place)
    return route(reply, place, now)


def sent_to(deliveries: Deliveries) -> tuple[str, Reply | None]:
    """(who gets the figures, the reply that has them)."""
    for who, reply in (("place", deliveries.place), ("asker", deliveries.direct)):
        if reply is not None and reply.figures:
            return who, reply
    return "nobody", None


def wrong(deliveries: Deliveries, tool: str, role: str, subject: str, where: str) -> str:
    """What is wrong with where a personal answer went; "" when nothing is."""
    is_shown = (role, subject) in READS or (tool, subject) == ("propose_watchlist_change", "none")  # a price
    expected = GOES[where][1] if is_shown else "nobody"
    who, reply = sent_to(deliveries)
    if who != expected:
        return f"figures went to {who} instead of {expected}"
    texts = [each.answer for each in (deliveries.place, deliveries.direct) if each]
    if leaked := [name for whose, name in NAMES.items() if whose != subject and any(name in text for text in texts)]:
        return f"it names {leaked}"
    line = deliveries.place.answer if deliveries.place else ""
    if who != "place" and where != "direct" and any(character.isdigit() for character in line):
        return f"there is a figure in {line!r}"
    if reply and subject == "assigned" and not reply.answer.startswith("For Ada Byron:\n\n"):
        return f"it does not say for whom: {reply.answer[:40]!r}"
    if reply and subject == "own" and reply.answer.startswith("For "):
        return "it is said to be for somebody else"
    return ""


async def wrong_cells(firm: Firm, tool: str, cells: list[tuple[str, str, str]]) -> dict[tuple[str, str, str], str]:
    """The cells of a personal tool that are not as the tables say, each with what is wrong."""
    found = {}
    for role, subject, where in cells:
        deliveries = await cell(firm, tool, PERSONAL[tool], role, subject, where)
        if problem := wrong(deliveries, tool, role, subject, where):
            found[role, subject, where] = problem
    return found


async def test_no_cell_of_the_watchlist_is_wrong(firm: Firm) -> None:
    """The quickest of the personal tools, through the whole assistant in every cell."""
    cells = list(product(ROLES, SUBJECTS, PLACES))
    assert len(cells) == 200
    assert await wrong_cells(firm, "get_watchlist", cells) == {}


@pytest.mark.parametrize("tool", sorted(PERSONAL.keys() - {"get_watchlist"}))
async def test_no_role_sees_by_another_tool_what_the_watchlist_hides(firm: Firm, tool: str) -> None:
    """Every role and subject in one shared place, and every place for one role, through the whole assistant."""
    cells = {*product(ROLES, SUBJECTS, ["private"]), *product(["adviser"], ["assigned"], PLACES)}
    assert await wrong_cells(firm, tool, sorted(cells)) == {}


@pytest.mark.parametrize("tool", OTHERS)
async def test_an_answer_about_the_market_is_the_same_for_all_and_stays_where_it_was_asked(
    firm: Firm, tool: str
) -> None:
    expected = (await firm.ask(asked(OTHERS[tool]), [ToolCall(tool, OTHERS[tool])])).answer
    assert "I could not find" not in expected
    found = {}
    for role, where in {*product(ROLES, ["private"]), *product(["member"], PLACES)}:
        deliveries = await cell(firm, tool, OTHERS[tool], role, "own", where)
        said = deliveries.place.answer if deliveries.place else ""
        is_shown = said == expected
        if is_shown != (GOES[where][0] == "place") or deliveries.direct:
            found[role, where] = said
    assert found == {}


@pytest.mark.parametrize("tool", UNREAD)
async def test_a_change_of_ones_own_is_proposed_to_the_asker_alone(firm: Firm, tool: str) -> None:
    found = {}
    for role, where in {*product(ROLES, ["public"]), *product(["member"], PLACES)}:
        deliveries = await cell(firm, tool, UNREAD[tool], role, "own", where)
        who, reply = sent_to(deliveries)
        line = deliveries.place.answer if deliveries.place and deliveries.place is not reply else ""
        if who != GOES[where][1] or "Apple" in line or "100" in line:
            found[role, where] = who, line
    assert found == {}


async def test_no_cell_of_all_is_wrong_at_the_door_and_at_the_post(firm: Firm) -> None:
    """Every tool, role, subject and place: what the door opens for, and where a reply with it would be posted."""
    database, wrong_ones, cells = firm.parts.database, {}, 0
    opened, places = {}, {}
    for role, subject in product(ROLES, SUBJECTS):
        user = f"new {role}" if subject == "none" else role
        whom = {"assigned": CLIENT, "other": STRANGER}.get(subject, user)
        async with database.read() as session:
            opened[role, subject] = await permissions.may_read(session, Actor(user), whom)
    async with database.read() as session:
        for where, place in PLACES.items():
            places[where] = await place_now(session, Actor("member"), place)
    for tool, role, subject, where in product([*PERSONAL, *UNREAD, *OTHERS], ROLES, SUBJECTS, PLACES):
        cells += 1
        is_personal = tool in PERSONAL_TOOLS
        reply = Reply("t", "?", "Figures.", "answered", personal=is_personal)
        deliveries = route(reply, PLACES[where], places[where])
        goes = "place" if deliveries.place == reply else "asker" if deliveries.direct == reply else "nobody"
        may = opened[role, subject] if is_personal else True
        expected = GOES[where][tool not in OTHERS]
        expected_may = (role, subject) in READS or subject == "none" or tool in OTHERS
        if (goes, may) != (expected, expected_may):
            wrong_ones[tool, role, subject, where] = goes, may
    assert wrong_ones == {}
    assert cells == len(TOOLS) * len(ROLES) * len(SUBJECTS) * len(PLACES)
