"""What Slack says of a button, a form or a shortcut that somebody used. Pure functions, nothing is asked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind = Literal["action", "submission", "closed", "shortcut"]
_KINDS: dict[str, Kind] = {
    "block_actions": "action",
    "view_submission": "submission",
    "view_closed": "closed",
    "message_action": "shortcut",
    "shortcut": "shortcut",
}
_LONGEST_ID = 200


@dataclass(frozen=True, slots=True)
class Press:
    """One use of a control; what is not there is "".

    `name` is an action's `action_id`, else the `callback_id`. `id` is the same at every delivery of the same press.
    `channel`, `ts` and `thread_ts` are of the message that it belongs to. `stranger` is of another organisation.
    """

    kind: Kind
    name: str
    tenant: str
    user: str
    id: str
    value: str = ""
    channel: str = ""
    ts: str = ""
    thread_ts: str = ""
    trigger_id: str = ""
    response_url: str = ""
    stranger: bool = False
    payload: Mapping[str, Any] | None = None

    @property
    def message(self) -> Mapping[str, Any]:
        """The message that it belongs to, {} where there is none."""
        return _mapping((self.payload or {}).get("message"))

    @property
    def shared(self) -> str:
        """The conversation of its message in a shared place, whose people see what is not personal; "" elsewhere."""
        is_shared = bool(self.channel) and not self.channel.startswith("D")
        return f"{self.channel}/{self.thread_ts or self.ts}" if is_shared else ""

    @property
    def view(self) -> Mapping[str, Any]:
        """The modal or Home tab that it belongs to, {} where there is none."""
        return _mapping((self.payload or {}).get("view"))

    @property
    def state(self) -> Mapping[str, Any]:
        """block_id → action_id → what was entered there, of a form."""
        return _mapping(_mapping(self.view.get("state")).get("values"))


def read_press(payload: Mapping[str, Any]) -> Press | None:
    """The press that a payload tells of; None for what is malformed or unknown, never an error."""
    kind = _KINDS.get(_text(payload.get("type")))
    if kind is None:
        return None
    user, view, message = (_mapping(payload.get(name)) for name in ("user", "view", "message"))
    container, channel = _mapping(payload.get("container")), _mapping(payload.get("channel"))
    actions = payload.get("actions")
    action = _mapping(actions[0]) if kind == "action" and isinstance(actions, list) and actions else {}
    name = action.get("action_id") if kind == "action" else payload.get("callback_id") or view.get("callback_id")
    tenant, person = _tenant(payload), _text(user.get("id"))
    if not (tenant and person and _text(name)) or max(len(tenant), len(person)) > _LONGEST_ID:
        return None
    ts = _text(message.get("ts")) or _text(container.get("message_ts")) or _text(payload.get("message_ts"))
    return Press(
        kind=kind,
        name=_text(name),
        tenant=tenant,
        user=person,
        id=_id_of(kind, payload, action, tenant, person, ts),
        value=_value(action),
        channel=(_text(channel.get("id")) or _text(container.get("channel_id")))[:_LONGEST_ID],
        ts=ts[:_LONGEST_ID],
        thread_ts=(_text(message.get("thread_ts")) or _text(container.get("thread_ts")))[:_LONGEST_ID],
        trigger_id=_text(payload.get("trigger_id")),
        response_url=_text(payload.get("response_url")),
        stranger=_is_stranger(payload, user, tenant),
        payload=payload,
    )


def _tenant(payload: Mapping[str, Any]) -> str:
    """The workspace that has the app: a form opened in a shared channel names it, elsewhere it is the team's."""
    view, team, user = (_mapping(payload.get(name)) for name in ("view", "team", "user"))
    return (
        _text(view.get("app_installed_team_id"))
        or _text(team.get("id"))
        or _text(view.get("team_id"))
        or _text(user.get("team_id"))
    )


def _is_stranger(payload: Mapping[str, Any], user: Mapping[str, Any], tenant: str) -> bool:
    """Whether the person is of another organisation, as far as the payload tells."""
    enterprise = _text(_mapping(payload.get("enterprise")).get("id"))
    home = _text(user.get("team_id"))
    return bool(home) and home not in (tenant, enterprise) and not enterprise


def _value(action: Mapping[str, Any]) -> str:
    """What a button, or the chosen one of a list, stands for."""
    chosen = _mapping(action.get("selected_option"))
    return _text(action.get("value")) or _text(chosen.get("value"))


def _id_of(kind: Kind, payload: Mapping[str, Any], action: Mapping[str, Any], tenant: str, user: str, ts: str) -> str:
    """A name for one press: a trigger id is given to one alone, and the rest tells apart where there is none."""
    parts = [
        tenant,
        user,
        kind,
        ts,
        *(_text(payload.get(name)) for name in ("trigger_id", "action_ts", "callback_id")),
        *(_text(action.get(name)) for name in ("action_ts", "action_id", "block_id", "value")),
        _text(_mapping(payload.get("view")).get("id")),
        _text(_mapping(payload.get("view")).get("hash")),
    ]
    return f"press-{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]}"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
