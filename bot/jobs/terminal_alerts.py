"""Alerts of who sits at the terminal: nobody can write to them there, so they are looked at when the chat is opened."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from bot.jobs.alert_delivery import switched_off, told
from bot.jobs.alerts import AlertPass
from bot.messages import Reply

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.jobs.alerts import News
    from bot.records.users import Actor
    from bot.turn.assistant import Parts

TERMINAL = "terminal"
CONVERSATION = "alerts"


async def alerts_at_terminal(parts: Parts, actor: Actor) -> list[Reply]:
    """What went off since the last look, each told once and kept as a turn. Raises `DatabaseError`."""
    replies: dict[tuple[str, str], Reply] = {}

    async def keep(session: AsyncSession, news: News, now: datetime) -> None:
        del now
        if news.what == "off":
            reply = Reply("", "", switched_off(news.kept, news.told, parts.symbols), "answered", personal=True)
        else:
            reply = await told(session, parts, news.kept, {news.what: news.told}, uuid.uuid4().hex, CONVERSATION)
        replies[news.kept.id, news.key] = reply  # a unit that is done again tells again

    await AlertPass(parts, [TERMINAL], owner=actor, tell=keep).run()
    return list(replies.values())
