"""Turns: begun before any work, ended once, found again after a crash. Each works inside the caller's unit."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa

from bot.errors import UnknownUser
from bot.records import audit
from bot.records.audit import Act
from bot.records.processes import has_ended, this_process
from bot.records.tables import Conversation, ToolCallRecord, Turn, User
from bot.records.users import Actor, insert_once

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, timedelta

    from sqlalchemy.ext.asyncio import AsyncSession

TurnStatus = Literal["answered", "declined", "clarify", "failed"]
_TOOL = re.compile(r"[a-z][a-z0-9_]{0,63}")
KILLED = "The program was stopped before this question was answered."


@dataclass(frozen=True, slots=True)
class SavedToolCall:
    """One tool call as it is kept; all values are JSON, with exact numbers as text. `duration_ms` is milliseconds."""

    name: str
    arguments: Any
    resolved: Any = None
    ok: bool = True
    error: str | None = None
    result: Any = None
    duration_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a turn ended. `evidence` (figures, withheld sentences, charts, proposed calls) and `timings_ms` are JSON."""

    status: TurnStatus
    answer: str
    tool_calls: tuple[SavedToolCall, ...] = ()
    failure: str | None = None
    evidence: Any = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    model_name: str | None = None
    model_backend: str | None = None
    model_digest: str | None = None
    prompt_hash: str | None = None


@dataclass(frozen=True, slots=True)
class PastTurn:
    """A finished turn, as later turns of its conversation need it; `proposed` are calls it only asked about.

    `client` is whose data it was about, "" for the asker's own; `is_personal`: the answer is for the asker alone.
    """

    id: str
    question: str
    answer: str
    status: TurnStatus
    asked_at: datetime
    tool_calls: tuple[SavedToolCall, ...]
    proposed: tuple[SavedToolCall, ...] = ()
    client: str = ""
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class AbandonedTurn:
    """A turn whose process ended before it did."""

    id: str
    actor: Actor
    conversation: str
    question: str
    asked_at: datetime


async def start_turn(
    session: AsyncSession,
    actor: Actor,
    conversation: str,
    question: str,
    *,
    now: datetime,
    budget: timedelta,
    surface: str = "terminal",
    turn_id: str = "",
) -> str:
    """Save the question before any work on it, and return the turn's id. After `budget` it counts as abandoned.

    With a `turn_id` of an earlier attempt that was killed, that turn is taken up again. Somebody who is stopped may
    ask, too: that they did, and were refused, is for the record.
    """
    if await session.get(User, (actor.tenant, actor.user)) is None:
        raise UnknownUser(actor.user)
    if turn_id and await _taken_up(session, actor, turn_id, now=now, budget=budget):
        return turn_id
    key = (actor.tenant, conversation)
    if not await session.get(Conversation, key):
        await insert_once(session, Conversation(tenant=actor.tenant, id=conversation, surface=surface))
    # Two turns of one conversation that start together would get the same position: the second waits here.
    await session.get(Conversation, key, with_for_update=True, populate_existing=True)
    last = await session.scalar(
        sa.select(sa.func.max(Turn.position)).where(Turn.tenant == actor.tenant, Turn.conversation_id == conversation)
    )
    turn = Turn(
        tenant=actor.tenant,
        id=turn_id or uuid.uuid4().hex,
        user_id=actor.user,
        conversation_id=conversation,
        position=0 if last is None else last + 1,
        status="running",
        question=question,
        process=this_process(),
        started_at=now,
        deadline_at=now + budget,
    )
    session.add(turn)
    await session.flush()
    return turn.id


async def _taken_up(session: AsyncSession, actor: Actor, turn_id: str, *, now: datetime, budget: timedelta) -> bool:
    """Make a turn that was cut off a running one of this process; False when there is none of that id."""
    turn = await session.get(Turn, (actor.tenant, turn_id), with_for_update=True, populate_existing=True)
    if turn is None or turn.user_id != actor.user or not (turn.status == "running" or turn.failure == KILLED):
        return False
    turn.status, turn.failure, turn.finished_at = "running", None, None
    turn.process, turn.deadline_at = this_process(), now + budget
    await session.flush()
    return True


async def asker_of(session: AsyncSession, tenant: str, turn_id: str) -> str:
    """The user whose turn it is, "" for one that is not on record."""
    return await session.scalar(sa.select(Turn.user_id).where(Turn.tenant == tenant, Turn.id == turn_id)) or ""


