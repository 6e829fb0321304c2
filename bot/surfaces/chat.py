"""The interactive form: one conversation in the terminal."""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING

from bot.app import start
from bot.surfaces.console import ConsoleSurface
from bot.turn.assistant import Question

if TYPE_CHECKING:
    from bot.settings import Settings

ENDS = frozenset({"/quit", "/exit", "quit", "exit", ":q"})


async def run_chat(settings: Settings, user: str) -> None:
    """Ask and answer until Ctrl-D, Ctrl-C or `/quit`."""
    try:
        import readline  # noqa: F401, PLC0415 (line editing and history, where the system has it)
    except ImportError:
        pass
    surface = ConsoleSurface()
    with surface.working():
        context = start(settings, user)
        app = await context.__aenter__()
    try:
        for notice in app.notices:
            surface.notice(notice)
        surface.out.print("Tuppence, an automated assistant that can be wrong. Ask away; /help lists commands.")
        conversation = f"chat-{uuid.uuid4().hex[:12]}"
        while (text := await _read()) is not None:
            if text.strip().lower() in ENDS:
                break
            with surface.working():
                reply = await app.assistant.ask(Question(text, app.actor, conversation), surface.say)
            surface.show(reply)
            surface.out.print()
    finally:
        await context.__aexit__(None, None, None)


async def _read() -> str | None:
    """One line, or None at the end of the input."""
    try:
        return await asyncio.to_thread(input, "› ")
    except EOFError:
        return None
