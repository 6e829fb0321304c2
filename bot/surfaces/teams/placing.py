"""Puts messages where they belong: into the one that stands there already, where there is one."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.jobs.posting import PostFailed, PostRefused
from bot.surfaces.answer import Span
from bot.surfaces.teams.failures import TeamsRefused
from bot.surfaces.teams.markup import rich
from bot.surfaces.teams.pictures import pictured
from bot.surfaces.teams.progress import line
from bot.surfaces.teams.words import in_pieces, in_words
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


class Placing:
    """Posts, fills, updates and deletes."""

    def __init__(self, api: TeamsApi, pace: Pace, directory: Directory, references: References) -> None:
        self._api, self._pace, self._directory, self._references = api, pace, directory, references

    async def place(self, message: Outgoing, shown: str, written: str = "") -> str:
        """Post a message, or put it into the one that is `shown`; returns its name, "conversation/id".

        `written` is what that one, a stream, shows of the answer already. Right before, Teams is asked whether the
        person is still what they were. Where the place refuses it, the asker gets it directly. Raises `PostRefused`,
        `PostFailed`.
        """
        target, body = message.target, message.body
        drawn = dict(body["message"])
        is_direct = target.get("kind") == "direct" or "conversation" not in target
        if not is_direct and body["personal"]:  # never: it would be a slip of ours
            return await self._directly(target, with_note(drawn, SHARED_NOW, body), body)
        where = await self._references.where(target)
        if is_direct and body["personal"]:
            drawn = await self._for_asker(where, target, drawn)
        try:
            return await self._send(where, shown, drawn, body, stream=written if is_direct else None)
        except TeamsRefused as error:
            if not error.is_gone:
                raise PostRefused(f"Teams does not take it ({error})", is_place=False) from None
            await self._give_up(where, target, f"{GONE} ({error})")
        if is_direct or not target.get("user"):
            raise PostRefused(GONE)
        return await self._directly(target, with_note(drawn, f"I could not answer you there: {GONE}.", body), body)

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

    async def redraw(
        self, where: Mapping[str, Any], message_id: str, drawn: dict[str, Any], body: Mapping[str, Any]
    ) -> None:
        """Put a changed message in its own place, without its pictures where it is refused with them."""
        full = await pictured(drawn, body.get("drawings", {}))
        try:
            await self._api.update(where, message_id, full)
        except TeamsRefused as error:
            if full is drawn or not error.is_of_form:
                raise
            await self._api.update(where, message_id, drawn)

    async def _give_up(self, where: Mapping[str, Any], target: Mapping[str, Any], reason: str) -> None:
        """Send nothing more to a conversation, until it is heard of again."""
        await self._references.fail(target["tenant"], where["conversation"].partition(";")[0], reason)

    async def _directly(self, target: Mapping[str, Any], drawn: dict[str, Any], body: Mapping[str, Any]) -> str:
        """To the asker alone."""
        where = await self._references.direct(target)
        if body["personal"]:
            drawn = await self._for_asker(where, target, drawn)
        try:
            return await self._send(where, "", drawn, body, stream=None)
        except TeamsRefused as error:
            if error.is_gone:
                await self._give_up(where, target, f"{GONE} ({error})")
            raise PostRefused(f"Teams does not take it ({error})", is_place=False) from None

    async def _for_asker(
        self, where: Mapping[str, Any], target: Mapping[str, Any], drawn: dict[str, Any]
    ) -> dict[str, Any]:
        """What is personal, for whom it may still be. Raises `PostRefused` when nobody is there."""
        try:
            standing = await self._directory.standing(where, target["user"], target["tenant"], fresh=True)
        except TeamsRefused as error:
            if not error.is_gone:
                raise PostFailed(f"who is there can't be asked ({error})") from None
            await self._give_up(where, target, f"{GONE} ({error})")
            raise PostRefused(GONE) from None
        if standing == "gone":
            await self._give_up(where, target, LEFT)
            raise PostRefused(LEFT)
        return line(sections("notices")["guest"]) if standing == "guest" else drawn

    async def _send(
        self,
        where: Mapping[str, Any],
        shown: str,
        drawn: dict[str, Any],
        body: Mapping[str, Any],
        *,
        stream: str | None,
    ) -> str:
        """Post or fill; in plainer forms, where those before are refused. `stream` is what a stream shows already."""
        full = await pictured(drawn, body.get("drawings", {}))
        forms = [*([[full]] if full is not drawn else []), [drawn], [in_words(drawn)], in_pieces(drawn)]
        for first, *more in forms:
            try:
                posted = await self._send_as_is(where, shown, first, stream)
                for piece in more:  # tried again as a whole: rather twice than lost
                    await self._send_as_is(where, "", piece, None)
            except TeamsRefused as error:
                if not error.is_of_form:
                    raise
                refusal = error
                log.warning("Teams does not take a message as it is (%s); it is sent in a plainer form", error)
            else:
                return posted
        raise refusal

    async def _send_as_is(self, where: Mapping[str, Any], shown: str, drawn: dict[str, Any], stream: str | None) -> str:
        async with self._pace.turn(where["conversation"]):
            if shown and await self._fill(where, shown, drawn, stream):
                return f"{where['conversation']}/{shown}"
            return f"{where['conversation']}/{await self._api.send(where, drawn)}"

    async def _fill(self, where: Mapping[str, Any], shown: str, drawn: dict[str, Any], stream: str | None) -> bool:
        """Put a message in the place of the one that stands there; False where that is gone.

        Teams lets a stream end only with what it shows and more. One that shows something else ends as it is, and its
        message is replaced.
        """
        if stream is not None:
            goes_on = str(drawn.get("text") or "").startswith(stream)
            try:
                await self._api.end_stream(where, shown, drawn if goes_on else as_streamed(stream))
            except TeamsRefused as error:
                if error.is_stopped and goes_on:  # at the last moment: what was shown until then stays
                    return True
                if not error.is_of_stream and error.status != 404:
                    raise
                log.debug("a stream can't be ended (%s): its message is replaced", error)
            else:
                if goes_on:
                    return True
        try:
            await self._api.update(where, shown, drawn)
        except TeamsRefused as error:
            if error.status != 404:
                raise
            return False
        return True


def as_streamed(text: str) -> dict[str, Any]:
    """The text as a message, read as it was streamed."""
    return {"type": "message", "text": text, "textFormat": "markdown"}


def with_note(drawn: Mapping[str, Any], note: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """A message with a line before it, in its card where it has no words; those that only go on have none."""
    if "record" in body and body["record"] is None:
        return dict(drawn)
    text, attachments = str(drawn.get("text") or ""), drawn.get("attachments")
    if text or not attachments:
        return {**drawn, "text": f"{note}\n\n{text}".strip()}
    content = attachments[0]["content"]
    noted = {**attachments[0], "content": {**content, "body": [*rich((Span(note),)), *content["body"]]}}
    return {**drawn, "attachments": [noted, *attachments[1:]]}
