"""The inbox: what has to be done once, stored before it is acknowledged, and done by one worker at a time.

accept → claim → checkpoint … → finish → posted → release

A worker claims a whole conversation for the length of a lease and holds a fencing token. Whatever it writes later, and
the moment before it posts, checks the token: one that was frozen while its lease ran out can't touch anything any more.
All functions work inside the caller's unit; times are the database's, so that the clocks of replicas don't matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import InboxFull
from bot.records.inbox_tables import InboxConversation, InboxEvent, OutboxMessage
from bot.records.rounds import MOST, MOST_OF_ONE, next_place

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession

UNFINISHED = ("waiting", "answered")
PROMPT, CHAT, UNASKED = -1, 0, 1
"""How soon something has its turn: what needs no model, then what people wait for, then what nobody asked for now."""
UNASKED_KINDS = frozenset({"digest", "alert", "alert_pass", "notice"})
TOO_MANY = "too_many"
"""In the payload of a question that is not answered: how many its asker may have in line."""


class LeaseLost(Exception):
    """Another worker has the event now, or it was cancelled: whoever meets this stops, and writes and posts nothing."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing to do, as a surface or the scheduler hands it over; see `InboxEvent` for what each field means."""

    tenant: str
    id: str
    conversation: str
    user: str
    surface: str
    kind: str
    payload: dict[str, Any]
    sent_at: datetime
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to post: `target` and `body` are JSON that the surface understands."""

    surface: str
    target: dict[str, Any]
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Post:
    """A message of the outbox that is not posted yet; `attempts` counts earlier tries."""

    key: str
    message: Outgoing
    attempts: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One event in the hands of one worker. `posts` are what is left to post of an event that is answered already.

    With `is_told` its asker was told that it has to wait, in a message that the answer is to take the place of.
    """

    event: Event
    owner: str
    fence: int
    attempts: int
    steps: Any = None
    turn_id: str | None = None
    posts: tuple[Post, ...] = field(default=())
    is_told: bool = False

    @property
    def is_answered(self) -> bool:
        """Whether only posting is left."""
        return bool(self.posts)


async def database_now(session: AsyncSession) -> datetime:
    """The time by the database's clock, in UTC."""
    if session.get_bind().dialect.name == "postgresql":
        now: datetime = (await session.execute(sa.select(sa.func.clock_timestamp()))).scalar_one()
        return now.astimezone(UTC)
    text = await session.scalar(sa.text("SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"))
    return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)


async def accept(session: AsyncSession, event: Event, *, now: datetime, priority: int | None = None) -> bool:
    """Store an event; False when it, or another of the same place, is known already: it is then not done again.

    Without a `priority` it has that of its kind. A question of somebody who has too many in line is kept as one that is
    only to be told so, in its payload. Raises `InboxFull` where all together have too many.
    """
    key = {"tenant": event.tenant, "id": event.conversation}
    if priority is None:
        priority = UNASKED if event.kind in UNASKED_KINDS else CHAT
    turn, payload = 0, event.payload
    if priority != UNASKED:
        place = await next_place(session, event.tenant, event.user, priority, now=now)
        if place.is_full:
            raise InboxFull(event.tenant, MOST)
        turn = place.round
        if place.is_own_full and priority == CHAT:
            priority, payload = PROMPT, {**payload, TOO_MANY: MOST_OF_ONE}
    new = _insert(session, InboxConversation).values(**key, priority=priority, round=turn)
    # Held until this unit ends: a worker that releases the conversation meanwhile would miss the new event.
    await session.execute(new.on_conflict_do_update(index_elements=["tenant", "id"], set_={"id": new.excluded.id}))
    inserted = await session.execute(
        _insert(session, InboxEvent)
        .values(
            tenant=event.tenant,
            id=event.id,
            place=event.place,
            conversation=event.conversation,
            user_id=event.user,
            surface=event.surface,
            kind=event.kind,
            payload=payload,
            state="waiting",
            priority=priority,
            round=turn,
            sent_at=event.sent_at,
            received_at=now,
        )
        .on_conflict_do_nothing()
        .returning(InboxEvent.id)
    )
    if inserted.first() is None:
        return False
    await wake(session, event.tenant, event.conversation, now)
    return True


