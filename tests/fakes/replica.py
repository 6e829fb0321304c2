"""`python -m tests.fakes.replica`: a real `tuppence serve` on the fake chat platform, which can kill itself -9.

DIE_AT names a stage of the work and how often it is passed before: "posted:3" dies right after the third post was taken
by the platform and before that is recorded.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import timedelta
from functools import partial
from typing import Any

from bot.jobs.alerts import AlertPass
from bot.jobs.imports import ImportHandler
from bot.jobs.intake import Intake
from bot.jobs.posting import Poster
from bot.jobs.questions import Attempt, QuestionHandler
from bot.jobs.worker import Limits, Worker
from bot.llm.embedded import EmbeddedModel
from bot.serving import serve
from bot.settings import load_settings
from tests.fakes.chat_surface import ChatServerSurface
from tools.toolbox import Toolbox

STAGES = (
    "before stored",
    "stored",
    "before claimed",
    "claimed",
    "in model",
    "in tool",
    "before finished",
    "finished",
    "before posted",
    "posted",
    "recorded",
)
LIMITS = Limits(
    lease=timedelta(seconds=2),
    poll=timedelta(milliseconds=100),
    stopping=timedelta(seconds=10),
    most_attempts=20,  # the same question may be the one at each of the eleven deaths, which is no fault of its own
)


class Executioner:
    """Counts how often each stage is passed, and kills the process at the one that was named."""

    def __init__(self, sentence: str) -> None:
        self.stage, _, count = sentence.partition(":")
        self.left = int(count or 0)

    def passing(self, stage: str) -> None:
        if stage and stage == self.stage:
            self.left -= 1
            if self.left <= 0:
                sys.stderr.write(f"dying at “{stage}”\n")
                os.kill(os.getpid(), signal.SIGKILL)


def watch(executioner: Executioner, owner: type, name: str, before: str = "", after: str = "") -> None:
    """Let a method be called under the executioner's eyes."""
    inner = getattr(owner, name)

    async def watched(*arguments: Any, **named: Any) -> Any:
        executioner.passing(before)
        result = await inner(*arguments, **named)
        executioner.passing(after)
        return result

    setattr(owner, name, watched)


def arrange(executioner: Executioner, surface: type = ChatServerSurface) -> None:
    """Let every stage be passed under the executioner's eyes."""
    around = partial(watch, executioner)
    around(Worker, "accept", "before stored", "stored")
    around(Worker, "_claim", "before claimed")
    around(QuestionHandler, "run", "claimed")
    around(Intake, "decide", "before decided", "decided")
    around(ImportHandler, "run", "before imported", "imported")
    around(Toolbox, "call", "in tool")
    around(Attempt, "finish", "before finished")
    around(Poster, "post_all", "finished", "recorded")
    around(surface, "post", "before posted", "posted")
    around(AlertPass, "run", "", "pass done")
    chat = EmbeddedModel.chat

    async def watched_chat(*arguments: Any, **named: Any) -> Any:
        async for piece in chat(*arguments, **named):
            executioner.passing("in model")
            yield piece

    EmbeddedModel.chat = watched_chat  # type: ignore[method-assign]


if __name__ == "__main__":
    arrange(Executioner(os.environ.get("DIE_AT", "")))
    asyncio.run(
        serve(
            load_settings(),
            "127.0.0.1",
            int(os.environ["PORT"]),
            surfaces=[ChatServerSurface(os.environ["CHAT_SERVER"])],
            limits=LIMITS,
            announce=lambda address: sys.stdout.write(f"{address}\n") and sys.stdout.flush(),
        )
    )
