"""Killed -9 right after the pass and while it posts, a server tells of each alert that went off exactly once."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.records import alerts, users
from bot.records.inbox_tables import InboxEvent
from bot.records.opening import open_records
from bot.records.users import Actor
from bot.settings import load_settings
from tests.fakes.chat_server import ChatServer
from tools.alerts.rules import Watch
from tools.alerts.telling import Level

ROOT = Path(__file__).parents[1]
MANY = 6
SENTENCES = ("pass done:1", "posted:3")
"""Between the commit and the first message; after the third message was taken and before that is recorded."""


async def set_alerts() -> None:
    """On the last bundled close of Apple, $125.67, all of them go off."""
    watch = Watch("above", Decimal(110), last_value=Decimal(109), last_as_of=datetime(2022, 12, 1, tzinfo=UTC))
    async with await open_records(load_settings()) as database, database.write() as session:
        for number in range(MANY):
            level = Level("above", "AAPL", Decimal(110 + number), "USD")
            await users.ensure_user(session, Actor(f"user{number}"))
            state = replace(watch, threshold=level.threshold)
            await alerts.add(
                session, Actor(f"user{number}"), level, state, surface="fake", target={}, at=datetime.now(UTC)
            )


async def unfinished() -> int:
    async with await open_records(load_settings()) as database, database.read() as session:
        found = await session.execute(sa.select(InboxEvent.kind, InboxEvent.state))
        states = Counter((kind, state in ("waiting", "answered")) for kind, state in found)
    return MANY - states["alert", False] + states["alert", True]


async def live(chat: str, sentence: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.replica"),
        cwd=ROOT,
        env=os.environ | {"CHAT_SERVER": chat, "PORT": "0", "DIE_AT": sentence},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def test_a_server_killed_at_each_stage_tells_every_alert_once(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TUPPENCE_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("TUPPENCE_ENCRYPTION_KEYS", f"k1:{base64.b64encode(bytes(range(32))).decode()}")
    monkeypatch.setenv("TUPPENCE_MODEL_BACKEND", "embedded")
    monkeypatch.setenv("TUPPENCE_MARKET_DATA", "snapshot")
    await set_alerts()
    chat = ChatServer()
    async with chat.serving() as address, asyncio.timeout(240):
        for sentence in SENTENCES:
            process = await live(address, sentence)
            assert await process.wait() == -signal.SIGKILL, sentence
        process = await live(address, "")
        while await unfinished():  # noqa: ASYNC110 (another process works on it)
            await asyncio.sleep(0.2)
        process.terminate()
        assert await process.wait() == 0
    told = Counter(message.channel for message in chat.messages)
    assert told == {f"Duser{number}": 1 for number in range(MANY)}
    assert all("Apple closed at $125.67 on 28 Dec 2022, above your alert price" in m.text for m in chat.messages)
