"""What Slack's payloads mean to the inbox: a question, the end of one, or nothing. Pure functions, nothing is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.jobs.files import FILE
from bot.records.inbox import Event
from bot.surfaces.readings import Deleted, Edited, Ignored
from bot.surfaces.slack.files import files_of
from bot.surfaces.slack.texts import EVENT_TYPE, mentions, opening_mention, opens_to_another, plain_text
from bot.turn.commands import as_command

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "slack"
QUESTION = "question"
COMMAND = "/fin"
DIRECT = "direct"
"""How the conversations begin that hold what a person asked without writing it anywhere, as on the Home tab."""
SPOKEN_BY_PEOPLE = frozenset({None, "file_share", "thread_broadcast"})
"""The subtypes of a message in which a person says something new."""
REWORDED = "*To your question as you edited it.*"
STOP_WORDS = frozenset({"stop", "cancel"})
_KINDS = {"im": "direct", "mpim": "group", "group": "private", "channel": "public"}
_SLACKBOT = "USLACKBOT"
UNREAD = "*I read CSV files only, and those in our direct messages, so I left what you attached unread.*"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for the inbox; `only_where_engaged`: only if the assistant takes part in that conversation already."""

    event: Event
    only_where_engaged: bool = False


@dataclass(frozen=True, slots=True)
class StopAsked:
    """What was asked before `at` in a thread, or anywhere in a channel, is to be stopped; `user`: only theirs.

    `elsewhere`: also what they asked in no message of that channel, to be answered in their direct messages.
    """

    tenant: str
    channel: str
    at: datetime
    thread: str = ""
    user: str = ""
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """The app was taken out of a workspace, or its tokens were revoked."""

    tenant: str
    reason: str


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody looks at the app's `tab`: "home", or "messages", which are those of `channel`."""

    tenant: str
    user: str
    tab: str
    channel: str = ""
    stranger: bool = False


Reading = Asked | Edited | Deleted | Opened | StopAsked | Lost | Ignored


def read_event(body: Mapping[str, Any]) -> Reading:
    """What an `event_callback` asks for. Whatever is malformed or unknown is ignored, never an error."""
    try:
        return _read_event(body)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        return Ignored(f"malformed: {type(error).__name__}")


def read_command(form: Mapping[str, str], at: datetime) -> Reading:
    """What a slash command asks for, which came `at`; the answer goes to the asker alone, in a direct message."""
    try:
        tenant, user, channel = form["team_id"], form["user_id"], form["channel_id"]
        text = form.get("text", "").strip()
        if is_stop(text):
            return StopAsked(tenant, channel, at, user=user, elsewhere=channel.startswith("D"))
        is_direct = channel.startswith("D")
        target = {"channel": channel} if is_direct else {}
        return Asked(
            Event(
                tenant=tenant,
                id=f"command-{form['trigger_id']}",
                conversation=f"{channel}/{user}{COMMAND}",
                user=user,
                surface=NAME,
                kind=QUESTION,
                payload={
                    "text": as_command(plain_text(text)),
                    "target": {**target, "user": user},
                    "place": {
                        "channel": channel,
                        "kind": "direct",
                        "external": False,
                        "stranger": False,
                        "typed_in": "" if is_direct else channel,
                    },
                },
                sent_at=at,
            )
        )
    except KeyError as error:
        return Ignored(f"malformed: no {error}")


def is_stop(text: str) -> bool:
    """Whether a person typed that what is under way shall end."""
    return text.strip(" /.!").lower() in STOP_WORDS


def stop_of(event: Event) -> StopAsked:
    """What a typed "stop" ends: the asker's questions in its thread or, said outside of one, in the whole channel.

    Said in the direct messages, it ends what is answered there without having been written there, too.
    """
    target = event.payload["target"]
    channel, thread = target["channel"], target["thread_ts"]
    is_root = event.place == f"{channel}/{thread}"
    before = event.sent_at - timedelta(microseconds=1)  # itself is no question
    is_direct = event.payload["place"]["kind"] == "direct"
    return StopAsked(event.tenant, channel, before, "" if is_root else thread, event.user, elsewhere=is_direct)


def _read_event(body: Mapping[str, Any]) -> Reading:
    event = body["event"]
    match event["type"]:
        case "message" | "app_mention":
            return _read_post(body, event)
        case "agent_session_stopped":
            at, user = _time(event["event_ts"]), event.get("user") or ""
            return StopAsked(_tenant(body), event["channel"], at, event["thread_ts"], user)
        case "app_home_opened":
            return _read_opening(body, event)
        case "tokens_revoked" if not (event.get("tokens") or {"bot": True}).get("bot"):
            return Ignored("tokens of people, which the app does not use")
        case ("app_uninstalled" | "tokens_revoked") as reason:
            return Lost(_tenant(body), reason)
        case kind:
            return Ignored(f"unknown event {str(kind)[:40]}")


def _read_post(body: Mapping[str, Any], event: Mapping[str, Any]) -> Reading:
    """A post, or what became of one."""
    subtype = event.get("subtype")
    if subtype == "message_deleted":
        return Deleted(_tenant(body), f"{event['channel']}/{event['deleted_ts']}")
    if subtype == "message_changed":
        return _read_edit(body, event)
    if subtype not in SPOKEN_BY_PEOPLE:
        return Ignored(f"subtype {str(subtype)[:40]}")
    return _read_message(body, event, event)


