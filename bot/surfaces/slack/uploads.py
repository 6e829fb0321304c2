"""Charts as pictures below an answer whose native charts Slack, or its stand-in, refused.

They are uploaded once, right after the answer was posted: a process that dies in between leaves the answer, whose key
is found, without its pictures, and never with two of one.
"""

from __future__ import annotations

import asyncio
import json
import logging
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp

from bot.addresses import is_loopback
from bot.jobs.posting import PostFailed
from bot.surfaces.slack.api import TIMEOUT, SlackRefused
from bot.surfaces.slack.files import is_slacks
from bot.surfaces.slack.pictures import pictures

if TYPE_CHECKING:
    from bot.surfaces.slack.api import SlackApi
    from bot.surfaces.slack.pictures import Picture

log = logging.getLogger(__name__)
LONGEST = 25.0
"""Seconds that all of it may take; after that the answer stays as it is."""


async def show_pictures(
    api: SlackApi, drawn: dict[str, Any], body: dict[str, Any], channel: str, thread_ts: str
) -> None:
    """Upload the charts of a message into its own thread, and nowhere else. Whatever fails, the answer stays."""
    charts = [block for block in drawn.get("blocks", ()) if block.get("type") == "data_visualization"]
    if not charts or not body.get("record"):
        return
    where = {"channel_id": channel, **({"thread_ts": thread_ts} if thread_ts else {})}
    try:
        async with asyncio.timeout(LONGEST):
            made = await asyncio.to_thread(
                pictures, body["record"], locale=body["locale"], time_zone=body["time_zone"], charts=charts
            )
            files = [{"id": await _uploaded(api, picture), "title": picture.title} for picture in made]
            if files:
                await api.call("files.completeUploadExternal", files=json.dumps(files), **where)
    except (SlackRefused, PostFailed, aiohttp.ClientError, TimeoutError, OSError, OverflowError) as error:
        log.warning("the charts of an answer can't be shown as pictures either: %s", error)


async def _uploaded(api: SlackApi, picture: Picture) -> str:
    """The id of a file that Slack has, and that is shown nowhere yet. Raises `SlackRefused`, `PostFailed`."""
    answer = await api.call(
        "files.getUploadURLExternal", filename=picture.filename, length=len(picture.png), alt_txt=picture.alt_text
    )
    url, name = str(answer.get("upload_url", "")), str(answer.get("file_id", ""))
    if not is_slacks(url, api.client.base_url):
        raise PostFailed("Slack named no address of its own for a file")
    async with (
        aiohttp.ClientSession(timeout=TIMEOUT, trust_env=not is_loopback(urlsplit(url).hostname or "")) as session,
        session.post(url, data=picture.png, allow_redirects=False) as taken,
    ):
        if taken.status != 200:
            raise PostFailed(f"Slack answered {taken.status} to a file")
    return name
