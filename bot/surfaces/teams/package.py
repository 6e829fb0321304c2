"""The app package that is uploaded to Teams: a manifest that asks for no more than is needed, and two icons."""

from __future__ import annotations

import io
import json
import zipfile
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from bot.surfaces.teams.explaining import EXPLAIN
from bot.surfaces.teams.texts import COMMAND

if TYPE_CHECKING:
    from PIL.Image import Image

SCHEMA = "https://developer.microsoft.com/en-us/json-schemas/teams/v1.19/MicrosoftTeams.schema.json"
ACCENT = "#1d3b53"
ABOUT = "Answers questions about markets and your portfolio, with the source and date of every figure."
FOLLOWING = "ChannelMessage.Read.Group"
"""The right to be told, in the teams whose owners agree, what is said there without a mention."""
HEARS = (
    "Teams also delivers what is said in the channels of a team without a mention: it is read in the threads in which "
    "the assistant answers already, and dropped unread everywhere else."
)
COMMANDS = (
    (f"{COMMAND} help", "Everything that can be typed"),
    (f"{COMMAND} watch list", "Your watchlist"),
    (f"{COMMAND} settings", "How figures are told to you"),
    (f"{COMMAND} alert list", "Your alerts"),
    (f"{COMMAND} digest list", "Your digests"),
)
"""What Teams offers above the box in which people write."""
LARGE, SMALL = 192, 32
_SAME_TIME = (2026, 1, 1, 0, 0, 0)
_RISING = ((0.2, 0.68), (0.4, 0.5), (0.55, 0.6), (0.8, 0.3))
"""The line on the icons, in shares of their width and height."""


def manifest(app_id: str, address: str, *, follow_threads: bool = False) -> dict[str, Any]:
    """The manifest of the app whose bot has that id; `address` is where people read who runs it.

    With `follow_threads` it asks each team for all that is said in its channels: without that right Teams delivers what
    mentions the assistant, and a thread can't go on without a mention.
    """
    site = address.rstrip("/")
    bot = {
        "botId": app_id,
        "scopes": ["personal", "team", "groupChat"],
        "supportsFiles": True,
        "isNotificationOnly": False,
        "commandLists": [
            {
                "scopes": ["personal", "team", "groupChat"],
                "commands": [{"title": title, "description": about} for title, about in COMMANDS],
            }
        ],
    }
    shortcut = {
        "id": EXPLAIN,
        "type": "action",
        "title": "Explain the figures",
        "description": "How an answer was found, or what the figures in a message are about",
        "context": ["message"],
        "fetchTask": True,
    }
    more: dict[str, Any] = {}
    if follow_threads:
        wanted = [{"name": FOLLOWING, "type": "Application"}]
        more["authorization"] = {"permissions": {"resourceSpecific": wanted}}
        more["webApplicationInfo"] = {"id": app_id, "resource": site}
    return {
        "$schema": SCHEMA,
        "manifestVersion": "1.19",
        "version": version("tuppence"),
        "id": app_id,
        "developer": {
            "name": "Tuppence",
            "websiteUrl": site,
            "privacyUrl": f"{site}/privacy",
            "termsOfUseUrl": f"{site}/terms",
        },
        "name": {"short": "Tuppence", "full": "Tuppence, a financial assistant that your team runs for itself"},
        "description": {
            "short": "Markets and your portfolio, in plain words",
            "full": f"{ABOUT} {HEARS}" if follow_threads else ABOUT,
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "bots": [bot],
        "composeExtensions": [{"botId": app_id, "commands": [shortcut]}],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": [],
        **more,
    }


def package(app_id: str, address: str, *, follow_threads: bool = False) -> bytes:
    """The package of `manifest` as a zip file, the same bytes each time."""
    text = json.dumps(manifest(app_id, address, follow_threads=follow_threads), ensure_ascii=False, indent=2)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("manifest.json", text.encode()),
            ("color.png", _png(_icon(LARGE, ACCENT, "white"))),
            ("outline.png", _png(_icon(SMALL, None, "white"))),
        ):
            archive.writestr(zipfile.ZipInfo(name, _SAME_TIME), content)
    return packed.getvalue()


def _icon(size: int, ground: str | None, line: str) -> Image:
    """A coin with a rising line; without a `ground`, only its outline on nothing, as Teams wants the small one."""
    from PIL import Image, ImageDraw

    scale = 4
    whole = size * scale
    picture = Image.new("RGBA", (whole, whole), ground or (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    width, edge = whole // 16, whole // 8
    draw.ellipse((edge, edge, whole - edge, whole - edge), outline=line, width=width)
    draw.line([(x * whole, y * whole) for x, y in _RISING], fill=line, width=width, joint="curve")
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def _png(picture: Image) -> bytes:
    content = io.BytesIO()
    picture.save(content, "PNG")
    return content.getvalue()
