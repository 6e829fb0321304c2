"""Many questions in one process: JSON lines in, JSON lines out, in order, a progress bar on stderr."""

from __future__ import annotations

import json
import sys
import uuid
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from rich.console import Console
from rich.progress import track

from bot.app import start
from bot.errors import BatchRefused
from bot.messages import Reply
from bot.records.sample import admit
from bot.records.users import Actor
from bot.settings import read_user
from bot.surfaces.console import ConsoleSurface
from bot.turn.assistant import Question
from bot.turn.evidence import reply_record

if TYPE_CHECKING:
    from pathlib import Path

    from bot.app import App
    from bot.settings import Settings


# Some readers take these for ends of lines, too.
LINE_ENDS = str.maketrans({"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})
EXAMPLE = '{"id": "1", "question": "price of Apple"}'


class BatchLine(BaseModel):
    """One line of a batch file."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    question: str
    history: list[str] = Field(default_factory=list, max_length=20)
    user: Annotated[str, AfterValidator(read_user)] = ""


async def run_batch(settings: Settings, path: Path, user: str) -> int:
    """Answer every line of `path`; returns how many lines could not be read or answered.

    Raises `BatchRefused` when the file itself can't be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # JSON may hold the other line separators as they are
    except (OSError, UnicodeDecodeError) as error:
        raise BatchRefused(str(path), getattr(error, "strerror", None) or "it is not UTF-8 text") from None
    numbered = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    failures = 0
    async with start(settings, user) as app:
        for notice in app.notices:
            ConsoleSurface().notice(notice)
        for number, line in track(numbered, description="Answering", console=Console(stderr=True)):
            record = await _answer(app, number, line)
            failures += record["status"] == "failed"
            sys.stdout.write(json.dumps(record, ensure_ascii=False).translate(LINE_ENDS) + "\n")
            sys.stdout.flush()
    return failures


async def _answer(app: App, number: int, line: str) -> dict[str, Any]:
    try:
        item = BatchLine.model_validate_json(line)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = f"{problem['loc'][0]}: " if problem["loc"] else ""
        complaint = f"Line {number} can't be read ({where}{problem['msg']}); write {EXAMPLE}."
        return {"id": None, **reply_record(Reply("", "", complaint, "failed")), "turn_id": None, "question": None}
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
