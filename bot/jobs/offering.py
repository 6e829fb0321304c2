"""The proposals of a reply as offers, one for each button, in the unit that records the reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.records.offers import Offers
from bot.turn.commands import names
from bot.turn.proposals import Offered, offer

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.messages import Reply
    from bot.records.inbox import Event
    from bot.records.users import Actor
    from tools.values import Proposal


async def offers_of(
    session: AsyncSession, event: Event, actor: Actor, reply: Reply, *, now: datetime
) -> tuple[Offered, ...]:
    """An offer to the asker for each change that the reply proposes and that a typed command can make."""
    proposals, made = _proposals(reply), []
    if not proposals:
        return ()
    store = Offers(session, event.tenant, now)
    for proposal in proposals:
        nonce = await offer(
            store,
            actor,
            proposal.kind,
            proposal.command,
            now=now,
            conversation=event.conversation,
            client=reply.client,
        )
        made.append(Offered(proposal.kind, nonce, proposal.command, proposal.details))
    return tuple(made)


def _proposals(reply: Reply) -> list[Proposal]:
    found = [result.findings.proposal for result in reply.results if result.findings and result.findings.proposal]
    return [proposal for proposal in found if proposal.command.removeprefix("/").split()[:1][0] in names()]
