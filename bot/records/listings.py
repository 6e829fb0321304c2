"""What admins have set, as plain rows of one tenant; nothing of what a person holds is in them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.records.admin_tables import (
    Channel,
    ClientAssignment,
    Identity,
    KillSwitch,
    LegalHold,
    Policy,
    PromptVersion,
    Quota,
    RoleAssignment,
    TeamMember,
    ToolSwitch,
)
from bot.records.tables import AuditRecord, PortfolioRecord, User

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.base import Record

LISTINGS: dict[str, type[Record]] = {
    "user": User,
    "identity": Identity,
    "role": RoleAssignment,
    "client": ClientAssignment,
    "team": TeamMember,
    "channel": Channel,
    "policy": Policy,
    "tool": ToolSwitch,
    "switch": KillSwitch,
    "quota": Quota,
    "prompt": PromptVersion,
    "portfolio": PortfolioRecord,
    "hold": LegalHold,
    "audit": AuditRecord,
}


async def listing(session: AsyncSession, tenant: str, what: str) -> list[dict[str, Any]]:
    """The rows of one kind, by their keys, each a dict that JSON can hold."""
    record = LISTINGS[what]
    table = sa.inspect(record)
    rows = await session.scalars(sa.select(record).where(table.c.tenant == tenant).order_by(*table.primary_key))
    names = [attribute.key for attribute in table.column_attrs if attribute.key != "tenant"]
    return [{name: _plain(getattr(row, name)) for name in names} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
