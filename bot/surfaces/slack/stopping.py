"""What a person stops, by Slack's button or in words: the model is stopped by whoever runs it, and all show so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.surfaces.slack.events import COMMAND, DIRECT

if TYPE_CHECKING:
    from bot.jobs.intake import Intake
    from bot.records.inbox import Event
    from bot.surfaces.slack.events import StopAsked
    from bot.surfaces.slack.live import Live

STOPPED = "I stopped what I was working on for you here."
NOTHING_STOPPED = "Nothing is under way for you here."


async def stop(asked: StopAsked, intake: Intake, live: Live | None, said: Event | None = None) -> bool:
    """Stop it; False where nothing was under way. Returns once that is on record, and shows it after that.

    `said` is the message that says so; it is a question like any other where there was nothing to stop.
    Raises `DatabaseError`.
    """
    stopped = await intake.stop(
        asked.tenant,
        asked.channel,
        before=asked.at,
        thread=asked.thread,
        user=asked.user,
        others=(f"{DIRECT}/{asked.user}", f"/{asked.user}{COMMAND}") if asked.elsewhere else (),
        said=said,
    )
    if live:
        for event, is_left in stopped:
            if is_left:  # its worker died: nobody else will say so
                live.later(live.stopped(event))
        if asked.thread:  # Slack leaves the session as it is until it is told
            live.clear_status(asked.tenant, asked.channel, asked.thread)
    return bool(stopped)
