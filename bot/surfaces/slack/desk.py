"""What the handler of a press works with: the records, the inbox, and ways to show the person something."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.surfaces.slack.api import SlackRefused
from bot.surfaces.slack.markup import entities
from bot.surfaces.slack.placing import QUIET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.jobs.intake import Intake
    from bot.surfaces.slack.home_tab import HomeTab
    from bot.surfaces.slack.presses import Press
    from bot.surfaces.slack.workspaces import Workspaces
    from bot.turn.assistant import Parts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a handler may use; `parts` are the running server's."""

    workspaces: Workspaces
    parts: Parts
    intake: Intake
    locale: str
    time_zone: str
    home: HomeTab

    async def tell(self, press: Press, text: str) -> None:
        """Say something to who pressed, and to nobody else: beside the message or, where that can't be, directly.

        Raises `PostFailed`, `PostRefused`, `SlackRefused`.
        """
        workspace = await self.workspaces.of(press.tenant)
        said = {"text": entities(text), "mrkdwn": False}
        if press.channel:
            where = {"channel": press.channel, "user": press.user}
            thread = {"thread_ts": press.thread_ts} if press.thread_ts else {}
            try:
                if await workspace.api.try_call("chat.postEphemeral", **where, **thread, **said) is not None:
                    return
            except SlackRefused as error:
                log.debug("a person can't be told beside the message: %s", error)
        channel = await workspace.placing.channel_of({"user": press.user})
        await workspace.api.call("chat.postMessage", channel=channel, **said, **QUIET)

    async def open(self, press: Press, view: Mapping[str, Any]) -> bool:
        """Open a form for who pressed; False where this Slack can't, or it took too long.

        Raises `PostFailed`, `PostRefused`.
        """
        workspace = await self.workspaces.of(press.tenant)
        try:
            answer = await workspace.api.try_call("views.open", trigger_id=press.trigger_id, view=dict(view))
        except SlackRefused as error:
            log.debug("a form can't be opened: %s", error)
            return False
        return answer is not None

    async def redraw(self, press: Press, drawn: Mapping[str, Any]) -> bool:
        """Put something else in the place of the message that was pressed; False where it can't be.

        Raises `PostFailed`, `PostRefused`.
        """
        if not (press.channel and press.ts):
            return False
        workspace = await self.workspaces.of(press.tenant)
        said = {name: value for name, value in drawn.items() if not name.startswith(("unfurl", "mrkdwn"))}
        try:
            where = {"channel": press.channel, "ts": press.ts, "link_names": False}
            answer = await workspace.api.try_call("chat.update", **{**said, **where})
        except SlackRefused as error:
            log.debug("a message can't be changed after a press: %s", error)
            return False
        return answer is not None
