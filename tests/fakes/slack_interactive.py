"""The part of Slack that buttons, forms and files meet: modals, messages to one person, downloads; and their payloads."""

from __future__ import annotations

import itertools
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.fakes.block_check import view_problems, write_problems
from tests.fakes.slack_deliveries import deliver_press
from tests.fakes.slack_payloads import APP, TEAM, USER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.slack_server import Shown

__all__ = ["Interactive", "Stored", "Whisper", "as_sent", "button_of", "deliver_press", "has_button"]
__all__ += ["press", "pressed", "shortcut", "submitted"]

_stamps = itertools.count(1)


@dataclass
class Whisper:
    """A message that one person alone saw."""

    channel: str
    user: str
    text: str


@dataclass
class Stored:
    """A file on Slack; `answer` is sent instead of its content, `headers` with it."""

    content: bytes
    answer: web.Response | None = None
    headers: dict[str, str] = field(default_factory=dict)


class Interactive:
    """Mixed into the server; `triggers` are used up by the views they open, `absent` people are in no channel."""

    address: str

    def __init__(self) -> None:
        self.views: list[dict[str, Any]] = []
        self.whispers: list[Whisper] = []
        self.files: dict[str, Stored] = {}
        self.downloads: list[tuple[str, str]] = []
        """(path, token) of each."""
        self.absent: set[str] = set()
        self._triggers: set[str] = set()

    def views_open(self, body: dict[str, Any]) -> dict[str, Any]:
        """A trigger opens one view."""
        view = body["view"]
        if body["trigger_id"] in self._triggers:
            return {"ok": False, "error": "exchanged_trigger_id"}
        self._triggers.add(body["trigger_id"])
        if self.note("views.open", view_problems(view)):
            return {"ok": False, "error": "invalid_arguments"}
        self.views.append(view)
        return {"ok": True, "view": {"id": f"V{len(self.views)}", **view}}

    def chat_postEphemeral(self, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if body["user"] in self.absent:
            return {"ok": False, "error": "user_not_in_channel"}
        if self.note("chat.postEphemeral", write_problems(body)):
            return {"ok": False, "error": "invalid_blocks"}
        self.whispers.append(Whisper(body["channel"], body["user"], body.get("text", "")))
        return {"ok": True, "message_ts": f"{int(time.time())}.{next(_stamps):06}"}

    def note(self, method: str, problems: list[str]) -> bool:
        """Keep what is wrong with something of ours; whether anything is."""
        raise NotImplementedError

    def files_info(self, body: dict[str, Any]) -> dict[str, Any]:
        if body["file"] not in self.files:
            return {"ok": False, "error": "file_not_found"}
        return {"ok": True, "file": {"id": body["file"], "url_private_download": self.file_url(body["file"])}}

    def file_url(self, name: str) -> str:
        return f"{self.address}/files-pri/{TEAM}-{name}/download/{name}"

    async def download(self, request: web.Request) -> web.StreamResponse:
        """As Slack does: who has no right to a file is sent to its page to sign in."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        self.downloads.append((request.path, token))
        stored = self.files.get(request.match_info["name"])
        if stored is None or not token.startswith("xoxb-"):
            return web.Response(status=302, headers={"Location": "https://slack.example/signin"})
        return stored.answer or web.Response(body=stored.content, content_type="text/csv", headers=stored.headers)

    def drop(self, name: str, content: bytes, **more: Any) -> dict[str, Any]:
        """A file as a message tells of it."""
        self.files[name] = Stored(content)
        return {
            "id": f"F{name}",
            "created": int(time.time()),
            "name": name,
            "title": name,
            "mimetype": "text/csv",
            "filetype": "csv",
            "pretty_type": "CSV",
            "user": USER,
            "editable": False,
            "size": len(content),
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": False,
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "permalink": f"https://acme.slack.example/files/{USER}/F{name}/{name}",
            "channels": [],
            "groups": [],
            "url_private": f"{self.file_url(name)}?inline",
            "url_private_download": self.file_url(name),
            **more,
        }


def press(
    shown: Shown | None, action: str, value: str, *, user: str = USER, team: str = TEAM, **more: Any
) -> dict[str, Any]:
    """The payload of a button; without a message, one of the Home tab."""
    stamp, block = f"{int(time.time())}.{next(_stamps):06}", ""
    pressed: dict[str, Any] = {"text": {"type": "plain_text", "text": value}}
    home = as_sent({"type": "home", "blocks": []}, id="V0", team_id=team)
    where: dict[str, Any] = {"container": {"type": "view", "view_id": "V0"}, "view": home}
    if shown is not None:
        block, pressed = next(_holding(shown, action, value), (block, pressed))
        thread = {"thread_ts": shown.body["thread_ts"]} if shown.body.get("thread_ts") else {}
        message = {"type": "message", "app_id": APP, "ts": shown.ts, "team": team, **thread}
        where = {
            "container": {
                "type": "message",
                "message_ts": shown.ts,
                "channel_id": shown.channel,
                "is_ephemeral": False,
                **thread,
            },
            "channel": {"id": shown.channel, "name": "directmessage"},
            "message": {**message, **{name: shown.body[name] for name in ("text", "blocks") if name in shown.body}},
        }
    element = {"type": "button", **pressed, "action_id": action, "block_id": block, "value": value, "action_ts": stamp}
    return {
        "type": "block_actions",
        "user": {"id": user, "username": user.lower(), "team_id": team},
        "api_app_id": APP,
        "token": "unused",
        "trigger_id": f"{next(_stamps)}.{uuid.uuid4().hex}",
        "team": {"id": team, "domain": "acme"},
        "is_enterprise_install": False,
        "response_url": "https://hooks.slack.example/actions/T/1/x",
        "actions": [element],
        **where,
        **more,
    }


def button_of(shown: Shown, action: str) -> dict[str, Any]:
    """The button of a message whose `action_id` begins so."""
    found = [
        element
        for block in shown.body.get("blocks", ())
        for element in block.get("elements", ())
        if element.get("action_id", "").startswith(action)
    ]
    assert found, f"no {action} in {[block['type'] for block in shown.body.get('blocks', ())]}"
    return dict(found[0])


def has_button(shown: Shown, action: str) -> bool:
    return any(
        element.get("action_id", "").startswith(action)
        for block in shown.body.get("blocks", ())
        for element in block.get("elements", ())
    )


def pressed(shown: Shown, action: str, *, user: str = USER, **more: Any) -> dict[str, Any]:
    """The payload of pressing that button."""
    element = button_of(shown, action)
    return press(shown, element["action_id"], element.get("value", ""), user=user, **more)


def as_sent(view: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A view as Slack tells of it later."""
    return {
        "id": "V1",
        "callback_id": "",
        "team_id": TEAM,
        "app_id": APP,
        "bot_id": "B1",
        "title": {"type": "plain_text", "text": "View Title"},
        "close": None,
        "submit": None,
        "state": {"values": {}},
        "hash": uuid.uuid4().hex,
        "private_metadata": "",
        "root_view_id": more.get("id", "V1"),
        "previous_view_id": None,
        "clear_on_close": False,
        "notify_on_close": False,
        "external_id": "",
        **view,
        **more,
    }


def submitted(view: dict[str, Any], values: dict[str, Any], *, user: str = USER) -> dict[str, Any]:
    """The payload of a form that was sent."""
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": user, "name": user.lower(), "team_id": TEAM},
        "api_app_id": APP,
        "token": "unused",
        "trigger_id": f"{next(_stamps)}.{uuid.uuid4().hex}",
        "view": as_sent({"type": "modal", "blocks": [], **view}, state={"values": values}),
        "response_urls": [],
    }


def shortcut(callback: str, message: dict[str, Any], *, channel: str, user: str = USER) -> dict[str, Any]:
    """The payload of a shortcut on a message."""
    return {
        "type": "message_action",
        "token": "unused",
        "callback_id": callback,
        "trigger_id": f"{next(_stamps)}.{uuid.uuid4().hex}",
        "action_ts": f"{int(time.time())}.{next(_stamps):06}",
        "message_ts": message.get("ts", ""),
        "team": {"id": TEAM, "domain": "acme"},
        "user": {"id": user, "name": user.lower(), "team_id": TEAM},
        "channel": {"id": channel, "name": "markets"},
        "message": message,
        "response_url": "https://hooks.slack.example/app/T/1/x",
    }


def _holding(shown: Shown, action: str, value: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(block_id, type and text) of each thing of a message that was pressed so."""
    for block in shown.body.get("blocks", ()):
        for element in block.get("elements", ()):
            if element.get("action_id") != action:
                continue
            sides = [element[side] for side in ("positive_button", "negative_button") if side in element]
            for face in sides or [element]:
                if face.get("value", value) == value:
                    yield block.get("block_id", ""), {"type": element["type"], "text": face["text"]}
