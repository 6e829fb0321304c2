"""At the terminal alerts are told when the chat is opened: once each, only the person's own, and kept as turns."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from bot.jobs.terminal_alerts import TERMINAL, alerts_at_terminal
from bot.records.inbox_tables import InboxEvent
from bot.records.schedule_tables import Alert
from bot.records.tables import Turn
from tests.fakes.alert_bench import START, AlertBench, above

if TYPE_CHECKING:
    from bot.records.database import Database


async def test_what_went_off_is_told_once_to_its_owner_alone(database: Database) -> None:
    bench = AlertBench(database)
    for user in ("ada", "eve"):
        await bench.add(above("110"), user=user)
    async with database.write() as session:
        await session.execute(sa.update(Alert).values(surface=TERMINAL))
    bench.trade("120", after=timedelta(minutes=5))
    (reply,) = await alerts_at_terminal(bench.parts, bench.actor())
    assert reply.answer.startswith("Bitcoin was at $120.00")
    assert await alerts_at_terminal(bench.parts, bench.actor()) == []
    async with database.read() as session:
        (turn,) = (await session.scalars(sa.select(Turn))).all()
        assert not (await session.scalars(sa.select(InboxEvent))).all()
    assert (turn.id, turn.user_id) == (reply.turn_id, "ada")
    assert len(await alerts_at_terminal(bench.parts, bench.actor("eve"))) == 1


async def test_an_alert_that_ended_is_told_there_too(database: Database) -> None:
    bench = AlertBench(database)
    await bench.add(above("110"))
    async with database.write() as session:
        await session.execute(sa.update(Alert).values(surface=TERMINAL))
    bench.trade("10000", after=START + timedelta(days=7) - bench.now)
    (reply,) = await alerts_at_terminal(bench.parts, bench.actor())
    assert reply.answer.startswith("I switched off your alert")
