"""Puts messages where they belong: into the one that stands there already, where there is one."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.jobs.posting import PostFailed, PostRefused
from bot.surfaces.teams.failures import TeamsRefused
from bot.surfaces.teams.progress import line
from bot.turn.prompting import sections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.records.inbox import Outgoing
    from bot.surfaces.pacing import Pace
    from bot.surfaces.teams.api import TeamsApi
    from bot.surfaces.teams.directory import Directory
    from bot.surfaces.teams.references import References

log = logging.getLogger(__name__)
SHARED_NOW = "That place is no place for it now, so I answer you here."
GONE = "that conversation is gone, or I was taken out of it"
LEFT = "that person is not in the organisation any more"
TAKEN_BACK = "This was taken back."
_LONGEST_PLAIN = 3500


class Placing:
    """Posts, fills, updates and deletes."""

    def __init__(self, api: TeamsApi, pace: Pace, directory: Directory, references: References) -> None:
        self._api, self._pace, self._directory, self._references = api, pace, directory, references

    async def place(self, message: Outgoing, shown: str) -> str:
        """Post a message, or put it into the one that is `shown`; returns its name, "conversation/id".

        Right before, Teams is asked whether the person is still what they were. Where the place refuses it, the asker
        gets it directly. Raises `PostRefused`, `PostFailed`.
        """
        target, body = message.target, message.body
        drawn = dict(body["message"])
        is_direct = target.get("kind") == "direct" or "conversation" not in target
        if not is_direct and body["personal"]:  # never: it would be a slip of ours
            return await self._directly(target, with_note(drawn, SHARED_NOW), body)
        where = await self._references.where(target)
        if is_direct and body["personal"]:
            drawn = await self._for_asker(where, target, drawn)
        try:
            return await self._send(where, shown, drawn, is_stream=is_direct)
        except TeamsRefused as error:
            if not error.is_gone:
                raise PostRefused(f"Teams does not take it ({error})", is_place=False) from None
            await self._references.fail(target["tenant"], where["conversation"].partition(";")[0], f"{GONE} ({error})")
        if is_direct or not target.get("user"):
            raise PostRefused(GONE)
        return await self._directly(target, with_note(drawn, f"I could not answer you there: {GONE}."), body)

    async def delete(self, where: Mapping[str, Any], message_id: str) -> None:
        """Delete a message of our own, or empty one that can't be deleted. Raises `PostFailed`."""
        try:
            await self._api.delete(where, message_id)
        except TeamsRefused as error:
            if error.status == 404:
                return
            log.debug("a message can't be deleted: %s", error)
            with suppress(TeamsRefused):
                await self._api.update(where, message_id, line(TAKEN_BACK))

    async def _directly(self, target: Mapping[str, Any], drawn: dict[str, Any], body: Mapping[str, Any]) -> str:
        """To the asker alone."""
        where = await self._references.direct(target)
        if body["personal"]:
            drawn = await self._for_asker(where, target, drawn)
        try:
            return await self._send(where, "", drawn, is_stream=False)
        except TeamsRefused as error:
            raise PostRefused(f"Teams does not take it ({error})", is_place=False) from None

    async def _for_asker(
        self, where: Mapping[str, Any], target: Mapping[str, Any], drawn: dict[str, Any]
    ) -> dict[str, Any]:
        """What is personal, for whom it may still be. Raises `PostRefused` when nobody is there."""
        try:
            standing = await self._directory.standing(where, target["user"], target["tenant"], fresh=True)
        except TeamsRefused as error:
            raise PostFailed(f"who is there can't be asked ({error})") from None
        if standing == "gone":
            raise PostRefused(LEFT)
        return line(sections("notices")["guest"]) if standing == "guest" else drawn

    async def _send(self, where: Mapping[str, Any], shown: str, drawn: dict[str, Any], *, is_stream: bool) -> str:
        """Post or fill; in plainer forms, where those before are refused."""
        for form in (drawn, plainer(drawn), shorter(drawn)):
            try:
                return await self._send_as_is(where, shown, form, is_stream=is_stream)
            except TeamsRefused as error:
                if not error.is_of_form:
                    raise
                refusal = error
                log.warning("Teams does not take a message as it is (%s); it is sent in a plainer form", error)
        raise refusal

    async def _send_as_is(self, where: Mapping[str, Any], shown: str, drawn: dict[str, Any], *, is_stream: bool) -> str:
        async with self._pace.turn(where["conversation"]):
            if shown and await self._fill(where, shown, drawn, is_stream=is_stream):
                return f"{where['conversation']}/{shown}"
            return f"{where['conversation']}/{await self._api.send(where, drawn)}"

    async def _fill(self, where: Mapping[str, Any], shown: str, drawn: dict[str, Any], *, is_stream: bool) -> bool:
        """Put a message in the place of the one that stands there; False where that is gone."""
        if is_stream:
            try:
                await self._api.end_stream(where, shown, drawn)
            except TeamsRefused as error:
                if error.is_stopped:  # at the last moment: what was shown until then stays
                    return True
                if not error.is_of_stream and error.status != 404:
                    raise
                log.debug("a stream can't be ended (%s): its message is replaced", error)
            else:
                return True
        try:
            await self._api.update(where, shown, drawn)
        except TeamsRefused as error:
            if error.status != 404:
                raise
            return False
        return True


def with_note(drawn: Mapping[str, Any], note: str) -> dict[str, Any]:
    """A message with a line before it."""
    text = str(drawn.get("text") or "")
    return {**drawn, "text": f"{note}\n\n{text}".strip()}


def plainer(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """The same message in words alone."""
    words = str(drawn.get("summary") or drawn.get("text") or "")
    return {**line(words), "entities": drawn.get("entities"), "channelData": drawn.get("channelData")}


def shorter(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """So short and plain that Teams can't refuse its form."""
    words = str(drawn.get("summary") or drawn.get("text") or "")
    cut = f"{words[:_LONGEST_PLAIN]}…\n\n(The rest is too long for one message of Teams.)"
    return line(words if len(words) <= _LONGEST_PLAIN else cut)
