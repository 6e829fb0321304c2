"""A CSV that is attached in Teams: shown, confirmed, kept; and fetched from nowhere but SharePoint."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.jobs.posting import PostFailed
from bot.jobs.showing import FileRefused
from bot.surfaces.teams.files import FILE_TYPE, download, files_of, is_teams
from tests.bot.surfaces.teams.served import allow, letters, serving, settled
from tests.fakes.teams_payloads import CHANNEL, mention, message

if TYPE_CHECKING:
    from bot.settings import Settings
    from tests.fakes.teams_server import TeamsServer

CSV = b"symbol,quantity,price,date\nAAPL,10,120.50,2022-01-03\nMSFT,5,250,2022-01-04\n"


def attachment(url: str, name: str = "holdings.csv", kind: str = "csv") -> dict[str, Any]:
    return {"contentType": FILE_TYPE, "name": name, "content": {"downloadUrl": url, "fileType": kind, "uniqueId": "1"}}


async def test_a_csv_is_shown_confirmed_by_one_press_and_then_held(settings: Settings, teams: TeamsServer) -> None:
    teams.files["holdings.csv"] = CSV
    async with serving(settings, teams) as client:
        shown = await client.ask("", attachments=[attachment(f"{teams.address}/files/holdings.csv")])
        assert "2 rows of “holdings.csv” for you" in shown.text
        assert "Microsoft" in letters(shown.card)
        answer = await client.press(shown, "Import")
        assert answer["value"].startswith("Confirmed")
        await settled(settings)
        assert "Imported 2 rows" in teams.messages[-1].text
        assert "AAPL" in (await client.ask("what do I hold?")).body["summary"]


async def test_i4_other_files_are_left_unread_and_so_are_those_in_shared_places(
    settings: Settings, teams: TeamsServer
) -> None:
    async with serving(settings, teams) as client:
        shown = await client.ask("", attachments=[attachment(f"{teams.address}/files/x", "photo.png", "png")])
        assert "I read CSV text only" in shown.text
        shown = await client.ask("price of Apple", attachments=[attachment("https://x/", "photo.png", "png")])
        assert shown.text.startswith("*I read CSV files only")
        assert "Apple closed" in shown.text
        await allow(settings, CHANNEL)
        known = len(teams.messages)
        body = mention("", teams.service_url, attachments=[attachment(f"{teams.address}/files/holdings.csv")])
        await client.deliver(body)
        await settled(settings)
        assert "I read no files in shared places" in teams.messages[known].text
        assert teams.messages[known].conversation.startswith(CHANNEL)
    assert "file" not in teams.kinds()


def test_the_html_of_a_message_is_no_file() -> None:
    body = message(
        "hi", "http://127.0.0.1/", attachments=[{"contentType": "text/html", "content": "<p>hi</p>"}, 5, None]
    )
    assert files_of(body) == []
    assert files_of({"attachments": 5}) == []


@pytest.mark.parametrize(("url", "good"), [
    ("https://acme.sharepoint.com/personal/x/download.aspx?tempauth=1", True),
    ("https://acme-my.sharepoint.com/x", True),
    ("http://acme.sharepoint.com/x", False), ("https://acme.sharepoint.com.evil.example/x", False),
    ("https://evilsharepoint.com/x", False), ("https://acme.sharepoint.com@evil.example/", False),
    ("https://acme.sharepoint.com:8443/x", False), ("http://127.0.0.1/x", False), ("file:///etc/passwd", False), ("", False),
])  # fmt: skip
def test_files_are_fetched_from_sharepoint_alone(url: str, good: bool) -> None:
    assert is_teams(url, is_local=False) is good


async def test_too_large_redirected_and_missing_files_are_refused_in_words(teams: TeamsServer) -> None:
    teams.files |= {"large": b"x" * 5000, "small": CSV}
    base = f"{teams.address}/files"

    async def fetched(name: str, most: int = 4000) -> bytes:
        return await download({"url": f"{base}/{name}"}, most, is_local=True)

    assert await fetched("small") == CSV
    with pytest.raises(FileRefused, match="more than 4,000 bytes"):
        await fetched("large")
    for name in ("nothing", "redirect"):
        with pytest.raises(FileRefused, match="did not give me"):
            await fetched(name)
    with pytest.raises(PostFailed):
        await fetched("broken")
    with pytest.raises(FileRefused, match="uploaded to Teams"):
        await download({"url": "https://evil.example/x"}, 10, is_local=True)