def _read_edit(body: Mapping[str, Any], event: Mapping[str, Any]) -> Reading:
    """An edit by a person: an unfurled link or a pinned message changes the post, too, and not what it says."""
    now, before = event["message"], event.get("previous_message") or {}
    if now.get("subtype") == "tombstone":  # deleted, while its thread lives on
        return Deleted(_tenant(body), f"{event['channel']}/{now['ts']}")
    if "edited" not in now or now.get("text") == before.get("text"):
        return Ignored("changed, and not by an edit")
    reading = _read_message(body, event, now)
    if not isinstance(reading, Asked):
        return reading
    asked = reading.event
    place = f"{event['channel']}/{now['ts']}"
    note = "\n\n".join(filter(None, (REWORDED, asked.payload.get("note"))))
    # The place of an edit is its own, so that a post is answered anew once, however often it is edited.
    anew = replace(
        asked, place=f"{place}/edit", sent_at=_time(now["edited"]["ts"]), payload={**asked.payload, "note": note}
    )
    return Edited(anew, place)


def _read_message(body: Mapping[str, Any], event: Mapping[str, Any], said: Mapping[str, Any]) -> Reading:
    """A post: `event` says where, `said` who and what; they are one unless the post was edited."""
    tenant, bot_user = _tenant(body), _bot_user(body)
    if not bot_user and event["type"] == "app_mention":  # some stand-ins don't say whose installation it is
        bot_user = opening_mention(said.get("text") or "")
    user = said.get("user")
    if (said.get("metadata") or {}).get("event_type") == EVENT_TYPE:
        return Ignored("said by ourselves")
    if said.get("bot_id") or said.get("app_id") == body.get("api_app_id", "") or user in (None, _SLACKBOT, bot_user):
        return Ignored("not said by a person")
    channel, ts, text = event["channel"], said["ts"], said.get("text") or ""
    thread = said.get("thread_ts")
    kind = _KINDS.get(event.get("channel_type", ""), "direct" if channel.startswith("D") else "public")
    is_called = kind == "direct" or event["type"] == "app_mention" or mentions(text, bot_user)
    if not is_called and thread is None:
        return Ignored("said to others")
    if not is_called and opens_to_another(text, bot_user):
        return Ignored("said to another")
    words, files = plain_text(text, bot_user), files_of(said)
    has_csv = any(file["csv"] for file in files)
    is_file = bool(files) and (not words or (has_csv and kind == "direct"))
    if is_file and not is_called and not has_csv:
        return Ignored("a file for others")
    return Asked(
        Event(
            tenant=tenant,
            id=body["event_id"],
            conversation=f"{channel}/{thread or ts}",
            user=user,
            surface=NAME,
            kind=FILE if is_file else QUESTION,
            payload={
                "text": words,
                **({"files": files} if is_file else {"note": UNREAD} if files else {}),
                "target": {"channel": channel, "thread_ts": thread or ts, "user": user},
                "place": {
                    "channel": channel,
                    "kind": kind,
                    "external": bool(body.get("is_ext_shared_channel")),
                    "stranger": _is_stranger(body, said, tenant),
                },
            },
            sent_at=_time(ts),
            place=f"{channel}/{ts}",
        ),
        only_where_engaged=not is_called,
    )


def _read_opening(body: Mapping[str, Any], event: Mapping[str, Any]) -> Reading:
    tenant, user, channel = _tenant(body), event["user"], event.get("channel")
    if not user or not isinstance(user, str):
        return Ignored("opened by nobody")
    place = channel if isinstance(channel, str) else ""
    return Opened(tenant, user, str(event.get("tab") or "home"), place, _is_stranger(body, event, tenant))


def _is_stranger(body: Mapping[str, Any], said: Mapping[str, Any], tenant: str) -> bool:
    """Whether the asker is of another organisation: a workspace of the same enterprise counts as one's own."""
    own = {tenant, _authorization(body).get("enterprise_id") or tenant}
    home = said.get("user_team") or said.get("source_team") or said.get("team") or tenant
    return home not in own


def unnamed_tenant(body: Mapping[str, Any]) -> str:
    """The workspace of an event that does not say who sees it there, as Slack's own always do; "" for any other."""
    try:
        return "" if _bot_user(body) else _tenant(body)
    except (KeyError, TypeError, ValueError, AttributeError):
        return ""


def naming(body: Mapping[str, Any], tenant: str, bot_user: str) -> Mapping[str, Any]:
    """The event with our own user of that workspace, by whom what we said ourselves is told from what people say."""
    return {**body, "authorizations": [{**_authorization(body), "team_id": tenant, "user_id": bot_user}]}


def _tenant(body: Mapping[str, Any]) -> str:
    """The workspace that has the app, which in a shared channel need not be the one where the event occurred."""
    team = _authorization(body).get("team_id") or body.get("context_team_id") or body["team_id"]
    return str(team)


def _bot_user(body: Mapping[str, Any]) -> str:
    return str(_authorization(body).get("user_id") or "")


def _authorization(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whose installation sees the event."""
    found = body.get("authorizations") or [{}]
    return dict(found[0])


def _time(ts: str) -> datetime:
    return datetime.fromtimestamp(float(ts), UTC)
