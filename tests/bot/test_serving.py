"""`tuppence serve`: health that tells the truth, metrics, and a start that is refused with the fix."""

from __future__ import annotations

import asyncio
import socket
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx
import pytest
import sqlalchemy as sa

from bot.errors import AddressInUse, AlreadyServing
from bot.jobs.worker import Limits
from bot.records.inbox import Event
from bot.records.opening import open_records
from bot.serving import replica, serve
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.applications import Starlette

    from bot.settings import Settings

QUICK = Limits(poll=timedelta(milliseconds=20), stopping=timedelta(seconds=5))


@pytest.fixture
def settings(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for key, value in {
        "TUPPENCE_DATABASE_URL": database_url,
        "TUPPENCE_MODEL_BACKEND": "embedded",
        "TUPPENCE_MARKET_DATA": "snapshot",
    }.items():
        monkeypatch.setenv(key, value)
    return load_settings(dotenv_path=None)


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[Starlette]:
    async with replica(settings, limits=QUICK) as app:
        yield app


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running app: its worker is at work."""
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8765") as client,
    ):
        yield client


async def test_a_well_replica_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).text == "ok\n"
    ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()) == (
        200,
        {"ready": True, "checks": {"database": "ok", "migrations": "ok", "worker": "ok"}},
    )


async def test_a_replica_whose_worker_has_ended_is_not_ready(app: Starlette) -> None:
    async with app.router.lifespan_context(app):
        pass
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8765") as client:
        ready = await client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["checks"]["worker"] == "stopped; restart this process"
        assert (await client.get("/healthz")).status_code == 200


async def test_a_schema_of_another_version_is_not_ready(client: httpx.AsyncClient, settings: Settings) -> None:
    async with await open_records(settings) as database, database.write() as session:
        await session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    ready = await client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json()["checks"]["migrations"].startswith("at 0001")


async def test_metrics_tell_what_waits(client: httpx.AsyncClient, settings: Settings) -> None:
    from bot.records import inbox

    sent = datetime.now(UTC)
    async with await open_records(settings) as database, database.write() as session:
        event = Event("local", "e1", "c1", "ada", "fake", "unheard of", {}, sent)
        await inbox.accept(session, event, now=sent)
    async with asyncio.timeout(20):
        page = ""
        while "tuppence_dead_letters 1.0" not in page or "tuppence_events_waiting 0.0" not in page:
            await asyncio.sleep(0.05)
            page = (await client.get("/metrics")).text  # each figure is of its own moment
    assert 'tuppence_turn_seconds_bucket{le="1.0"}' in page


async def test_a_second_server_on_one_sqlite_file_is_refused(settings: Settings) -> None:
    async with replica(settings):
        if "sqlite" in settings.database_url.get_secret_value():
            with pytest.raises(AlreadyServing, match="stop it first"):
                async with replica(settings):
                    pass
        else:
            async with replica(settings):
                pass


async def test_a_taken_port_is_named(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(AddressInUse, match="--port"):
        await serve(settings, "127.0.0.1", taken.getsockname()[1])
