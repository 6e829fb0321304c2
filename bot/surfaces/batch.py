"""Many questions in one process: JSON lines in, JSON lines out, in order, a progress bar on stderr."""

from __future__ import annotations

import json
import sys
import uuid
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console
from rich.progress import track

from bot.app import start
from bot.errors import BatchRefused
from bot.records.sample import admit
from bot.records.store import Actor
from bot.turn.assistant import Question
from bot.turn.evidence import reply_record

if TYPE_CHECKING:
    from pathlib import Path

    from bot.app import App
    from bot.settings import Settings


class BatchLine(BaseModel):
    """One line of a batch file."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    question: str
    history: list[str] = Field(default_factory=list, max_length=20)
    user: str = ""


async def run_batch(settings: Settings, path: Path, user: str) -> int:
    """Answer every line of `path`; returns how many lines could not be read or answered.

    Raises `BatchRefused` when the file itself can't be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BatchRefused(str(path), getattr(error, "strerror", None) or "it is not UTF-8 text") from None
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    failures = 0
    async with start(settings, user) as app:
        for number, line in track(numbered, description="Answering", console=Console(stderr=True)):
            record = await _answer(app, number, line)
            failures += record["status"] == "failed"
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
            sys.stdout.flush()
    return failures


async def _answer(app: App, number: int, line: str) -> dict[str, Any]:
    try:
        item = BatchLine.model_validate_json(line)
    except ValidationError as error:
        reason = error.errors(include_url=False, include_input=False)[0]["msg"]
        complaint = f'Line {number} can\'t be read ({reason}); write {{"id": "1", "question": "price of Apple"}}.'
        return {"id": None, "turn_id": None, "question": None, "answer": complaint, "status": "failed"}
    actor = app.actor
    if item.user:
        actor = Actor(item.user)
        async with app.assistant.parts.database.write() as session:
            await admit(session, actor)
    conversation = f"batch-{uuid.uuid4().hex}"
    for earlier in item.history:
        await app.assistant.ask(Question(earlier, actor, conversation, "batch"))
    reply = await app.assistant.ask(Question(item.question, actor, conversation, "batch"))
    return {"id": item.id, **reply_record(reply)}