async def claim(
    session: AsyncSession, owner: str, *, now: datetime, lease: timedelta, lowest: int = UNASKED
) -> Claim | None:
    """The next event that may be worked on, None when there is nothing to do now.

    What needs no model comes first, then questions, then what nobody asked for, down to `lowest`; of each the lowest
    round, so that people take turns, and the earliest of that. Of a conversation only one event is in work at a time,
    in the order in which they were sent. On PostgreSQL `SKIP LOCKED` passes over what another worker takes at this
    moment; on SQLite writers take turns anyway.
    """
    while True:
        conversation = await session.scalar(
            sa.select(InboxConversation)
            .where(InboxConversation.priority <= lowest, InboxConversation.next_at <= now)
            .order_by(InboxConversation.priority, InboxConversation.round, InboxConversation.next_at)
            .limit(1)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
        if conversation is None:
            return None
        event = await _next_event(session, conversation.tenant, conversation.id)
        if event is None:
            conversation.next_at = conversation.owner = conversation.lease_until = None
            await session.flush()
            continue
        conversation.owner = owner
        conversation.lease_until = conversation.next_at = now + lease
        conversation.fence += 1
        event.attempts += 1
        event.claimed_at = event.claimed_at or now
        await session.flush()
        return Claim(
            event=as_event(event),
            owner=owner,
            fence=conversation.fence,
            attempts=event.attempts,
            steps=event.steps,
            turn_id=event.turn_id,
            posts=await _unsent(session, event) if event.state == "answered" else (),
            is_told=event.is_told,
        )


async def is_due(session: AsyncSession, *, now: datetime, lowest: int = UNASKED) -> bool:
    """Whether there may be something to claim: one read, which locks nothing."""
    due = sa.select(InboxConversation.id).where(
        InboxConversation.priority <= lowest, InboxConversation.next_at.is_not(None), InboxConversation.next_at <= now
    )
    return bool(await session.scalar(sa.select(due.exists())))


async def renew(session: AsyncSession, claim: Claim, *, now: datetime, lease: timedelta) -> None:
    """Keep the conversation for another `lease`. Raises `LeaseLost`."""
    conversation = await hold(session, claim, now=now)
    conversation.lease_until = conversation.next_at = now + lease


async def hold(session: AsyncSession, claim: Claim, *, now: datetime) -> InboxConversation:
    """Make sure that this worker may still write for the event. Raises `LeaseLost`: nothing may follow then."""
    conversation = await session.get(
        InboxConversation,
        (claim.event.tenant, claim.event.conversation),
        with_for_update=True,
        populate_existing=True,
    )
    if (
        conversation is None
        or (conversation.owner, conversation.fence) != (claim.owner, claim.fence)
        or conversation.lease_until is None
        or conversation.lease_until <= now
    ):
        raise LeaseLost(claim.event.id)
    state = await session.scalar(
        sa.select(InboxEvent.state).where(InboxEvent.tenant == claim.event.tenant, InboxEvent.id == claim.event.id)
    )
    if state not in UNFINISHED:
        raise LeaseLost(claim.event.id)
    return conversation


async def is_held(session: AsyncSession, claim: Claim) -> bool:
    """Whether the event is still this worker's, and was not taken back: one read, which locks nothing."""
    key = (InboxEvent.tenant, InboxEvent.conversation)
    found = await session.scalar(
        sa.select(InboxEvent.id)
        .join(InboxConversation, sa.tuple_(*key) == sa.tuple_(InboxConversation.tenant, InboxConversation.id))
        .where(
            InboxEvent.tenant == claim.event.tenant,
            InboxEvent.id == claim.event.id,
            InboxEvent.state != "cancelled",
            InboxConversation.owner == claim.owner,
            InboxConversation.fence == claim.fence,
        )
    )
    return found is not None


async def checkpoint(session: AsyncSession, claim: Claim, steps: object, turn_id: str, *, now: datetime) -> None:
    """Keep how far the work has come. Raises `LeaseLost`."""
    await hold(session, claim, now=now)
    await session.execute(_of(claim).values(steps=steps, turn_id=turn_id))


async def finish(
    session: AsyncSession,
    claim: Claim,
    messages: Sequence[Outgoing],
    *,
    now: datetime,
    turn_id: str | None = None,
    steps: object = None,
    failure: str | None = None,
) -> tuple[Post, ...]:
    """Record what the event came to, in the unit that records the turn. Raises `LeaseLost`.

    `steps` replace those of the last checkpoint, where there are any. With a `failure` the event is given up once its
    messages, the apology, are posted; an admin may replay it.
    """
    await hold(session, claim, now=now)
    known = await session.scalar(
        sa.select(sa.func.count())
        .select_from(OutboxMessage)
        .where(OutboxMessage.tenant == claim.event.tenant, OutboxMessage.event_id == claim.event.id)
    )
    first = known or 0
    rows = [
        OutboxMessage(
            tenant=claim.event.tenant,
            key=f"{claim.event.id}/{first + place}",
            event_id=claim.event.id,
            position=first + place,
            surface=message.surface,
            target=message.target,
            body=message.body,
            attempts=0,
        )
        for place, message in enumerate(messages)
    ]
    session.add_all(rows)
    await session.execute(
        _of(claim).values(
            state="answered" if rows else _ended(failure),
            failure=failure,
            turn_id=turn_id or InboxEvent.turn_id,
            **({} if steps is None else {"steps": steps}),
            attempts=0 if rows else InboxEvent.attempts,
            finished_at=None if rows else now,
        )
    )
    await session.flush()
    return tuple(Post(row.key, message, 0) for row, message in zip(rows, messages, strict=True))


async def try_post(session: AsyncSession, claim: Claim, key: str, *, now: datetime) -> None:
    """Count a try to post, right before it; a later one looks for the message first. Raises `LeaseLost`."""
    await hold(session, claim, now=now)
    await session.execute(_message(claim, key).values(attempts=OutboxMessage.attempts + 1))


async def posted(session: AsyncSession, claim: Claim, key: str, message_id: str, *, now: datetime) -> None:
    """Record that a message was posted; with the last one the event is done. Raises `LeaseLost`."""
    await hold(session, claim, now=now)
    await session.execute(_message(claim, key).values(message_id=message_id, sent_at=now, failure=None))
    left = await session.scalar(
        sa.select(sa.func.count())
        .select_from(OutboxMessage)
        .where(
            OutboxMessage.tenant == claim.event.tenant,
            OutboxMessage.event_id == claim.event.id,
            OutboxMessage.sent_at.is_(None),
        )
    )
    if not left:
        failure = await session.scalar(
            sa.select(InboxEvent.failure).where(
                InboxEvent.tenant == claim.event.tenant, InboxEvent.id == claim.event.id
            )
        )
        await session.execute(_of(claim).values(state=_ended(failure), finished_at=now))


async def bury(session: AsyncSession, claim: Claim, failure: str, *, now: datetime) -> None:
    """Give the event up as it is: nothing more is done or posted until an admin replays it. Raises `LeaseLost`."""
    await hold(session, claim, now=now)
    await session.execute(_of(claim).values(state="dead", failure=failure, finished_at=now))


async def release(
    session: AsyncSession, claim: Claim, *, now: datetime, wait: timedelta = timedelta(0), undo: bool = False
) -> None:
    """Let the conversation go; its next event is due after `wait`. Raises `LeaseLost`.

    With `undo` the claim does not count as an attempt: the work was handed back, not failed.
    """
    conversation = await session.get(
        InboxConversation,
        (claim.event.tenant, claim.event.conversation),
        with_for_update=True,
        populate_existing=True,
    )
    if conversation is None or (conversation.owner, conversation.fence) != (claim.owner, claim.fence):
        raise LeaseLost(claim.event.id)
    if undo:
        await session.execute(_of(claim).values(attempts=InboxEvent.attempts - 1))
    more = await _next_event(session, claim.event.tenant, claim.event.conversation)
    conversation.owner = conversation.lease_until = None
    conversation.next_at = now + wait if more else None
    if more:
        conversation.priority, conversation.round = _urgency(more.state, more.priority), more.round
    await session.flush()


def _insert(session: AsyncSession, table: type[InboxConversation | InboxEvent]) -> Any:
    """An INSERT that knows ON CONFLICT."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    return postgresql.insert(table) if is_postgresql else sqlite.insert(table)


async def wake(session: AsyncSession, tenant: str, conversation: str, now: datetime) -> None:
    """Make the conversation due now, unless somebody works on it: they look for more when they release it.

    One that is due already keeps its place.
    """
    since = InboxConversation.next_at
    is_posting = sa.and_(InboxEvent.state == "answered", InboxEvent.priority == CHAT)
    priority = sa.select(sa.case((is_posting, PROMPT), else_=InboxEvent.priority))
    head = {"priority": priority, "round": sa.select(InboxEvent.round)}
    turn = {name: _in_turn(of, tenant, conversation).limit(1).scalar_subquery() for name, of in head.items()}
    await session.execute(
        sa.update(InboxConversation)
        .where(
            InboxConversation.tenant == tenant,
            InboxConversation.id == conversation,
            sa.or_(since.is_(None), InboxConversation.owner.is_(None)),
        )
        .values(next_at=sa.case((since <= now, since), else_=now), **turn)
    )


def _urgency(state: str, priority: int) -> int:
    """How soon an event has its turn by now: what is answered needs no model any more."""
    return PROMPT if state == "answered" and priority == CHAT else priority


async def _next_event(session: AsyncSession, tenant: str, conversation: str) -> InboxEvent | None:
    """What has its turn."""
    query = _in_turn(sa.select(InboxEvent), tenant, conversation).limit(1)
    event: InboxEvent | None = await session.scalar(query.execution_options(populate_existing=True))
    return event


def _in_turn(query: sa.Select[Any], tenant: str, conversation: str) -> sa.Select[Any]:
    """A conversation's events in their order: a reply that waits to be posted before any question, then as sent."""
    return query.where(
        InboxEvent.tenant == tenant, InboxEvent.conversation == conversation, InboxEvent.state.in_(UNFINISHED)
    ).order_by(InboxEvent.state, InboxEvent.sent_at, InboxEvent.id)  # "answered" comes before "waiting"


async def _unsent(session: AsyncSession, event: InboxEvent) -> tuple[Post, ...]:
    rows = await session.scalars(
        sa.select(OutboxMessage)
        .where(
            OutboxMessage.tenant == event.tenant, OutboxMessage.event_id == event.id, OutboxMessage.sent_at.is_(None)
        )
        .order_by(OutboxMessage.position)
    )
    return tuple(Post(row.key, Outgoing(row.surface, row.target, row.body), row.attempts) for row in rows)


def as_event(row: InboxEvent) -> Event:
    """The event of a row."""
    return Event(
        row.tenant, row.id, row.conversation, row.user_id, row.surface, row.kind, row.payload, row.sent_at, row.place
    )


def _of(claim: Claim) -> sa.Update:
    return sa.update(InboxEvent).where(InboxEvent.tenant == claim.event.tenant, InboxEvent.id == claim.event.id)


def _message(claim: Claim, key: str) -> sa.Update:
    return sa.update(OutboxMessage).where(OutboxMessage.tenant == claim.event.tenant, OutboxMessage.key == key)


def _ended(failure: str | None) -> str:
    return "dead" if failure else "done"
