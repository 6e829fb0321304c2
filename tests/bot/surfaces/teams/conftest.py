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


@pytest.fixture
def settings(teams_keys: dict[str, str], database_url: str, tmp_path: Path) -> Settings:
    return load_settings(
        {
            "TUPPENCE_HOME": str(tmp_path / "home"),
            "TUPPENCE_DATABASE_URL": database_url,
            "TUPPENCE_MODEL_BACKEND": "embedded",
            "TUPPENCE_MARKET_DATA": "snapshot",
            **teams_keys,
        },
        None,
    )
