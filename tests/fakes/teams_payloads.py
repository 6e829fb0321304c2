"""Activities as Teams delivers them."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any

TENANT = "11111111-2222-4333-8444-555555555555"
OTHER_TENANT = "99999999-2222-4333-8444-555555555555"
APP = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
BOT = f"28:{APP}"
USER = "12121212-3434-4565-8787-909090909090"
ACCOUNT = "29:1ada"
PERSONAL = "a:1personal-ada"
GROUP = "19:group-of-ada@thread.v2"
CHANNEL = "19:markets@thread.tacv2"
SECRET = "a-client-secret-of-forty-characters-long"

_ids = itertools.count(1700000000001)


def activity(kind: str, service_url: str, **more: Any) -> dict[str, Any]:
    """Something in the conversation with Ada alone."""
    body: dict[str, Any] = {
        "type": kind,
        "id": str(next(_ids)),
        "timestamp": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "serviceUrl": service_url,
        "channelId": "msteams",
        "from": {"id": ACCOUNT, "name": "Ada Lovelace", "aadObjectId": USER},
        "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": PERSONAL},
        "recipient": {"id": BOT, "name": "Tuppence"},
        "channelData": {"tenant": {"id": TENANT}},
        "locale": "en-US",
    }
    return body | more


def message(text: str, service_url: str, **more: Any) -> dict[str, Any]:
    """Ada says something to the bot alone."""
    entities = [{"type": "clientInfo", "locale": "en-US", "country": "US", "timezone": "UTC", "platform": "Web"}]
    return activity("message", service_url, text=text, textFormat="plain", entities=entities) | more


def mention(text: str, service_url: str, *, thread: str = "", group: bool = False, **more: Any) -> dict[str, Any]:
    """Ada calls the bot where others are."""
    body = message(f"<at>Tuppence</at> {text}", service_url)
    body["entities"] = [{"type": "mention", "mentioned": {"id": BOT, "name": "Tuppence"}, "text": "<at>Tuppence</at>"}]
    return elsewhere(body, thread=thread or body["id"], group=group) | more


def elsewhere(body: dict[str, Any], *, thread: str = "", group: bool = False) -> dict[str, Any]:
    """The same in a group chat, or in a thread of a channel."""
    if group:
        return body | {
            "conversation": {"conversationType": "groupChat", "tenantId": TENANT, "id": GROUP, "isGroup": True}
        }
    name = f"{CHANNEL};messageid={thread}" if thread else CHANNEL
    data = {"tenant": {"id": TENANT}, "team": {"id": "19:team@thread.tacv2"}, "channel": {"id": CHANNEL}}
    where = {"conversationType": "channel", "tenantId": TENANT, "id": name, "isGroup": True}
    return body | {"conversation": where, "channelData": data}


def edited(body: dict[str, Any], text: str) -> dict[str, Any]:
    return body | {
        "type": "messageUpdate",
        "text": text,
        "channelData": {**body["channelData"], "eventType": "editMessage"},
    }


def deleted(body: dict[str, Any]) -> dict[str, Any]:
    gone = {name: value for name, value in body.items() if name not in ("text", "entities")}
    data = {**body["channelData"], "eventType": "softDeleteMessage"}
    return gone | {"type": "messageDelete", "channelData": data}


def invoke(name: str, value: dict[str, Any], service_url: str, **more: Any) -> dict[str, Any]:
    return activity("invoke", service_url, name=name, value=value) | more


def installed(service_url: str, action: str = "add", **more: Any) -> dict[str, Any]:
    return activity("installationUpdate", service_url, action=action) | more


def shortcut(said: dict[str, Any], service_url: str, **more: Any) -> dict[str, Any]:
    """Ada uses "Explain the figures" on a message, in the chat of two people unless said otherwise."""
    value = {"commandId": "explainFigures", "commandContext": "message", "messagePayload": said}
    conversation = {"conversationType": "personal", "tenantId": TENANT, "id": f"19:{USER}_grace@unq.gbl.spaces"}
    return invoke("composeExtension/fetchTask", value, service_url, **{"conversation": conversation, **more})


def said_there(content: str, name: str = "1700000000999", **more: Any) -> dict[str, Any]:
    """A message as Teams tells it to a shortcut; `more` may name its `attachments` or another sender."""
    someone = {
        "device": None,
        "conversation": None,
        "application": None,
        "user": {"id": "grace", "displayName": "Grace"},
    }
    body = {"contentType": "html", "content": content}
    return {
        "id": name,
        "replyToId": None,
        "messageType": "message",
        "from": someone,
        "body": body,
        "attachments": [],
    } | more