async def finish_turn(session: AsyncSession, actor: Actor, turn_id: str, outcome: Outcome, *, now: datetime) -> bool:
    """Save how the turn ended, with its tool calls; False, and nothing saved, when it had ended before."""
    updated = await session.execute(
        sa.update(Turn)
        .where(Turn.tenant == actor.tenant, Turn.id == turn_id, Turn.user_id == actor.user, Turn.status == "running")
        .values(
            status=outcome.status,
            answer=outcome.answer,
            failure=outcome.failure,
            evidence=outcome.evidence,
            timings_ms=dict(outcome.timings_ms),
            model_name=outcome.model_name,
            model_backend=outcome.model_backend,
            model_digest=outcome.model_digest,
            prompt_hash=outcome.prompt_hash,
            finished_at=now,
        )
        .returning(Turn.id)
    )
    if updated.first() is None:
        return False
    session.add_all(
        ToolCallRecord(
            tenant=actor.tenant,
            turn_id=turn_id,
            position=position,
            name=call.name,
            arguments=call.arguments,
            resolved=call.resolved,
            ok=call.ok,
            error=call.error,
            result=call.result,
            duration_ms=call.duration_ms,
        )
        for position, call in enumerate(outcome.tool_calls)
    )
    await session.flush()
    await audit.append_all(session, actor, _acts(turn_id, outcome), at=now)
    return True


def _acts(turn_id: str, outcome: Outcome) -> Iterator[Act]:
    """What the log says of a turn: that there was a reply, whose data it was about and what was called."""
    for position, call in enumerate(outcome.tool_calls):
        # A model may call a tool that is none by any text, even one that a person typed.
        name = call.name if _TOOL.fullmatch(call.name) else "(no tool)"
        yield Act("tool_call", name, {"turn": turn_id, "position": position, "ok": call.ok})
    details = {"status": outcome.status, "tool_calls": len(outcome.tool_calls), "model": outcome.model_digest or ""}
    evidence = outcome.evidence or {}
    if client := evidence.get("client"):
        details["client"] = client
    if told := evidence.get("disclosures"):
        details["disclosed"] = ", ".join(told)
    yield Act("refusal" if outcome.status == "declined" else "answer", turn_id, details)


async def recent_turns(session: AsyncSession, actor: Actor, conversation: str, limit: int) -> tuple[PastTurn, ...]:
    """The actor's own last `limit` finished turns of a conversation, oldest first; others' turns there are not seen.

    A failed turn counts if tools were called: what was asked for is known, though its data could not be had.
    """
    looked_up = sa.exists().where(ToolCallRecord.tenant == Turn.tenant, ToolCallRecord.turn_id == Turn.id)
    newest = (
        await session.scalars(
            sa.select(Turn)
            .where(
                Turn.tenant == actor.tenant,
                Turn.conversation_id == conversation,
                Turn.user_id == actor.user,
                sa.or_(Turn.status.not_in(("running", "failed")), sa.and_(Turn.status == "failed", looked_up)),
            )
            .order_by(Turn.position.desc())
            .limit(limit)
        )
    ).all()
    calls: dict[str, list[SavedToolCall]] = {turn.id: [] for turn in newest}
    if calls:
        found = await session.scalars(
            sa.select(ToolCallRecord)
            .where(ToolCallRecord.tenant == actor.tenant, ToolCallRecord.turn_id.in_(list(calls)))
            .order_by(ToolCallRecord.turn_id, ToolCallRecord.position)
        )
        for call in found:
            calls[call.turn_id].append(_saved_call(call))
    return tuple(
        PastTurn(
            id=turn.id,
            question=turn.question,
            answer=turn.answer or "",
            status=turn.status,  # type: ignore[arg-type]  # the database allows only these
            asked_at=turn.started_at,
            tool_calls=tuple(calls[turn.id]),
            proposed=tuple(
                SavedToolCall(call["name"], call["arguments"]) for call in (turn.evidence or {}).get("proposed", ())
            ),
            client=(turn.evidence or {}).get("client", ""),
            is_personal=(turn.evidence or {}).get("personal", False),
        )
        for turn in reversed(newest)
    )


async def fail_abandoned_turns(session: AsyncSession, now: datetime) -> tuple[AbandonedTurn, ...]:
    """Mark as failed every turn that was killed half-way, and return them, oldest first. Ask at each start.

    A turn is abandoned when its process ended, or, where that can't be seen, when its time is over.
    """
    running = await session.scalars(
        sa.select(Turn).where(Turn.status == "running").order_by(Turn.started_at).with_for_update(skip_locked=True)
    )
    abandoned = [turn for turn in running if turn.deadline_at < now or has_ended(turn.process)]
    for turn in abandoned:
        turn.status = "failed"
        turn.failure = KILLED
        turn.finished_at = now
    await session.flush()
    return tuple(
        AbandonedTurn(turn.id, Actor(turn.user_id, turn.tenant), turn.conversation_id, turn.question, turn.started_at)
        for turn in abandoned
    )


def _saved_call(row: ToolCallRecord) -> SavedToolCall:
    return SavedToolCall(
        name=row.name,
        arguments=row.arguments,
        resolved=row.resolved,
        ok=row.ok,
        error=row.error,
        result=row.result,
        duration_ms=row.duration_ms,
    )
