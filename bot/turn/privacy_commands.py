"""The commands with which people get or delete everything that is kept about them. They are about nobody else, ever."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import RecordsRefused
from bot.records import confirmations, personal_data
from bot.turn.rendering import escape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bot.turn.commands import CommandContext

FORGET = "forget"
TERMINAL = "terminal"
_PRIVATE_FILE = 0o600


async def forget_command(context: CommandContext, words: Sequence[str]) -> str:
    """Delete what is kept about you: `/forget`, then `/forget confirm CODE`."""
    now = context.now()
    if not words:
        async with context.database.write() as session:
            code = await confirmations.new_code(session, context.actor, FORGET, now=now)
        minutes = int(confirmations.VALID_FOR.total_seconds() // 60)
        return (
            "This deletes your questions and answers, portfolios, watchlist, targets, alerts, digests and feedback for "
            f"good; `/export` gives you a copy. To go on, type `/forget confirm {code}` within {minutes} minutes."
        )
    if len(words) != 2 or words[0].lower() != "confirm":
        return "Say `/forget`, and then `/forget confirm CODE` with the code you get."
    try:
        async with context.database.write() as session:
            if not await confirmations.take_code(session, context.actor, FORGET, words[1], now=now):
                return "Nothing was deleted: that code is wrong, used or too old. Type `/forget` for a new one."
            counts = await personal_data.forget(session, context.actor, context.actor.user, at=now)
    except RecordsRefused as refused:
        return escape(str(refused))
    await context.database.empty_log()
    turns, portfolios = counts["turns"], counts["portfolios"]
    return (
        f"Deleted: {turns} question{'' if turns == 1 else 's'} with {'its' if turns == 1 else 'their'} answers, "
        f"{portfolios} portfolio{'' if portfolios == 1 else 's'}, and all else that was kept about you. "
        "That you asked for this, and when, stays in the audit log. Backups made before still hold it."
    )


async def export_command(context: CommandContext, words: Sequence[str]) -> str:
    """A copy of everything that is kept about you, as a JSON file: `/export`."""
    if words:
        return "Say `/export` alone: it is of everything that is kept about you."
    if context.surface != TERMINAL:
        return (
            "A copy of your data can't be sent here. Ask your administrator to run "
            f"`tuppence admin export {escape(context.actor.user)} --tenant {escape(context.actor.tenant)}`."
        )
    now = context.now()
    async with context.database.write() as session:
        document = await personal_data.everything_about(session, context.actor, context.actor.user, at=now)
    path = write_export(document, context.actor.user, now)
    return f"Everything that is kept about you is in {escape(str(path))}, readable by you alone."


def write_export(document: dict[str, Any], user: str, at: datetime, file: Path | None = None) -> Path:
    """Write the document for its owner alone; to `file`, else to the working directory, else to the home folder.

    Never over a file that is there. Raises `RecordsRefused`.
    """
    name = f"tuppence-{re.sub(r'[^A-Za-z0-9_.-]+', '-', user)[:60]}-{at:%Y%m%d-%H%M%S}.json"
    paths = [file] if file else [Path.cwd() / name, Path.home() / name]
    text = json.dumps(document, ensure_ascii=False, indent=2)
    problem = ""
    for path in paths:
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _PRIVATE_FILE)
        except OSError as error:
            problem = (error.strerror or type(error).__name__).lower()
            continue
        with os.fdopen(handle, "w", encoding="utf-8") as written:
            written.write(text)
        return path
    raise RecordsRefused(f"{paths[-1]} can't be written ({problem}). Name a new file in a folder of yours.")
