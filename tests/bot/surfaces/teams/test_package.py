"""The app package, and what `tuppence doctor` says of Teams."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from bot.settings import load_settings
from bot.surfaces.teams.checking import check_teams, secret_lines
from bot.surfaces.teams.package import COMMANDS, package
from bot.surfaces.teams.texts import typed
from tests.fakes.teams_payloads import APP

if TYPE_CHECKING:
    from tests.fakes.teams_server import TeamsServer

TODAY = date(2026, 11, 29)


def test_the_package_holds_a_manifest_and_two_icons_of_the_sizes_that_teams_wants() -> None:
    packed = package(APP, "https://fin.example.com/")
    assert packed == package(APP, "https://fin.example.com/")
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["manifest.json", "color.png", "outline.png"]
        told = json.loads(archive.read("manifest.json"))
        color, outline = (Image.open(io.BytesIO(archive.read(name))) for name in ("color.png", "outline.png"))
    assert (color.size, outline.size) == ((192, 192), (32, 32))
    corner = outline.getpixel((0, 0))
    assert isinstance(corner, tuple)
    assert corner[3] == 0
    assert {pixel[:3] for _, pixel in outline.getcolors(1024) or () if isinstance(pixel, tuple) and pixel[3] > 200} == {
        (255, 255, 255)
    }
    assert (told["id"], told["bots"][0]["botId"]) == (APP, APP)
    assert told["developer"]["privacyUrl"] == "https://fin.example.com/privacy"
    assert told["bots"][0]["supportsFiles"] is True
    assert len(told["name"]["short"]) <= 30
    assert len(told["description"]["short"]) <= 80
    assert len(told["bots"][0]["commandLists"][0]["commands"]) <= 10


@pytest.mark.parametrize("title", [title for title, _ in COMMANDS])
def test_every_command_that_teams_offers_is_one(title: str) -> None:
    assert typed(title).startswith("/")
    assert len(title) <= 32


async def test_doctor_names_what_works_and_what_does_not(teams: TeamsServer, teams_keys: dict[str, str]) -> None:
    good = load_settings({**teams_keys, "TEAMS_SECRET_EXPIRES": "2027-05-31"}, None)
    assert [state for state, _ in await check_teams(good, TODAY, teams.cloud)] == ["ok", "ok", "ok"]
    wrong = load_settings({**teams_keys, "CLIENT_SECRET": "something-else-that-is-wrong"}, None)
    teams.keys_fail = True
    told = await check_teams(wrong, TODAY, teams.cloud)
    assert [state for state, _ in told] == ["bad", "bad", "note"]
    assert "CLIENT_SECRET is wrong" in told[0][1]
    assert "something-else" not in str(told)
    local = load_settings({"TEAMS_ALLOW_UNAUTHENTICATED": "true"}, None)
    assert [state for state, _ in await check_teams(local, TODAY)] == ["note"]


@pytest.mark.parametrize(("expires", "state", "told"), [
    (date(2026, 12, 30), "ok", "2026-12-30"), (date(2026, 12, 29), "bad", "in 30 days"), (date(2026, 11, 28), "bad", "ended"),
])  # fmt: skip
def test_b10_the_end_of_the_secret_is_told_thirty_days_before(expires: date, state: str, told: str) -> None:
    ((said, text),) = secret_lines(expires, TODAY)
    assert said == state
    assert told in text
