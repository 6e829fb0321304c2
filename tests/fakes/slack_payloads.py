"""Payloads as Slack's Events API sends them, with made-up ids."""

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
        "context_enterprise_id": None,
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
