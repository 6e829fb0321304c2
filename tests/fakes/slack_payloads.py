"""Payloads as Slack's Events API sends them, and commands, with made-up ids."""

from __future__ import annotations

import itertools
from typing import Any

TEAM, APP, BOT, USER = "T0001", "A1", "UBOT", "UADA"
DM, CHANNEL = "D0001", "C0001"
_numbers = itertools.count(1)


def callback(event: dict[str, Any], event_id: str = "") -> dict[str, Any]:
    """The envelope of an event."""
    return {
        "token": "unused",
        "team_id": TEAM,
        "context_team_id": TEAM,
        "api_app_id": APP,
        "type": "event_callback",
        "event_id": event_id or f"Ev{next(_numbers):08}",
        "event_time": 1790000000,
        "is_ext_shared_channel": False,
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "event": event,
    }


def message(
    text: str,
    *,
    ts: str = "1790000000.000100",
    channel: str = DM,
    channel_type: str = "im",
    thread_ts: str = "",
    user: str = USER,
    event_id: str = "",
) -> dict[str, Any]:
    """A post, of a person."""
    event = {
        "type": "message",
        "user": user,
        "team": TEAM,
        "text": text,
        "ts": ts,
        "event_ts": ts,
        "channel": channel,
        "channel_type": channel_type,
        "client_msg_id": f"m-{ts}",
        **({"thread_ts": thread_ts, "parent_user_id": user} if thread_ts else {}),
    }
    return callback(event, event_id)


def sharing(files: list[Any], text: str = "", **more: Any) -> dict[str, Any]:
    """A post with files; as is published, it tells neither the workspace nor the client."""
    body = message(text, **more)
    event = {name: item for name, item in body["event"].items() if name not in ("team", "client_msg_id")}
    return {**body, "event": {**event, "subtype": "file_share", "files": files, "upload": False}}


def mention(
    text: str, *, ts: str = "1790000000.000100", channel: str = CHANNEL, thread_ts: str = "", event_id: str = ""
) -> dict[str, Any]:
    """The other event of a post in which the app is mentioned."""
    event = {
        "type": "app_mention",
        "user": USER,
        "team": TEAM,
        "text": text,
        "ts": ts,
        "event_ts": ts,
        "channel": channel,
        **({"thread_ts": thread_ts} if thread_ts else {}),
    }
    return callback(event, event_id)


def changed(
    text: str, before: str, *, ts: str, at: str, user: str = USER, channel: str = DM, event_id: str = ""
) -> dict[str, Any]:
    """A post that was edited."""
    return callback(
        {
            "type": "message",
            "subtype": "message_changed",
            "hidden": True,
            "channel": channel,
            "channel_type": "im" if channel.startswith("D") else "channel",
            "ts": at,
            "event_ts": at,
            "message": {**_post(text, ts, channel, user), "edited": {"user": user, "ts": at}},
            "previous_message": _post(before, ts, channel, user),
        },
        event_id,
    )


def deleted(ts: str, *, at: str = "1790000009.000100", user: str = USER, channel: str = DM) -> dict[str, Any]:
    """A post that was taken away."""
    return callback(
        {
            "type": "message",
            "subtype": "message_deleted",
            "hidden": True,
            "channel": channel,
            "channel_type": "im" if channel.startswith("D") else "channel",
            "ts": at,
            "event_ts": at,
            "deleted_ts": ts,
            "previous_message": _post("what it said", ts, channel, user),
        }
    )


def opened(tab: str = "home", *, user: str = USER, channel: str = DM) -> dict[str, Any]:
    """Somebody looks at the app."""
    event = {"type": "app_home_opened", "user": user, "channel": channel, "tab": tab, "event_ts": "1790000000.1"}
    return callback(event)


def session_stopped(thread: str, at: str, *, user: str = USER, channel: str = DM) -> dict[str, Any]:
    """Slack's own button was pressed while an answer was made."""
    event = {"type": "agent_session_stopped", "channel": channel, "thread_ts": thread, "user": user, "event_ts": at}
    return callback({**event, "streaming_message_ts": []})


def command(
    text: str, *, user: str = USER, channel: str = DM, team: str = TEAM, trigger: str = "", **more: str
) -> dict[str, str]:
    """What was typed after /fin, as the fields of a form."""
    return {
        "token": "unused",
        "command": "/fin",
        "text": text,
        "response_url": "https://hooks.slack.example/commands/T/1/x",
        "trigger_id": trigger or f"{next(_numbers)}.{next(_numbers)}",
        "user_id": user,
        "user_name": user.lower(),
        "team_id": team,
        "team_domain": "acme",
        "channel_id": channel,
        "channel_name": "directmessage" if channel.startswith("D") else "markets",
        "api_app_id": APP,
        **more,
    }


def _post(text: str, ts: str, channel: str, user: str) -> dict[str, Any]:
    """A post inside another event."""
    kind = "im" if channel.startswith("D") else "channel"
    said = {"type": "message", "user": user, "team": TEAM, "text": text, "ts": ts, "event_ts": ts}
    return {**said, "channel": channel, "channel_type": kind, "client_msg_id": f"m-{ts}"}
