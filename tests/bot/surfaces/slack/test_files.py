"""Files of Slack: the token goes to Slack alone, and no more is read than is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from bot.jobs.posting import PostFailed
from bot.jobs.showing import FileRefused
from bot.surfaces.slack.api import SlackApi
from bot.surfaces.slack.files import LACKS_SCOPE, NOT_OURS, UNREADABLE, download, files_of, is_slacks
from tests.fakes.slack_interactive import Stored
from tests.fakes.slack_server import BOT_TOKEN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.fakes.slack_server import SlackServer

CSV, MOST = b"symbol,quantity\nAAPL,1\n", 1_000


@pytest.fixture
async def api(slack: SlackServer) -> AsyncIterator[SlackApi]:
    api = SlackApi(BOT_TOKEN, f"{slack.address}/api/")
    yield api
    await api.aclose()


async def fetch(slack: SlackServer, api: SlackApi, stored: Stored, **more: Any) -> bytes:
    (file,) = files_of({"files": [slack.drop("a.csv", CSV, **more)]})
    slack.files["a.csv"] = stored
    return await download(api, f"{slack.address}/api/", file, MOST)


async def test_the_content_comes_with_the_bots_token(slack: SlackServer, api: SlackApi) -> None:
    assert await fetch(slack, api, Stored(CSV)) == CSV
    assert [token for _, token in slack.downloads] == [BOT_TOKEN]


async def test_an_address_that_the_message_left_out_is_asked_for(slack: SlackServer, api: SlackApi) -> None:
    hidden = {"id": "a.csv", "url_private": None, "url_private_download": None, "file_access": "check_file_info"}
    assert await fetch(slack, api, Stored(CSV), **hidden) == CSV
    with pytest.raises(FileRefused, match=UNREADABLE[:30]):
        await fetch(slack, api, Stored(CSV), **{**hidden, "id": "other"})


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        (lambda: Stored(b"x" * (MOST + 1)), "more than 1,000 bytes"),
        (lambda: Stored(b"", web.Response(text="<html>", content_type="text/html")), LACKS_SCOPE),
        (lambda: Stored(b"", web.Response(status=403)), LACKS_SCOPE),
        (lambda: Stored(b"", web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"})), LACKS_SCOPE),
        (lambda: Stored(b"", web.Response(status=404)), UNREADABLE),
        (lambda: Stored(b"x", headers={"Content-Encoding": "gzip"}), UNREADABLE),
    ],
)
async def test_what_is_no_plain_file_of_that_size_is_refused(
    slack: SlackServer, api: SlackApi, stored: Any, told: str
) -> None:
    with pytest.raises(FileRefused) as refused:
        await fetch(slack, api, stored())
    assert told in str(refused.value)
    assert len(slack.downloads) == 1, "no redirection is followed"


async def test_a_length_that_is_not_told_is_counted(slack: SlackServer, api: SlackApi) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b"x" * 100

    stored = Stored(b"", web.Response(body=endless(), content_type="text/csv"))
    with pytest.raises(FileRefused, match="more than 1,000 bytes"):
        await fetch(slack, api, stored)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_slack_that_stumbles_is_to_be_asked_again(slack: SlackServer, api: SlackApi, status: int) -> None:
    with pytest.raises(PostFailed):
        await fetch(slack, api, Stored(b"", web.Response(status=status)))


async def test_a_file_of_elsewhere_gets_no_token(slack: SlackServer, api: SlackApi) -> None:
    for url in ("https://evil.example/a.csv", "file:///etc/passwd", "http://[", slack.address.replace("http", "ftp")):
        with pytest.raises(FileRefused, match=NOT_OURS[:30]):
            await fetch(slack, api, Stored(CSV), url_private_download=url)
    assert slack.downloads == []


SLACK, OURS = "https://slack.com/api/", "http://127.0.0.1:8900/api/"


@pytest.mark.parametrize(
    ("url", "base", "is_theirs"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/a.csv", SLACK, True),
        ("https://files.slack.com:443/a.csv", SLACK, True),
        ("https://files.slack-gov.com/a.csv", "https://slack-gov.com/api/", True),
        ("http://127.0.0.1:8900/files/a.csv", OURS, True),
        ("http://localhost:8900/files/a.csv", OURS, True),
        ("http://127.0.0.1:8901/files/a.csv", OURS, False),
        ("https://files.slack.com/a.csv", OURS, False),
        ("http://files.slack.com/a.csv", SLACK, False),
        ("https://files.slack.com:8443/a.csv", SLACK, False),
        ("https://files.slack.com.evil.example/a.csv", SLACK, False),
        ("https://evil.example/files.slack.com", SLACK, False),
        ("https://files.slack.com@evil.example/a.csv", SLACK, False),
        ("https://user:x@files.slack.com/a.csv", SLACK, False),
        ("https://evilslack.com/a.csv", SLACK, False),
        ("https://127.0.0.1/a.csv", SLACK, False),
        ("https://files.slack.com:x/a.csv", SLACK, False),
        ("", SLACK, False),
        ("https://slack.com/api/auth.revoke", SLACK, False),
        ("https://files.slack.com//api/auth.revoke", SLACK, False),
        ("https://slack.com/files-pri/../api/auth.revoke", SLACK, False),
        ("https://slack.com/files-pri/%2e%2e/api/auth.revoke", SLACK, False),
        ("https://slack.com/%61pi/auth.revoke", SLACK, False),
        ("http://127.0.0.1:8900/API/auth.revoke", OURS, False),
    ],
)
def test_which_addresses_are_slacks(url: str, base: str, is_theirs: bool) -> None:
    assert is_slacks(url, base) is is_theirs


@pytest.mark.parametrize(
    ("said", "is_csv"),
    [
        ({"name": "a.CSV", "filetype": "binary"}, True),
        ({"name": "a", "filetype": "csv"}, True),
        ({"name": "a", "mimetype": "text/csv; charset=utf-8"}, True),
        ({"name": "a.tsv"}, True),
        ({"name": "a.csv.exe"}, False),
        ({"name": "a.xlsx"}, False),
        ({"name": "a.txt", "mimetype": "text/plain"}, False),
    ],
)
def test_what_says_to_be_csv(said: dict[str, Any], is_csv: bool) -> None:
    assert files_of({"files": [said]})[0]["csv"] is is_csv


@pytest.mark.parametrize("files", [None, "x", 5, {}, [], ["x", 5, None]])
def test_what_is_no_list_of_files_holds_none(files: object) -> None:
    assert files_of({"files": files}) == []


async def test_a_method_of_the_web_api_is_no_file(slack: SlackServer, api: SlackApi) -> None:
    """A file that another app added names any address it likes."""
    remote = f"{slack.address}/api/auth.revoke"
    with pytest.raises(FileRefused, match=NOT_OURS[:30]):
        await fetch(slack, api, Stored(CSV), url_private_download=remote)
    assert slack.calls == []
