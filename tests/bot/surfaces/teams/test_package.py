"""The app package, and what `tuppence doctor` says of Teams."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from typer.testing import CliRunner

from bot.settings import load_settings
from bot.surfaces.teams.checking import check_teams, secret_lines
from bot.surfaces.teams.explaining import EXPLAIN
from bot.surfaces.teams.package import COMMANDS, HEARS, manifest, package
from bot.surfaces.teams.texts import typed
from bot.teams_commands import teams_app
from tests.fakes.teams_payloads import APP

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.teams_server import TeamsServer

TODAY = date(2026, 11, 29)
SITE = "https://fin.example.com"


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
    assert told["permissions"] == ["identity", "messageTeamMembers"]
    assert "webApplicationInfo" not in told
    assert "authorization" not in told


def test_the_shortcut_is_in_the_menu_of_messages_and_asks_for_its_dialog() -> None:
    (extension,) = manifest(APP, "https://fin.example.com")["composeExtensions"]
    (command,) = extension["commands"]
    assert extension == {"botId": APP, "commands": [command]}
    # What Teams' schema of manifests allows of an action, and how long its texts may be.
    assert set(command) == {"id", "type", "title", "description", "context", "fetchTask"}
    assert (command["id"], command["type"], command["context"], command["fetchTask"]) == (
        EXPLAIN, "action", ["message"], True,
    )  # fmt: skip
    assert len(command["id"]) <= 64
    assert len(command["title"]) <= 32
    assert len(command["description"]) <= 128


def test_following_threads_is_asked_of_each_team_and_only_when_it_is_wanted() -> None:
    usual, asking = manifest(APP, SITE), manifest(APP, SITE, follow_threads=True)
    assert asking["authorization"] == {
        "permissions": {"resourceSpecific": [{"name": "ChannelMessage.Read.Group", "type": "Application"}]}
    }
    # Its resource means nothing to Teams, which yet refuses a manifest without one.
    assert asking["webApplicationInfo"] == {"id": APP, "resource": "https://fin.example.com"}
    assert HEARS in asking["description"]["full"]
    assert len(asking["description"]["full"]) <= 4000
    for name in ("authorization", "webApplicationInfo", "description"):
        usual.pop(name, None)
        asking.pop(name)
    assert asking == usual


@pytest.mark.parametrize(("more", "rights"), [([], 0), (["--follow-threads"], 1)])
def test_the_command_writes_the_package_with_as_much_as_is_asked_for(
    more: list[str], rights: int, tmp_path: Path
) -> None:
    written = tmp_path / "app.zip"
    done = CliRunner().invoke(teams_app, ["manifest", "--address", SITE, "--app-id", APP, "-o", str(written), *more])
    assert done.exit_code == 0, done.output
    with zipfile.ZipFile(written) as archive:
        told = json.loads(archive.read("manifest.json"))
    assert len(told.get("authorization", {}).get("permissions", {}).get("resourceSpecific", ())) == rights
    assert ("webApplicationInfo" in told) == bool(rights)


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
