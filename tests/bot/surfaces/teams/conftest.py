"""A Teams on loopback, and our surface over the real SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.settings import load_settings
from tests.fakes.teams_payloads import APP, SECRET, TENANT
from tests.fakes.teams_server import TeamsServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.settings import Settings


@pytest.fixture
async def teams() -> AsyncIterator[TeamsServer]:
    server = TeamsServer()
    async with server.serving():
        yield server


@pytest.fixture
def teams_keys() -> dict[str, str]:
    return {"CLIENT_ID": APP, "CLIENT_SECRET": SECRET, "TENANT_ID": TENANT}


def _settings(teams_keys: dict[str, str], url: str, home: Path) -> Settings:
    return load_settings(
        {
            "TUPPENCE_HOME": str(home),
            "TUPPENCE_DATABASE_URL": url,
            "TUPPENCE_MODEL_BACKEND": "embedded",
            "TUPPENCE_MARKET_DATA": "snapshot",
            **teams_keys,
        },
        None,
    )


@pytest.fixture
def settings(teams_keys: dict[str, str], sqlite_url: str, tmp_path: Path) -> Settings:
    return _settings(teams_keys, sqlite_url, tmp_path / "home")


@pytest.fixture
def on_each_database(teams_keys: dict[str, str], database_url: str, tmp_path: Path) -> Settings:
    """The same, for tests of what is asked of the database."""
    return _settings(teams_keys, database_url, tmp_path / "home")
