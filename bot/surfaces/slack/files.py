"""Files that people drop: what Slack says of them, and their content, fetched from nowhere but Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import aiohttp

from bot.addresses import is_loopback
from bot.jobs.posting import PostFailed
from bot.jobs.showing import FileRefused
from bot.surfaces.slack.api import TIMEOUT, SlackRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

    from bot.surfaces.slack.api import SlackApi

MOST_FILES = 10
_NAME = 100
_ADDRESS = 2_000
_TYPES = frozenset({"csv", "tsv", "text/csv", "text/tab-separated-values", "application/csv"})
_ENDINGS = (".csv", ".tsv")
_CHUNK = 65_536
NOT_OURS = "I read only files that were uploaded to Slack itself; upload the CSV file here."
UNREADABLE = "Slack did not give me that file; upload it once more or, if that fails again, ask your administrator."
LACKS_SCOPE = "I may not read files here yet; ask your administrator to give the app the scope files:read."
TOO_LARGE = "That file has more than {most:,} bytes, which is more than I read; nothing was imported."


def files_of(said: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files of a message: name, size in bytes (None if unknown), whether it says to be CSV, and where it is."""
    found = said.get("files")
    if not isinstance(found, list):
        return []
    return [_file(each) for each in found[:MOST_FILES] if isinstance(each, dict)]


def _file(said: Mapping[str, Any]) -> dict[str, Any]:
    name, size = _text(said.get("name")) or _text(said.get("title")) or "a file", said.get("size")
    kinds = {_text(said.get("filetype")).lower(), _text(said.get("mimetype")).partition(";")[0].strip().lower()}
    return {
        "name": name[-_NAME:],
        "size": size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        "csv": bool(kinds & _TYPES) or name.lower().endswith(_ENDINGS),
        "id": _text(said.get("id"))[:_NAME],
        "url": (_text(said.get("url_private_download")) or _text(said.get("url_private")))[:_ADDRESS],
    }


async def download(api: SlackApi, base_url: str, file: Mapping[str, Any], most: int) -> bytes:
    """The content of a file, of which no more than `most` bytes are read.

    The token goes to Slack alone: the file's address must be of the host of `base_url`, or of Slack's host for files,
    and no redirection is followed. Raises `FileRefused`, `PostFailed`.
    """
    url = file["url"] or await _asked_for(api, file["id"])
    if not is_slacks(url, base_url):
        raise FileRefused(NOT_OURS)
    try:
        return await _read(api, url, most)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise PostFailed(f"a file could not be fetched from Slack ({type(error).__name__})") from None


async def _read(api: SlackApi, url: str, most: int) -> bytes:
    headers = {"Authorization": f"Bearer {api.client.token}", "Accept-Encoding": "identity"}
    async with (
        aiohttp.ClientSession(timeout=TIMEOUT, trust_env=not is_loopback(urlsplit(url).hostname or "")) as session,
        session.get(url, headers=headers, allow_redirects=False) as answer,
    ):
        if answer.status == 429 or answer.status >= 500:
            raise PostFailed(f"Slack answered {answer.status} to a file")
        if answer.status in (401, 403) or 300 <= answer.status < 400 or answer.content_type == "text/html":
            raise FileRefused(LACKS_SCOPE)  # without the scope, Slack shows its page to sign in
        if answer.status != 200 or answer.headers.get("Content-Encoding", "identity") != "identity":
            raise FileRefused(UNREADABLE)
        if (answer.content_length or 0) > most:
            raise FileRefused(TOO_LARGE.format(most=most))
        content = bytearray()
        async for chunk in answer.content.iter_chunked(_CHUNK):
            content += chunk
            if len(content) > most:
                raise FileRefused(TOO_LARGE.format(most=most))
    return bytes(content)


async def _asked_for(api: SlackApi, file_id: str) -> str:
    """The address of a file of which the message did not tell it. Raises `FileRefused`, `PostFailed`."""
    try:
        answer = await api.call("files.info", file=file_id)
    except SlackRefused as error:
        raise FileRefused(LACKS_SCOPE if error.code == "missing_scope" else UNREADABLE) from None
    found = answer.get("file")
    return str(_file(found)["url"]) if isinstance(found, dict) else ""


def is_slacks(url: str, base_url: str) -> bool:
    """Whether an address is of the Slack whose Web API is at `base_url`: its host, or `files.` of Slack's own.

    A method of the Web API is none: a file that another app added may name any, and our token would run it.
    """
    try:
        there, here = urlsplit(url), urlsplit(base_url)
        ports = _port(there), _port(here)
    except ValueError:
        return False
    if there.scheme != here.scheme or there.username or there.password or not there.hostname:
        return False
    if ports[0] != ports[1] or _is_method(there.path, here.path):
        return False
    hosts = {here.hostname, f"files.{_without_www(here)}"}
    return there.hostname in hosts or (is_loopback(there.hostname) and is_loopback(here.hostname or ""))


def _is_method(path: str, api: str) -> bool:
    """Whether a path leads below that of the Web API, however it is written; one that leads up is taken for such."""
    steps = [step for step in unquote(unquote(path)).lower().replace("\\", "/").split("/") if step not in ("", ".")]
    method = [step for step in api.lower().split("/") if step]
    return ".." in steps or (bool(method) and steps[: len(method)] == method)


def _without_www(url: SplitResult) -> str:
    return (url.hostname or "").removeprefix("www.")


def _port(url: SplitResult) -> int | None:
    return url.port or {"https": 443, "http": 80}.get(url.scheme)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
