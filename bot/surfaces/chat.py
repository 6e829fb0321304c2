"""The interactive form: one conversation in the terminal."""

from __future__ import annotations

import asyncio
import uuid
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING

from bot.app import start
from bot.jobs.terminal_alerts import alerts_at_terminal
from bot.surfaces.console import ConsoleSurface, read_line
from bot.turn.assistant import Question

if TYPE_CHECKING:
    from bot.settings import Settings

ENDS = frozenset({"/quit", "/exit", "quit", "exit", ":q"})


async def run_chat(settings: Settings, user: str) -> None:
    """Ask and answer until Ctrl-D, Ctrl-C or `/quit`."""
    with suppress(ImportError):
        import readline  # noqa: F401 (line editing and history, where the system has it)
    surface = ConsoleSurface()
    async with AsyncExitStack() as stack:
        with surface.working():
            app = await stack.enter_async_context(start(settings, user))
        for notice in app.notices:
            surface.notice(notice)
        surface.out.print("Tuppence, an automated assistant that can be wrong. Ask away; /help lists commands.")
        with surface.working():
            for reply in await alerts_at_terminal(app.assistant.parts, app.actor):
                surface.show(reply)
        conversation = f"chat-{uuid.uuid4().hex[:12]}"
        while (text := read_line("› ")) is not None:
            await asyncio.sleep(0)  # what came in while the person typed, such as a closed connection, is heard first
            if text.strip().lower() in ENDS:
                break
            with surface.working():
                reply = await app.assistant.ask(Question(text, app.actor, conversation), surface)
            surface.show(reply)
            surface.out.print()
        else:
            surface.out.print()  # Ctrl-D and Ctrl-C leave the cursor behind the prompt
