"""Buttons, forms and shortcuts: each finds its handler by its name; Slack hears of it at once, the work comes after."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.errors import DatabaseError, TuppenceError
from bot.jobs.posting import PostFailed, PostRefused
from bot.redaction import one_line
from bot.surfaces.slack.api import SlackRefused
from bot.surfaces.slack.presses import Press, read_press

if TYPE_CHECKING:
    from collections.abc import Coroutine

log = logging.getLogger(__name__)
STOPPING = 5.0
"""Seconds that are given, at the end, to what is still being done."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a press comes to: `body` goes with the acknowledgement (a form's errors), `then` is done after it."""

    body: Mapping[str, Any] = field(default_factory=dict)
    then: Callable[[], Coroutine[Any, Any, None]] | None = None


DONE = Answer()
Handler = Callable[[Press], Awaitable[Answer]]
"""Stores what must not be lost, within moments, and says what is to follow. Raises `DatabaseError`."""


class Interactions:
    """The one list of what can be pressed. Whoever draws a control names its handler here.

    `actions`: the beginning of an `action_id` → handler, the longest one counts. `submissions` and `closings`: a
    form's `callback_id` → handler. `shortcuts`: a shortcut's `callback_id` → handler.
    """

    def __init__(self) -> None:
        self.actions: dict[str, Handler] = {}
        self.submissions: dict[str, Handler] = {}
        self.closings: dict[str, Handler] = {}
        self.shortcuts: dict[str, Handler] = {}
        self._in_hand: set[asyncio.Task[None]] = set()

    async def take(self, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """One delivery; returns what goes with its acknowledgement, {} for nothing.

        Raises `DatabaseError`: it is then not acknowledged, and the person sees that it failed.
        """
        press = read_press(payload)
        handler = self._handler(press) if press else None
        if press is None or handler is None:
            log.debug("ignored: an interaction of type %s", one_line(str(payload.get("type")))[:40])
            return {}
        try:
            answer = await handler(press)
        except DatabaseError:
            raise
        except Exception:
            log.exception("a press of %s failed", one_line(press.name)[:60])
            return {}
        if answer.then:
            self._begin(answer.then, press.name)
        return answer.body

    async def aclose(self) -> None:
        """Give what is in hand a moment, and stop the rest."""
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=STOPPING)
        for task in self._in_hand:
            task.cancel()
        await asyncio.gather(*self._in_hand, return_exceptions=True)

    def _handler(self, press: Press) -> Handler | None:
        match press.kind:
            case "submission":
                return self.submissions.get(press.name)
            case "closed":
                return self.closings.get(press.name)
            case "shortcut":
                return self.shortcuts.get(press.name)
        fitting = [beginning for beginning in self.actions if press.name.startswith(beginning)]
        return self.actions[max(fitting, key=len)] if fitting else None

    def _begin(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        task = asyncio.create_task(self._see_to(work, name))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def _see_to(self, work: Callable[[], Coroutine[Any, Any, None]], name: str) -> None:
        """What follows a press: what must not be lost is stored by then, so a failure here costs a picture of it."""
        try:
            await work()
        except (PostFailed, PostRefused, SlackRefused, TuppenceError) as error:
            log.warning("what follows a press of %s failed: %s", one_line(name)[:60], one_line(str(error))[:200])
        except Exception:
            log.exception("what follows a press of %s failed", one_line(name)[:60])
