"""Files that people attach: what Teams says of them, and their content, fetched from SharePoint alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

from bot.addresses import is_loopback
from bot.jobs.posting import PostFailed
from bot.jobs.showing import FileRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE_TYPE = "application/vnd.microsoft.teams.file.download.info"
MOST_FILES = 10
_NAME, _ADDRESS = 100, 4_000
_ENDINGS = (".csv", ".tsv")
_TIMEOUT = httpx.Timeout(15, connect=5)
NOT_TEAMS = "I read only files that were uploaded to Teams itself; attach the CSV file here."
UNREADABLE = "Teams did not give me that file; attach it once more or, if that fails again, ask your administrator."
TOO_LARGE = "That file has more than {most:,} bytes, which is more than I read; nothing was imported."


def files_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files of a message: name, size in bytes (never told), whether it says to be CSV, and where it is.

    What a message says in HTML comes as an attachment, too, and is no file.
    """
    found = body.get("attachments")
    if not isinstance(found, list):
        return []
    return [_file(each) for each in found if isinstance(each, dict) and _is_file(each)][:MOST_FILES]


def _is_file(attachment: Mapping[str, Any]) -> bool:
    kind = _text(attachment.get("contentType"))
    return kind == FILE_TYPE or kind.startswith(("image/", "video/", "audio/", "application/octet-stream"))


def _file(attachment: Mapping[str, Any]) -> dict[str, Any]:
    content = attachment.get("content")
    told = content if isinstance(content, dict) else {}
    name = _text(attachment.get("name")) or "a file"
    kind = _text(told.get("fileType")).lower()
    return {
        "name": name[-_NAME:],
        "size": None,
        "csv": kind in ("csv", "tsv") or name.lower().endswith(_ENDINGS),
        "url": _text(told.get("downloadUrl"))[:_ADDRESS],
    }


async def download(file: Mapping[str, Any], most: int, *, is_local: bool) -> bytes:
    """The content of a file, of which no more than `most` bytes are read.

    Its address is good by itself for a while: no token goes there, and no redirection is followed. Raises
    `FileRefused`, `PostFailed`.
    """
    if not is_teams(file["url"], is_local=is_local):
        raise FileRefused(NOT_TEAMS)
    try:
        async with (
            httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client,
            client.stream("GET", file["url"], headers={"Accept-Encoding": "identity"}) as answer,
        ):
            if answer.status_code == 429 or answer.status_code >= 500:
                raise PostFailed(f"SharePoint answered {answer.status_code} to a file")
            if answer.status_code != httpx.codes.OK or "content-encoding" in answer.headers:
                raise FileRefused(UNREADABLE)
            return await _read(answer, most)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise PostFailed(f"a file could not be fetched ({type(error).__name__})") from None


async def _read(answer: httpx.Response, most: int) -> bytes:
    content = bytearray()
    async for chunk in answer.aiter_bytes():
        content += chunk
        if len(content) > most:
            raise FileRefused(TOO_LARGE.format(most=most))
    return bytes(content)


def is_teams(url: str, *, is_local: bool) -> bool:
    """Whether an address is in SharePoint, where Teams keeps what people attach."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if "@" in parts.netloc or not url.isascii() or "\\" in url:
        return False
    if is_local:
        return parts.scheme == "http" and is_loopback(host)
    return parts.scheme == "https" and port in (None, 443) and host.endswith(".sharepoint.com")


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
