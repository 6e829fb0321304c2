"""Finished turns as somebody may look at them again, and what people think of them; within the caller's unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.records import controls, permissions
from bot.records.tables import ToolCallRecord, Turn

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor


@dataclass(frozen=True, slots=True)
class SeenCall:
    """One look-up of a turn: what was asked of which tool, and why it has no answer, where it has none."""

    name: str
    arguments: Mapping[str, Any]
    ok: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class SeenTurn:
    """A turn whose answer somebody may see: how it was found. `figures` are those of its evidence."""

    id: str
    conversation: str
    is_own: bool
    is_personal: bool
    calls: tuple[SeenCall, ...] = ()
    figures: tuple[Mapping[str, Any], ...] = ()
    withheld: int = 0
    model_name: str = ""
    model_digest: str = field(default="")


async def visible_turn(session: AsyncSession, actor: Actor, turn_id: str, shared: str = "") -> SeenTurn | None:
    """The turn, if the actor may see its answer, else None; nobody whom an admin has stopped sees any.

    One's own, as long as one may see the data that it is about; another's where it is not personal and stands in the
    conversation `shared`, which the actor takes part in. Who is not known here yet sees that, too.
    """
    turn = await session.get(Turn, (actor.tenant, turn_id), populate_existing=True)
    if turn is None or turn.status == "running" or await controls.is_stopped(session, actor):
        return None
    evidence = turn.evidence or {}
    client, is_personal = evidence.get("client", ""), bool(evidence.get("personal"))
    is_own = turn.user_id == actor.user
    if is_own and client and not await permissions.may_read(session, actor, client):
        return None
    if not is_own and (is_personal or client or not shared or turn.conversation_id != shared):
        return None
    return SeenTurn(
        id=turn.id,
        conversation=turn.conversation_id,
        is_own=is_own,
        is_personal=is_personal,
        calls=tuple([call async for call in _calls(session, turn)]),
        figures=tuple(evidence.get("figures", ())),
        withheld=len(evidence.get("withheld", ())),
        model_name=turn.model_name or "",
        model_digest=turn.model_digest or "",
    )


async def _calls(session: AsyncSession, turn: Turn) -> Any:
    found = await session.scalars(
        sa.select(ToolCallRecord)
        .where(ToolCallRecord.tenant == turn.tenant, ToolCallRecord.turn_id == turn.id)
        .order_by(ToolCallRecord.position)
    )
    for call in found:
        arguments = call.resolved or call.arguments
        yield SeenCall(call.name, arguments if isinstance(arguments, dict) else {}, call.ok, call.error or "")


async def conversation_of(session: AsyncSession, tenant: str, turn_id: str) -> str:
    """The conversation of a turn, "" where it is not known."""
    turn = await session.get(Turn, (tenant, turn_id))
    return turn.conversation_id if turn else ""
