"""Alerts on record: each person's own, a bounded number of them, and nobody else queries the table."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

import bot
from bot.errors import UnknownUser
from bot.records import administration, alerts
from bot.records.schedule_tables import Alert
from bot.records.tables import AuditRecord
from bot.records.users import Actor
from tests.fakes.alert_bench import START, SURFACE, AlertBench, above
from tools.alerts.rules import Watch

if TYPE_CHECKING:
    from bot.records.database import Database

ROOT = Path(bot.__file__).parents[1]
ALLOWED = {
    "bot/records/schedule_tables.py": "defines the table",
    "bot/records/alerts.py": "the door",
    "bot/records/personal_data.py": "tells people everything that is kept about them, or deletes it",
    "bench/alerts.py": "fills a table of its own",
    "bot/admin/journals.py": "an admin sees that there is one, and neither its company nor its price",
}
"""Every other module has to go through the door."""


@pytest.fixture
def bench(database: Database) -> AlertBench:
    return AlertBench(database)


def test_nobody_goes_round_the_door() -> None:
    users = set()
    for package in ("bot", "tools", "bench"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module == "bot.records.schedule_tables":
                    users |= {str(path.relative_to(ROOT)) for alias in node.names if alias.name == "Alert"}
    assert users | {"bot/records/schedule_tables.py"} == set(ALLOWED)


async def test_what_was_set_is_kept_exactly(bench: AlertBench) -> None:
    level = replace(above("0.705"), currency="GBP")
    kept = await bench.add(level, last="0.7")
    async with bench.database.read() as session:
        (found,) = await alerts.alerts_of(session, bench.actor())
    assert found == kept
    assert found.level == level
    assert found.watch == Watch("above", Decimal("0.705"), last_value=Decimal("0.7"), last_as_of=START)


async def test_another_person_neither_sees_nor_changes_it(bench: AlertBench) -> None:
    kept = await bench.add(above("110"))
    await bench.add(above("120"), user="eve")
    await bench.add(above("110"), user="ada2")
    other_tenant = AlertBench(bench.database, tenant="t2")
    await other_tenant.add(above("130"), user="eve")
    async with bench.database.write() as session:
        for who in (bench.actor("eve"), Actor("ada2", bench.tenant), other_tenant.actor("eve")):
            assert all(each.user == who.user for each in await alerts.alerts_of(session, who))
            for act in (alerts.remove, alerts.pause, alerts.resume):
                assert not await act(session, who, kept.id, at=START)
            assert not await alerts.snooze(session, who, kept.id, START + timedelta(days=1), at=START)
    (row,) = [row for row in await bench.rows() if row.id == kept.id]
    assert (row.paused, row.quiet_until) == (False, None)


async def test_somebody_unknown_or_put_to_rest_has_none(bench: AlertBench) -> None:
    kept = await bench.add(above("110"))
    by = Actor("root", bench.tenant)
    async with bench.database.write() as session:
        await administration.save_user(session, by, "ada", display_name="", active=False, at=START)
    async with bench.database.write() as session:
        for who in (bench.actor(), bench.actor("nobody")):
            with pytest.raises(UnknownUser):
                await alerts.alerts_of(session, who)
            with pytest.raises(UnknownUser):
                await alerts.remove(session, who, kept.id, at=START)


async def test_a_person_has_a_bounded_number_of_them(bench: AlertBench) -> None:
    for number in range(alerts.MOST):
        await bench.add(above(str(110 + number)))
    async with bench.database.write() as session:
        added = await alerts.add(
            session, bench.actor(), above("999"), Watch("above", Decimal(999)), surface=SURFACE, target={}, at=START
        )
    assert added is None
    await bench.add(above("110"), user="ben")
    assert len(await bench.rows()) == alerts.MOST + 1


async def test_each_act_is_in_the_log_without_the_company_or_the_price(bench: AlertBench) -> None:
    kept = await bench.add(above("110"))
    async with bench.database.write() as session:
        await alerts.pause(session, bench.actor(), kept.id, at=START)
        await alerts.resume(session, bench.actor(), kept.id, at=START)
        await alerts.snooze(session, bench.actor(), kept.id, START + timedelta(days=1), at=START)
        await alerts.remove(session, bench.actor(), kept.id, at=START)
    async with bench.database.read() as session:
        log = (await session.scalars(sa.select(AuditRecord).order_by(AuditRecord.sequence))).all()
    assert [(row.actor, row.action, row.subject) for row in log] == [
        ("ada", f"alert.{act}", kept.id) for act in ("add", "pause", "resume", "snooze", "remove")
    ]
    assert "BTC" not in str([row.details for row in log])
    assert "110" not in str([row.details for row in log])


async def test_an_older_look_never_overwrites_a_newer_one(bench: AlertBench) -> None:
    kept = await bench.add(above("110"))
    newer = replace(kept.watch, last_value=Decimal(105), last_as_of=START + timedelta(minutes=5))
    older = replace(kept.watch, last_value=Decimal(90), last_as_of=START + timedelta(minutes=1))
    async with bench.database.write() as session:
        await alerts.note_seen(session, [(kept.key, newer)])
        await alerts.note_seen(session, [(kept.key, older)])
        await alerts.note_seen(session, [])
    (row,) = await bench.rows()
    assert row.last_value == 105


async def test_where_it_is_told_is_encrypted(bench: AlertBench) -> None:
    await bench.add(above("110"))
    async with bench.database.write() as session:
        await session.execute(sa.update(Alert).values(target={"user": "secret"}))
        raw = await session.scalar(sa.text("SELECT CAST(target AS VARCHAR) FROM alerts"))
    assert "secret" not in str(raw)
