"""Everything kept about one person: told to them, or deleted. Each works inside the caller's unit, and is logged in it.

The log keeps that it happened, never what it was. A legal hold beats deletion. What others keep, such as an adviser's
turns about a client, is theirs.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bot.errors import RecordsRefused, UnknownUser
from bot.records import audit
from bot.records.admin_tables import (
    ClientAssignment,
    Feedback,
    Identity,
    LegalHold,
    Quota,
    RoleAssignment,
    TeamMember,
)
from bot.records.identities import asker_of_event, user_of
from bot.records.inbox_tables import InboxEvent, OutboxMessage
from bot.records.platform_tables import ConversationReference, OfferRecord, Preference
from bot.records.privacy_tables import Confirmation
from bot.records.schedule_tables import Alert, Digest
from bot.records.tables import (
    Account,
    AuditRecord,
    CashBalance,
    ChosenClient,
    Conversation,
    PortfolioRecord,
    TargetWeight,
    ToolCallRecord,
    TransactionRecord,
    Turn,
    User,
    WatchlistItem,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.base import Record
    from bot.records.users import Actor

_UNFINISHED = ("waiting", "answered")


async def everything_about(session: AsyncSession, by: Actor, user: str, *, at: datetime) -> dict[str, Any]:
    """All rows about a user of the tenant of `by`, as JSON, table by table. Raises `UnknownUser`."""
    if await session.get(User, (by.tenant, user)) is None:
        raise UnknownUser(user)
    document: dict[str, Any] = {"user": user, "tenant": by.tenant, "exported_at": at.isoformat()}
    count = 0
    for table, condition in _about(by.tenant, user).items():
        columns = [column for column in table.__table__.columns if column.name != "tenant"]
        found = await session.execute(sa.select(*columns).where(table.__table__.c.tenant == by.tenant, condition))
        document[table.__tablename__] = [
            {name: _as_json(value) for name, value in row.items()} for row in found.mappings()
        ]
        count += len(document[table.__tablename__])
    await audit.append(session, by, "export", user, {"rows": count}, at=at)
    return document


async def forget(
    session: AsyncSession, by: Actor, user: str, *, at: datetime, account: bool = False
) -> Mapping[str, int]:
    """Delete what a user of the tenant of `by` asked, was answered and owns; returns how many rows of each table.

    The user stays known, without a name, and keeps the rights that admins gave; with `account` they go, too. What is
    being worked on just now, such as the wish to be forgotten, is finished and stays. Raises `UnknownUser`, or
    `RecordsRefused` while there is a legal hold.
    """
    person = await session.get(User, (by.tenant, user), with_for_update=True, populate_existing=True)
    if person is None:
        raise UnknownUser(user)
    if await session.get(LegalHold, (by.tenant, user)):
        raise RecordsRefused("Nothing was deleted: a legal hold keeps these records; ask your compliance officer.")
    person.display_name = ""
    await session.flush()
    talks = sa.select(Turn.conversation_id).where(Turn.tenant == by.tenant, Turn.user_id == user)
    places = (await session.scalars(talks.distinct())).all()
    counts = {}
    for table, condition in _forgotten(user).items():
        gone = sa.delete(table).where(table.__table__.c.tenant == by.tenant, condition)
        deleted = await session.execute(gone.execution_options(synchronize_session=False))
        counts[table.__tablename__] = deleted.rowcount  # type: ignore[attr-defined]  # of a DELETE it is known
    if account:
        await session.execute(sa.delete(Quota).where(Quota.tenant == by.tenant, Quota.user_id == user))
        await session.delete(person)
        await session.flush()
    await drop_empty(session, by.tenant, places)
    await audit.append(session, by, "forget", user, {"account": account, **counts}, at=at)
    return counts


async def drop_empty(session: AsyncSession, tenant: str, conversations: list[str] | Any) -> None:
    """Delete those of the conversations that hold no turn any more."""
    named = (Conversation.tenant == tenant, Conversation.id.in_(conversations))
    # Locked first: a turn that begins just now is seen by the next statement, and not deleted with its conversation.
    await session.execute(sa.select(Conversation.id).where(*named).with_for_update())
    turns = sa.exists().where(Turn.tenant == tenant, Turn.conversation_id == Conversation.id)
    await session.execute(sa.delete(Conversation).where(*named, ~turns).execution_options(synchronize_session=False))


def _about(tenant: str, user: str) -> dict[type[Record], sa.ColumnElement[bool]]:
    """Table → which of its rows are about the user. Legal holds and acts of admins may be secret: left out."""
    portfolios = sa.select(PortfolioRecord.id).where(PortfolioRecord.tenant == tenant, PortfolioRecord.user_id == user)
    accounts = sa.select(Account.id).where(Account.tenant == tenant, Account.portfolio_id.in_(portfolios))
    turns = sa.select(Turn.id).where(Turn.tenant == tenant, Turn.user_id == user)
    events = sa.select(InboxEvent.id).where(InboxEvent.tenant == tenant, asker_of_event() == user)
    talks = sa.select(Turn.conversation_id).where(Turn.tenant == tenant, Turn.user_id == user)
    return {
        User: User.id == user,
        Identity: Identity.user_id == user,
        RoleAssignment: RoleAssignment.user_id == user,
        ClientAssignment: sa.or_(ClientAssignment.client_id == user, ClientAssignment.adviser_id == user),
        TeamMember: sa.or_(TeamMember.supervisor_id == user, TeamMember.adviser_id == user),
        Quota: Quota.user_id == user,
        PortfolioRecord: PortfolioRecord.user_id == user,
        Account: Account.portfolio_id.in_(portfolios),
        TransactionRecord: TransactionRecord.account_id.in_(accounts),
        CashBalance: CashBalance.account_id.in_(accounts),
        TargetWeight: TargetWeight.portfolio_id.in_(portfolios),
        WatchlistItem: WatchlistItem.user_id == user,
        Conversation: Conversation.id.in_(talks),
        ChosenClient: ChosenClient.user_id == user,
        Turn: Turn.user_id == user,
        ToolCallRecord: ToolCallRecord.turn_id.in_(turns),
        Feedback: Feedback.user_id == user,
        Alert: Alert.user_id == user,
        Digest: Digest.user_id == user,
        Preference: Preference.user_id == user,
        OfferRecord: OfferRecord.user_id == user,
        ConversationReference: _is_with(user),
        InboxEvent: asker_of_event() == user,
        OutboxMessage: OutboxMessage.event_id.in_(events),
        AuditRecord: AuditRecord.actor == user,
    }


def _forgotten(user: str) -> dict[type[Record], sa.ColumnElement[bool]]:
    """Table → which of its rows go, in this order; what they own goes with them.

    An answer on which somebody who is on legal hold gave feedback stays with that.
    """
    held = sa.exists().where(
        Feedback.tenant == Turn.tenant,
        Feedback.turn_id == Turn.id,
        LegalHold.tenant == Feedback.tenant,
        LegalHold.user_id == Feedback.user_id,
    )
    return {
        InboxEvent: sa.and_(asker_of_event() == user, InboxEvent.state.not_in(_UNFINISHED)),  # by its turn
        Feedback: Feedback.user_id == user,
        Turn: sa.and_(Turn.user_id == user, Turn.status != "running", ~held),
        WatchlistItem: WatchlistItem.user_id == user,
        PortfolioRecord: PortfolioRecord.user_id == user,
        Alert: Alert.user_id == user,
        Digest: Digest.user_id == user,
        Preference: Preference.user_id == user,
        OfferRecord: OfferRecord.user_id == user,
        ConversationReference: _is_with(user),
        ChosenClient: ChosenClient.user_id == user,
        Confirmation: Confirmation.user_id == user,
    }


def _is_with(user: str) -> sa.ColumnElement[bool]:
    """Whether a conversation is with the person alone, by whichever account."""
    reference = ConversationReference
    return user_of(reference.tenant, reference.platform, reference.user_id) == user


def _as_json(value: object) -> object:
    """Numbers that matter exactly as text, times as ISO 8601."""
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
