"""Everybody is told that a machine answers before they rely on it, and what a personal answer is not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bot.messages import ToolCall
from bot.records import administration as admin
from bot.records.database import open_database
from bot.records.tables import AuditRecord, Turn
from bot.turn.disclosing import EVERY
from bot.turn.prompting import sections
from tests.fakes.firm import CHIEF, NOW, Firm, open_firm

SAYS = sections("disclosures")
PRICE = ToolCall("get_quote", {"symbols": ["Apple"]})
MINE = ToolCall("get_portfolio", {})


@pytest.fixture
async def firm(sqlite_url: str) -> AsyncIterator[Firm]:
    async with await open_database(sqlite_url) as database:
        yield await open_firm(database)


async def told(firm: Firm, question: str, *answers: Any, by: str = "member") -> list[str]:
    reply = await firm.ask(question, *answers, by=by)
    return [name for name, _ in reply.disclosures]


async def test_the_first_answer_says_that_a_machine_answers_and_the_next_does_not(firm: Firm) -> None:
    assert await told(firm, "price of Apple", [PRICE], [""]) == ["first_contact"]
    assert await told(firm, "price of Apple", [PRICE], [""]) == []
    assert await told(firm, "price of Apple", [PRICE], [""], by="adviser") == ["first_contact"]


async def test_it_is_said_again_after_a_month(firm: Firm) -> None:
    await told(firm, "price of Apple", [PRICE], [""])
    almost = firm.with_parts(now=lambda: NOW + EVERY - timedelta(seconds=1))
    assert await told(almost, "price of Apple", [PRICE], [""]) == []
    later = firm.with_parts(now=lambda: NOW + EVERY)
    assert await told(later, "price of Apple", [PRICE], [""]) == ["first_contact"]
    assert await told(later, "price of Apple", [PRICE], [""]) == []


async def test_whoever_is_stopped_at_once_is_told_too(firm: Firm) -> None:
    async with firm.parts.database.write() as session:
        await admin.pull_switch(session, CHIEF, "tenant", "", reason="a drill", at=NOW)
    reply = await firm.ask("price of Apple")
    assert (reply.status, reply.disclosure) == ("declined", SAYS["first_contact"])


async def test_a_typed_command_counts_as_contact(firm: Firm) -> None:
    assert await told(firm, "/help") == ["first_contact"]
    assert await told(firm, "/help") == []


async def test_a_personal_answer_is_no_recommendation(firm: Firm) -> None:
    await told(firm, "/help")
    assert await told(firm, "what do I hold?", [MINE], [""]) == ["personal"]


async def test_an_adviser_asking_about_a_client_is_told_what_to_check(firm: Firm) -> None:
    async with firm.parts.database.write() as session:
        await admin.set_policy(session, CHIEF, {"advice_mode": "advisor_support"}, at=NOW)
    await told(firm, "/client ada", by="adviser")
    assert await told(firm, "what does she hold?", [MINE], [""], by="adviser") == ["for_advisers"]


async def test_an_admins_words_take_the_place_of_ours(firm: Firm) -> None:
    words = {"first_contact": "Here answers a program.", "answer": "Prices may be late."}
    async with firm.parts.database.write() as session:
        await admin.set_policy(session, CHIEF, {"disclosures": words}, at=NOW)
    reply = await firm.ask("price of Apple", [PRICE], [""])
    assert reply.disclosure == "Here answers a program. Prices may be late."


async def test_what_was_disclosed_is_on_record_with_the_answer(firm: Firm) -> None:
    reply = await firm.ask("price of Apple", [PRICE], [""])
    async with firm.parts.database.read() as session:
        turn = await session.get_one(Turn, ("local", reply.turn_id))
        act = await session.scalar(sa.select(AuditRecord).where(AuditRecord.subject == reply.turn_id))
    assert turn.evidence["disclosures"] == {"first_contact": SAYS["first_contact"]}
    assert act is not None
    assert act.details["disclosed"] == "first_contact"
