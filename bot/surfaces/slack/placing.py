"""Puts messages where they belong, and finds them again by the key in their metadata."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from bot.jobs.posting import PostFailed, PostRefused
from bot.surfaces.slack import refusals
from bot.surfaces.slack.api import SlackRefused
from bot.surfaces.slack.finding import Finder
from bot.surfaces.slack.forms import plainer, shorter, with_note
from bot.surfaces.slack.plan import drawn as drawn_plan
from bot.surfaces.slack.status import AgentStatus
from bot.surfaces.slack.streams import OPEN, UNDELETABLE, Streams
from bot.surfaces.slack.texts import EVENT_TYPE
from bot.surfaces.slack.uploads import show_pictures
from bot.turn.prompting import sections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.records.inbox import Outgoing
    from bot.surfaces.pacing import Pace
    from bot.surfaces.slack.api import SlackApi
    from bot.surfaces.slack.directory import Directory
    from bot.surfaces.slack.plan import Plan
    from bot.surfaces.slack.streams import Open

log = logging.getLogger(__name__)
QUIET = {"unfurl_links": False, "unfurl_media": False, "link_names": False}
_MOST_KNOWN = 5000
SHARED_NOW = "That channel is shared with another organisation now, so I answer you here."


class Placing:
    """Posts, updates, deletes and finds. A target names a `channel` and `thread_ts`, or only the `user` to write to."""

    def __init__(self, api: SlackApi, pace: Pace, directory: Directory) -> None:
        self._api, self._pace, self._directory = api, pace, directory
        self._direct: dict[str, str] = {}
        self._finder = Finder(api)
        self.streams, self.status = Streams(api), AgentStatus(api)

    async def channel_of(self, target: dict[str, Any]) -> str:
        """The channel of a target, a direct message opened if need be. Raises `PostRefused`, `PostFailed`."""
        if channel := target.get("channel"):
            return str(channel)
        return await self._direct_channel(target["user"])

    async def place(self, message: Outgoing, key: str, ts: str, stream: Open | None = None) -> str:
        """Post a message, or put it in the place of the one at `ts`; returns "channel/ts".

        With `stream` that one is an open stream, which the message ends. Right before, Slack is asked whether the place
        and the person are still what they were. Where the place refuses it, the asker gets it in a direct message.
        Raises `PostRefused`, `PostFailed`.
        """
        target, body = message.target, message.body
        is_direct = "channel" not in target or str(target["channel"]).startswith("D")
        drawn = dict(body["message"])
        if is_direct and body["personal"]:
            drawn = await self._for_asker(target, drawn)
        elif not is_direct and await self._must_be_direct(target, body):
            if ts:
                await self._put(target["channel"], ts, {"text": sections("notices")["sent_direct"]}, {})
            return await self._directly(target, with_note(drawn, SHARED_NOW), body, key)
        channel = await self.channel_of(target)
        try:
            return await self._send(channel, target.get("thread_ts", ""), ts, drawn, body, key, stream)
        except SlackRefused as error:
            if error.code in refusals.PLACE and not is_direct and target.get("user"):
                note = f"I could not answer you in <#{channel}>: {refusals.PLACE[error.code]}."
                return await self._directly(target, with_note(drawn, note), body, key)
            raise self._refused(error) from None

    async def find(self, target: dict[str, Any], key: str) -> Sequence[str]:
        """Where the message with a key stands, in its place or in the asker's direct messages. Raises `PostFailed`."""
        try:
            channel = await self.channel_of(target)
            found = [f"{channel}/{ts}" async for ts in self._finder.carrying(channel, target, "key", key)]
            if not found and target.get("user") and not channel.startswith("D"):
                direct = await self._direct_channel(target["user"])
                found = [
                    f"{direct}/{ts}"
                    async for ts in self._finder.carrying(direct, {**target, "thread_ts": ""}, "key", key)
                ]
        except PostRefused:
            return ()
        return sorted(found, key=lambda name: float(name.partition("/")[2]))

    async def find_progress(self, target: dict[str, Any], event_id: str, mark: str) -> str:
        """The ts of what is shown of a question, "" where there is nothing. Raises `PostFailed`."""
        try:
            channel = await self.channel_of(target)
        except PostRefused:
            return ""
        return await self._finder.shown_for(channel, target, event_id, mark)

    async def begin_progress(
        self, target: dict[str, Any], plan: Plan, event_id: str, *, may_stream: bool
    ) -> tuple[str, bool]:
        """Show a plan; (its ts, "" for nowhere, whether it is a stream). Raises `SlackRefused`, `PostFailed`."""
        channel = await self.channel_of(target)
        async with self._pace.turn(channel):
            if may_stream and target.get("thread_ts") and target.get("user") and self.streams.has_room:
                ts = await self.streams.begin(channel, target, plan.chunks())
                if ts:
                    return ts, True
            if "chat.update" in self._api.without:  # it would stay beside the answer
                return "", False
            where = {"channel": channel, **_thread(target.get("thread_ts", ""))}
            said, metadata = drawn_plan(plan), _metadata({"working_on": event_id})
            answer = await self._api.call("chat.postMessage", **where, **said, **QUIET, metadata=metadata)
        return str(answer.get("ts", "")), False

    async def change_progress(
        self, target: dict[str, Any], ts: str, plan: Plan, streamed: Plan | None, event_id: str
    ) -> bool:
        """Change what is shown of a question; whether it is a stream still. Raises `SlackRefused`, `PostFailed`."""
        channel = await self.channel_of(target)
        if streamed and await self.streams.append(channel, ts, plan.chunks(streamed)):
            return True
        if streamed and streamed.text:  # it has ended by itself: a line would take the place of what can be read there
            return False
        await self.update_progress(target, ts, drawn_plan(plan), event_id)
        return False

    async def update_progress(self, target: dict[str, Any], ts: str, message: dict[str, Any], event_id: str) -> None:
        """Put a line in the place of what is shown of a question. Raises `SlackRefused`, `PostFailed`."""
        await self._put(await self.channel_of(target), ts, message, {"working_on": event_id})

    async def delete(self, channel: str, ts: str) -> None:
        """Delete a message of our own; one that is gone, or can't be deleted, is let be. Raises `PostFailed`."""
        try:
            try:
                await self._api.call("chat.delete", channel=channel, ts=ts)
            except SlackRefused as error:
                if error.code != UNDELETABLE:
                    raise
                await self.streams.close(channel, ts)
                await self._api.call("chat.delete", channel=channel, ts=ts)
        except SlackRefused as error:
            log.debug("%s/%s can't be deleted: %s", channel, ts, error)

    async def _send(
        self,
        channel: str,
        thread_ts: str,
        ts: str,
        drawn: dict[str, Any],
        body: dict[str, Any],
        key: str,
        stream: Open | None = None,
    ) -> str:
        """Post or update; in a plainer form, where that is refused, and the charts as pictures then."""

        async def send(form: dict[str, Any]) -> str:
            if ts and stream and stream.is_written:
                return await self._over_text(channel, thread_ts, ts, form, stream, key)
            if ts and stream and await self._ended(channel, ts, form, stream.chunks, key):
                return f"{channel}/{ts}"
            return await self._send_as_is(channel, thread_ts, ts, form, {"key": key})

        try:
            return await send(drawn)
        except SlackRefused as error:
            if error.code not in refusals.FORM:
                raise
            log.warning("Slack does not take a message as it is (%s); it is sent in a plainer form", error.code)
        try:
            placed = await send(plainer(drawn, body))
        except SlackRefused as error:
            if error.code not in refusals.FORM:
                raise
            placed = await send(shorter(drawn))
        await show_pictures(self._api, drawn, body, placed.partition("/")[0], thread_ts)
        return placed

    async def _over_text(
        self, channel: str, thread_ts: str, ts: str, drawn: dict[str, Any], stream: Open, key: str
    ) -> str:
        """Put a message in the place of a stream that holds its beginning, which would be told twice otherwise.

        The plan stays above it, where Slack tells its blocks and takes them again.
        """
        plan: Sequence[dict[str, Any]] = ()
        try:
            plan = await self.streams.close(channel, ts, stream.chunks)
        except SlackRefused as error:
            log.debug("a stream can't be ended: %s", error)
        if plan and drawn.get("blocks"):
            try:
                whole = {**drawn, "blocks": [*plan, *drawn["blocks"]]}
                return await self._send_as_is(channel, thread_ts, ts, whole, {"key": key})
            except SlackRefused as error:
                if error.code not in refusals.FORM:
                    raise
                log.debug("a plan is not taken again: %s", error)
        return await self._send_as_is(channel, thread_ts, ts, drawn, {"key": key})

    async def _ended(
        self, channel: str, ts: str, drawn: dict[str, Any], last_chunks: Sequence[dict[str, Any]], key: str
    ) -> bool:
        """End an open stream with a message; False where it has to be put in its place as in any other's."""
        if not drawn.get("blocks"):
            return False
        try:
            return await self.streams.end(channel, ts, drawn, last_chunks, _metadata({"key": key}))
        except SlackRefused as error:
            if error.code in refusals.FORM:
                raise
            log.debug("a stream can't be ended: %s", error)
            return False

    async def _send_as_is(
        self, channel: str, thread_ts: str, ts: str, drawn: dict[str, Any], payload: dict[str, str]
    ) -> str:
        if ts and await self._put(channel, ts, drawn, payload):
            return f"{channel}/{ts}"
        async with self._pace.turn(channel):
            where = {"channel": channel, **_thread(thread_ts), "metadata": _metadata(payload)}
            answer = await self._api.call("chat.postMessage", **{**drawn, **QUIET, **where})
        if ts:
            await self.delete(channel, ts)
        return f"{answer.get('channel') or channel}/{answer.get('ts', '')}"

    async def _put(self, channel: str, ts: str, drawn: dict[str, Any], payload: dict[str, str]) -> bool:
        """Replace a message; False where it can't be replaced. Raises `SlackRefused`, `PostFailed`."""
        # Without blocks of its own, an update would keep those that were there.
        said = {name: value for name, value in drawn.items() if not name.startswith("unfurl")}
        where = {"channel": channel, "ts": ts, "link_names": False, "metadata": _metadata(payload)}
        for is_open in (True, False):
            try:
                return await self._api.try_call("chat.update", **{"blocks": [], **said, **where}) is not None
            except SlackRefused as error:
                if error.code in refusals.NOT_THERE:
                    return False
                if error.code != OPEN or not is_open:
                    raise
            try:
                await self.streams.close(channel, ts)
            except SlackRefused as error:
                log.debug("a stream can't be ended: %s", error)
                return False
        return False  # pragma: no cover (the second time returns or raises)

    async def _directly(self, target: dict[str, Any], drawn: dict[str, Any], body: dict[str, Any], key: str) -> str:
        """Into the asker's direct messages."""
        if body["personal"]:
            drawn = await self._for_asker(target, drawn)
        channel = await self._direct_channel(target["user"])
        try:
            return await self._send(channel, "", "", drawn, body, key)
        except SlackRefused as error:
            raise self._refused(error) from None

    async def _for_asker(self, target: dict[str, Any], drawn: dict[str, Any]) -> dict[str, Any]:
        """What is personal, for whom it may still be. Raises `PostRefused` when nobody is there."""
        try:
            standing = await self._directory.standing(target["user"], target["tenant"], fresh=True)
        except SlackRefused as error:
            raise self._refused(error) from None
        if standing == "gone":
            raise PostRefused(refusals.PERSON["user_disabled"])
        return {"text": sections("notices")["guest"]} if standing == "guest" else drawn

    async def _must_be_direct(self, target: dict[str, Any], body: dict[str, Any]) -> bool:
        """Whether a shared place is no place for it now. What is personal never goes to one."""
        if not target.get("user"):
            return False
        if body["personal"]:
            return True
        try:
            return not target["external"] and await self._directory.is_external(target["channel"])
        except SlackRefused:
            return False  # the post will say what is wrong with the channel

    async def _direct_channel(self, user: str) -> str:
        if user not in self._direct:
            try:
                answer = await self._api.try_call("conversations.open", users=user)
            except SlackRefused as error:
                raise self._refused(error) from None
            if len(self._direct) >= _MOST_KNOWN:
                self._direct.clear()
            # A stand-in without it takes the user's id in the place of a channel's, as Slack itself does.
            self._direct[user] = str(((answer or {}).get("channel") or {}).get("id") or user)
        return self._direct[user]

    def _refused(self, error: SlackRefused) -> Exception:
        """A refusal as the outbox understands it: one that an administrator can mend is tried again later."""
        if error.code == "missing_scope":
            self._api.lacks(error.needed)
            return PostFailed(self._api.problem)
        return PostRefused(refusals.reason_of(error.code), is_place=error.code in {*refusals.PLACE, *refusals.PERSON})


def _metadata(payload: dict[str, str]) -> dict[str, Any]:
    return {"event_type": EVENT_TYPE, "event_payload": payload}


def _thread(ts: str) -> dict[str, str]:
    return {"thread_ts": ts} if ts else {}
