"""A tenant as admins find it: people, rules, turns, dead letters; and a second tenant with equal ids beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.records import administration, models, portfolios, prompts, scores
from bot.records.admin_tables import Feedback, LegalHold
from bot.records.inbox_tables import InboxConversation, InboxEvent
from bot.records.sample import sample_portfolio
from bot.records.schedule_tables import Alert, Digest
from bot.records.tables import Conversation, ToolCallRecord, Turn
from bot.records.users import Actor
from tests.fakes.admin_site import START

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.database import Database

QUESTION, ANSWER, PAYLOAD = "what is my secret plan", "the answer nobody else sees", "a message that was sent"
HELD, WATCHED = "NVDA", "TSLA"
"""What somebody holds and is told of; on no page."""


async def settle(database: Database, tenant: str = "local", mark: str = "") -> None:
    """Fill a tenant; `mark` is put to all that is shown, to tell two tenants apart."""
    by = Actor("root", tenant)
    async with database.write() as session:
        await _people(session, by, mark)
        await _rules(session, by, mark)
        await _records(session, by, mark)


async def _people(session: AsyncSession, by: Actor, mark: str) -> None:
    for user, name in (("ada", "Ada Lovelace"), ("mary", "Mary Somerville"), ("charles", "Charles Babbage")):
        await administration.save_user(session, by, user, display_name=f"{name}{mark}", active=True, at=START)
    await administration.link_identity(session, by, "slack", f"U0{mark}", "ada", at=START)
    await administration.grant_role(session, by, "mary", "adviser", at=START)
    await administration.grant_role(session, by, "charles", "supervisor", at=START)
    await administration.assign_client(session, by, "mary", "ada", at=START)
    await administration.join_team(session, by, "charles", "mary", at=START)
    real = replace(sample_portfolio(), name=f"Retirement{mark}", is_sample=False)
    lot = replace(real.transactions[0], symbol=HELD)
    held = replace(real, transactions=(lot,), targets={})
    await portfolios.add_portfolio(session, Actor("ada", by.tenant), held)


async def _rules(session: AsyncSession, by: Actor, mark: str) -> None:
    await administration.save_channel(
        session, by, "C1", name=f"#markets{mark}", kind="public", allowed=True, external=False, at=START
    )
    await administration.pull_switch(session, by, "model", f"slow{mark}", reason="too slow", at=START)
    await administration.set_quota(session, by, "", per_hour=30, per_day=None, at=START)
    text = prompts.file_text("advisor") + mark
    await administration.save_prompt(session, by, "advisor", text, at=START)
    await models.add_model(session, by, f"qwen{mark}", "ollama", ["tools"], now=START)
    score = scores.Score(f"qwen{mark}", "ollama", "d" * 64, "tools", 9, 10, 14.0, 31.0, None, {}, START)
    await scores.keep_score(session, by.tenant, score)


async def _records(session: AsyncSession, by: Actor, mark: str) -> None:
    tenant = by.tenant
    session.add(Conversation(tenant=tenant, id="c", surface="slack"))
    await session.flush()
    for number, status in enumerate(("answered", "answered", "answered", "failed")):
        began = START - timedelta(hours=number)
        session.add(
            Turn(
                tenant=tenant,
                id=f"t{number}",
                user_id="ada",
                conversation_id="c",
                position=number,
                status=status,
                question=QUESTION,
                answer=ANSWER,
                process="x",
                started_at=began,
                deadline_at=began,
                finished_at=began + timedelta(seconds=number + 1),
                model_name=f"tuppence{mark}",
                model_backend="embedded",
                model_digest="9f3b" * 16,
            )
        )
        await session.flush()
        figure = {"source": f"bundled history{mark}", "as_of": f"2022-12-2{number}", "subject": HELD, "text": "1"}
        session.add(
            ToolCallRecord(
                tenant=tenant,
                turn_id=f"t{number}",
                position=0,
                name="get_quote",
                arguments={"symbol": HELD},
                ok=status != "failed",
                result={"figures": [figure]},
                duration_ms=10.0 * (number + 1),
            )
        )
    session.add(Feedback(tenant=tenant, turn_id="t0", user_id="ada", rating=-1, reason=f"wrong{mark}", given_at=START))
    session.add(
        Digest(
            tenant=tenant,
            id="d",
            user_id="ada",
            kind="market_open",
            surface="slack",
            target={},
            sections=[],
            schedule="0 8 * * mon-fri",
            time_zone="Europe/London",
            calendar="XLON",
            holidays="skip",
        )
    )
    session.add(
        Alert(
            tenant=tenant,
            id="a",
            user_id="ada",
            surface="slack",
            target={},
            symbol=WATCHED,
            condition="below",
            threshold=Decimal("123.45"),
            currency="USD",
        )
    )
    session.add(LegalHold(tenant=tenant, user_id="mary", reason=f"a complaint{mark}", placed_by="root"))
    for state in ("dead", "waiting"):
        session.add(InboxConversation(tenant=tenant, id=state, fence=0))
        await session.flush()
        session.add(
            InboxEvent(
                tenant=tenant,
                id=f"ev-{state}",
                conversation=state,
                user_id="ada",
                surface="slack",
                kind="question",
                payload={"text": PAYLOAD},
                state=state,
                attempts=5,
                sent_at=START,
                received_at=START,
                failure=f"channel not found{mark}" if state == "dead" else None,
            )
        )
