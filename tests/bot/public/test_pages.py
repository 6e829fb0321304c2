"""What anybody may read: there where the package of Teams leads, safe to show, and true of this program."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from bot.public.pages import NAMES
from bot.serving import replica
from bot.settings import load_settings
from bot.surfaces.teams.package import manifest
from bot.turn.commands import names
from tests.fakes.teams_payloads import APP

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SITE = "https://fin.example.com"


@pytest.fixture
async def client(sqlite_url: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    environ = {"TUPPENCE_HOME": str(tmp_path / "home"), "TUPPENCE_DATABASE_URL": sqlite_url}
    environ |= {"TUPPENCE_MODEL_BACKEND": "embedded", "TUPPENCE_MARKET_DATA": "snapshot"}
    async with replica(load_settings(environ, None)) as app:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url=SITE) as client:
            yield client


async def test_the_addresses_in_the_package_of_teams_are_pages_of_this_server(client: httpx.AsyncClient) -> None:
    developer = manifest(APP, SITE)["developer"]
    for name, title in (("privacyUrl", "privacy"), ("termsOfUseUrl", "terms of use")):
        answer = await client.get(urlsplit(developer[name]).path)
        assert answer.status_code == 200
        assert f"<title>Tuppence: {title}</title>" in answer.text
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("name", NAMES)
async def test_a_page_loads_and_runs_nothing_and_takes_nothing(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"/{name}")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'sha256-")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not re.search(r"<script|<form|<img|<link|style=|onload|https?://", answer.text)
    assert (await client.post(f"/{name}")).status_code == 405
    assert (await client.get(f"/{name}?x=<b>&user=ada")).text == answer.text


async def test_the_commands_and_links_that_a_page_names_are_there(client: httpx.AsyncClient) -> None:
    text = (await client.get("/privacy")).text
    named = {unescape(found).removeprefix("/") for found in re.findall(r"<code>(/?\w+)</code>", text)}
    assert {"export", "forget", "settings", "digest", "alert"} <= named
    assert named - {"fin"} <= set(names())
    for page in NAMES:
        for link in re.findall(r'href="([^"]+)"', (await client.get(f"/{page}")).text):
            assert (await client.get(f"/{link}")).status_code == 200
