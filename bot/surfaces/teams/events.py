"""What Teams' activities mean: a question, the end of one, a press, a place, or nothing. Nothing is asked."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.jobs.files import FILE
from bot.records.inbox import Event
from bot.surfaces.readings import Deleted, Edited, Ignored
from bot.surfaces.teams.door import tenant_of
from bot.surfaces.teams.files import files_of
from bot.surfaces.teams.texts import is_mentioned, plain_text, typed
from bot.turn.rendering import escape

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "teams"
QUESTION = "question"
ASK = "ask"
"""In the value of a follow-up's button: the question."""
_ID = re.compile(r"[\w:@.;=|+~-]{1,400}", re.ASCII)
_THREAD = ";messageid="
_LONGEST_KEY = 200
_LONGEST_NAME = 100
_DAY = 86_400
UNREAD = "*I read CSV files only, and those in our direct chat, so I left what you attached unread.*"
SHORTCUT = "composeExtension/"
"""How the invokes begin that come from the menu of any message."""
_WITH_US, _NOWHERE = "a:", "elsewhere"
_KINDS = {"personal": "direct", "groupChat": "group", "channel": "public"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A conversation that can be written to unasked; `user` is the person's id in a direct one, "" in another."""

    tenant: str
    conversation: str
    kind: str
    user: str
    service_url: str
    account: str = ""
    """The person's id in Teams' own terms, where the conversation is with one."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for the inbox; `only_where_engaged`: only if the assistant takes part in that conversation already."""

    event: Event
    reference: Reference
    only_where_engaged: bool = False


@dataclass(frozen=True, slots=True)
class Met:
    """The app was added to a conversation, or seen there; `is_new`: a welcome is due."""

    reference: Reference
    is_new: bool


@dataclass(frozen=True, slots=True)
class Left:
    """The app was taken out of a conversation."""

    reference: Reference


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed or sent something that waits for an answer: `name` is the invoke's, `value` what it holds.

    `event` says who, where and when as for a question; `message` is the message it stands in. `reference` is None
    where the app need not be: a shortcut works in every chat of the person. `day` is theirs, `bot` our account.
    """

    name: str
    value: Mapping[str, Any]
    event: Event
    reference: Reference | None
    message: str = ""
    day: str = ""
    bot: str = ""


Reading = Asked | Edited | Deleted | Met | Left | Pressed | Ignored


@dataclass(frozen=True, slots=True)
class _Said:
    """Who, where and when, of any activity."""

    tenant: str
    id: str
    conversation: str
    channel: str
    thread: str
    kind: str
    user: str
    user_account: str
    bot: str
    service_url: str
    external: bool
    at: datetime
    day: str
    reader: dict[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """A name of the post that no other post has."""
        return key_of(self.conversation, self.id)


def read_activity(body: Mapping[str, Any], now: datetime) -> Reading:
    """What an activity asks for, which came `now`. Whatever is malformed or unknown is ignored, never an error."""
    try:
        return _read(body, now)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        return Ignored(f"malformed: {type(error).__name__}")


def key_of(conversation: str, activity: str) -> str:
    """A post's name, short enough for a key: ids of posts are unique in their conversation only."""
    name = f"{conversation}/{activity}"
    if len(name) <= _LONGEST_KEY:
        return name
    return f"{hashlib.sha256(conversation.encode()).hexdigest()}/{activity[: _LONGEST_KEY - 80]}"


def _read(body: Mapping[str, Any], now: datetime) -> Reading:
    kind = body["type"]
    readers = {
        "message": _read_message,
        "messageUpdate": _read_edit,
        "messageDelete": _read_deletion,
        "invoke": _read_invoke,
        "conversationUpdate": _read_members,
        "installationUpdate": _read_installation,
    }
    if kind not in readers:
        return Ignored(f"unknown activity {str(kind)[:40]}")
    if kind == "invoke" and _is_shortcut(body):
        body = {**body, "conversation": _where_used(body)}
    said = _said(body, now)
    if kind not in ("conversationUpdate", "installationUpdate") and _is_bot(body, said):
        return Ignored("not said by a person")
    return readers[kind](body, said)


def _said(body: Mapping[str, Any], now: datetime) -> _Said:
    conversation, sender = body["conversation"], body["from"]
    data = body.get("channelData") or {}
    name = _checked(conversation["id"])
    channel, _, thread = name.partition(_THREAD)
    kind = _KINDS.get(str(conversation.get("conversationType") or "personal"), "public")
    channel_type = str((data.get("channel") or {}).get("type") or "")
    tenant, user = tenant_of(body), str(sender.get("aadObjectId") or sender["id"])
    if not tenant or not user:
        raise ValueError("no tenant or no user")
    return _Said(
        tenant=_checked(tenant),
        id=_checked(body.get("id") or f"{now.timestamp():.6f}"),
        conversation=name,
        channel=channel,
        thread=thread,
        kind="private" if channel_type == "private" else kind,
        user=_checked(user),
        user_account=_checked(sender["id"]),
        bot=str((body.get("recipient") or {}).get("id") or ""),
        service_url=str(body["serviceUrl"]),
        external=channel_type == "shared" or _is_foreign(sender, conversation, tenant),
        at=_time(body.get("timestamp"), now),
        day=_day(body.get("localTimestamp"), now),
        reader=_reader(body),
    )


def _is_foreign(sender: Mapping[str, Any], conversation: Mapping[str, Any], tenant: str) -> bool:
    """Whether the conversation is of another tenant than the one that it says it is in."""
    del sender
    home = conversation.get("tenantId")
    return bool(home) and str(home).lower() != tenant


def _checked(value: Any) -> str:
    """An id that can stand in an address. Raises ValueError."""
    if not isinstance(value, str) or not _ID.fullmatch(value) or ".." in value:
        raise ValueError("no id")
    return value


def _reader(body: Mapping[str, Any]) -> dict[str, str]:
    """How the sender's own app writes figures and times, as far as it says."""
    found = {"locale": body.get("locale"), "time_zone": body.get("localTimezone")}
    for entity in body.get("entities") or ():
        if entity.get("type") == "clientInfo":
            found["locale"] = entity.get("locale") or found["locale"]
            found["time_zone"] = entity.get("timezone") or found["time_zone"]
    return {name: value[:64] for name, value in found.items() if isinstance(value, str) and value}


def _is_bot(body: Mapping[str, Any], said: _Said) -> bool:
    sender = body["from"]
    return sender.get("role") == "bot" or said.user_account == said.bot or said.user_account.startswith("28:")


def _event(body: Mapping[str, Any], said: _Said, text: str) -> Event:
    home = (body["from"]).get("tenantId")
    return Event(
        tenant=said.tenant,
        id=said.place,
        # A chat has no threads: what is said on one day belongs together, and yesterday is not meant by "and Apple?".
        conversation=key_of(said.channel, said.thread or said.day),
        user=said.user,
        surface=NAME,
        kind=QUESTION,
        payload={
            "text": text,
            "name": str(body["from"].get("name") or "")[:_LONGEST_NAME],
            "target": {
                "service_url": said.service_url,
                "conversation": said.conversation,
                "kind": said.kind,
                "user": said.user,
                "account": said.user_account,
            },
            "place": {
                "channel": said.channel,
                "kind": said.kind,
                "external": said.external,
                "stranger": bool(home) and str(home).lower() != said.tenant,
            },
            "reader": said.reader,
        },
        sent_at=said.at,
        place=said.place,
    )


def _reference(said: _Said, name: str = "") -> Reference:
    user, account = (said.user, said.user_account) if said.kind == "direct" else ("", "")
    return Reference(said.tenant, said.channel, said.kind, user, said.service_url, account, name)


def _read_message(body: Mapping[str, Any], said: _Said) -> Reading:
    value = body.get("value")
    entities = body.get("entities") or ()
    text = typed(plain_text(str(body.get("text") or ""), entities, said.bot))
    if not text and isinstance(value, dict):
        return _read_value(body, said, value)
    is_called = said.kind == "direct" or is_mentioned(entities, said.bot) or isinstance(value, dict)
    if not is_called and (said.kind == "group" or not said.thread):
        return Ignored("said to others")
    if not is_called and any(entity.get("type") == "mention" for entity in entities):
        return Ignored("said to another")
    event = _with_files(_event(body, said, text), files_of(body), is_direct=said.kind == "direct")
    return Asked(event, _reference(said), only_where_engaged=not is_called)


def _with_files(event: Event, files: list[dict[str, Any]], *, is_direct: bool) -> Event:
    """The event of what was said with files: a CSV alone, or one dropped into the direct chat, is to be read."""
    if not files:
        return event
    if not event.payload["text"] or (is_direct and any(file["csv"] for file in files)):
        return replace(event, kind=FILE, payload={**event.payload, "files": files})
    return replace(event, payload={**event.payload, "note": UNREAD})


def _read_value(body: Mapping[str, Any], said: _Said, value: Mapping[str, Any]) -> Reading:
    """A button that is sent as a message: a follow-up is a question like any other."""
    if isinstance(question := value.get(ASK), str) and question:
        event = _event(body, said, question)
        noted = {**event.payload, "note": f"*You asked: {escape(question)}*"}
        return Asked(replace(event, payload=noted), _reference(said))
    return _pressed("submit", value, body, said)


def _read_edit(body: Mapping[str, Any], said: _Said) -> Reading:
    if (body.get("channelData") or {}).get("eventType") != "editMessage":
        return Ignored("changed, and not by an edit")
    reading = _read_message(body, said)
    if not isinstance(reading, Asked):
        return reading if isinstance(reading, Ignored) else Ignored("an edit of what is no question")
    edited = f"{said.place}/edit"
    # The place of an edit is its own, so that a post is answered anew once, however often it is edited.
    return Edited(replace(reading.event, id=edited, place=edited), said.place)


def _read_deletion(body: Mapping[str, Any], said: _Said) -> Reading:
    if (body.get("channelData") or {}).get("eventType") not in ("softDeleteMessage", None):
        return Ignored("brought back")
    return Deleted(said.tenant, said.place)


def _read_invoke(body: Mapping[str, Any], said: _Said) -> Reading:
    value = body.get("value")
    return _pressed(str(body.get("name") or "")[:60], value if isinstance(value, dict) else {}, body, said)


def _pressed(name: str, value: Mapping[str, Any], body: Mapping[str, Any], said: _Said) -> Pressed:
    reference = None if _is_shortcut(body) else _reference(said)
    message = str(body.get("replyToId") or "")
    return Pressed(name, value, _event(body, said, ""), reference, message, said.day, said.bot)


def _is_shortcut(body: Mapping[str, Any]) -> bool:
    return str(body.get("name") or "").startswith(SHORTCUT)


def _where_used(body: Mapping[str, Any]) -> dict[str, Any]:
    """The conversation in which a shortcut was used.

    Teams calls a chat of two people "personal", too, and of some it says nothing: it is never taken for ours.
    """
    said = body.get("conversation") or {"id": _NOWHERE}
    kind = said.get("conversationType")
    is_ours = kind in (None, "personal") and str(said.get("id")).startswith(_WITH_US)
    return {**said, "conversationType": "personal" if is_ours else "channel" if kind == "channel" else "groupChat"}


def _read_members(body: Mapping[str, Any], said: _Said) -> Reading:
    """The bot was added or taken out; of other people nothing is kept."""
    added = [member.get("id") for member in body.get("membersAdded") or ()]
    removed = [member.get("id") for member in body.get("membersRemoved") or ()]
    if said.bot and said.bot in removed:
        return Left(_reference(said))
    if said.bot and said.bot in added:
        return Met(_reference(said, _place_name(body)), is_new=True)
    if (body.get("channelData") or {}).get("eventType") == "teamDeleted":
        return Left(_reference(said))
    return Ignored("people came or went")


def _read_installation(body: Mapping[str, Any], said: _Said) -> Reading:
    if str(body.get("action")).startswith("remove"):
        return Left(_reference(said))
    return Met(_reference(said, _place_name(body)), is_new=str(body.get("action")).startswith("add"))


def _place_name(body: Mapping[str, Any]) -> str:
    data = body.get("channelData") or {}
    name = (data.get("team") or {}).get("name") or (body["conversation"]).get("name") or ""
    return str(name)[:200]


def _time(text: Any, now: datetime) -> datetime:
    """The time an activity is stamped with; now where it has none or one ahead of us."""
    try:
        stamped = datetime.fromisoformat(str(text))
    except ValueError:
        return now
    return min(stamped.astimezone(UTC), now) if stamped.tzinfo else now


def _day(text: Any, now: datetime) -> str:
    """The day on the sender's own clock; ours in UTC where it is not told, or makes no sense."""
    try:
        local = datetime.fromisoformat(str(text))
    except ValueError:
        return now.date().isoformat()
    is_near = local.tzinfo is not None and abs((local - now).total_seconds()) < _DAY
    return (local if is_near else now).date().isoformat()
