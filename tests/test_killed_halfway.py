"""Killed -9 before any of its commits, a change is wholly done or not at all, and the audit log says the same."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.records import audit
from bot.records.admin_tables import KillSwitch, RoleAssignment
from bot.records.opening import open_records
from bot.records.tables import TransactionRecord
from bot.records.users import Actor, ensure_user
from bot.settings import load_settings

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

ROOT = Path(__file__).parents[1]
DEADLY = """
import os, signal
from sqlalchemy.ext.asyncio import AsyncSession
commit, left = AsyncSession.commit, int(os.environ["COMMITS"])
async def deadly(self):
    global left
    left -= 1
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    await commit(self)
AsyncSession.commit = deadly
from bot.__main__ import main
main()
"""
HOLDINGS = "symbol,quantity,cost,currency,date\nAAPL,10,100,USD,2020-01-02\nMSFT,5,200,USD,2020-01-03\nKO,7,50,USD,2020-01-06\n"
MOST_COMMITS = 12


def run(commits: int, *words: str) -> int:
    """The command, which is killed before its commit number `commits`; its exit status."""
    done = subprocess.run(
        [sys.executable, "-c", DEADLY, *words],
        cwd=ROOT,
        env=os.environ | {"COMMITS": str(commits)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    return done.returncode


async def imported(session: AsyncSession) -> int:
    rows = await session.scalar(sa.select(sa.func.count()).select_from(TransactionRecord))
    return {0: 0, 3: 1}[rows or 0]


async def pulled(session: AsyncSession) -> int:
    return await session.scalar(sa.select(sa.func.count()).select_from(KillSwitch)) or 0


async def granted(session: AsyncSession) -> int:
    return await session.scalar(sa.select(sa.func.count()).select_from(RoleAssignment)) or 0


@pytest.mark.parametrize(
    ("words", "done", "action"),
    [
        (("import", "holdings.csv", "--yes", "--replace", "--as", "ada"), imported, ""),
        (("admin", "switch", "pull", "tool", "get_news", "--reason", "wrong"), pulled, "switch.pull"),
        (("admin", "role", "grant", "ada", "adviser"), granted, "role.grant"),
    ],
)
async def test_a_change_is_whole_or_not_there(
    words: tuple[str, ...], done: Any, action: str, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUPPENCE_DATABASE_URL", sqlite_url)
    file = tmp_path / "holdings.csv"
    file.write_text(HOLDINGS, encoding="utf-8")
    words = tuple(str(file) if word == file.name else word for word in words)
    settings = load_settings(dotenv_path=None)
    async with await open_records(settings) as database, database.write() as session:
        await ensure_user(session, Actor("ada"))
    states = []
    for commits in range(1, MOST_COMMITS):
        status = run(commits, *words)
        async with await open_records(settings) as database:
            await database.check_integrity()
            async with database.read() as session:
                log = await audit.entries(session, "local")
                state = await done(session)
                states.append(state)
        assert audit.first_break(log) is None
        if action:
            assert [row.action for row in log].count(action) == state
        if status != -signal.SIGKILL:
            break
    assert status == 0
    assert states[-1] == 1
    assert sorted(states) == states, "what was done was undone by a later kill"
    assert 0 in states
