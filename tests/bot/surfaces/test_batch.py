"""A file of questions: every line gets one line back, in order, whatever is in it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from bot.app import start
from bot.errors import BatchRefused
from bot.records.tables import Turn
from bot.surfaces.batch import run_batch

if TYPE_CHECKING:
    from pathlib import Path

    from bot.settings import Settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "questions.jsonl"


async def batch(settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, Any]]]:
    failures = await run_batch(settings, file, "")
    return failures, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


async def test_bad_lines_are_answered_in_their_place_with_the_reason(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [
        "{",
        "[]",
        '{"id": "1"}',
        '{"question": "/help"}',
        '{"id": "1", "question": 5}',
        '{"id": null, "question": "/help"}',
        '{"id": "1", "question": "/help", "history": "x"}',
        json.dumps({"id": "1", "question": "/help", "history": ["x"] * 21}),
        '{"id": "1", "question": "/help", "user": "two\\nlines"}',
        '{"id": "1", "question": "\\ud83d"}',
    ]
    good = '{"id": "ok", "question": "/help", "unknown": true}'
    file.write_text("\n".join([good, *bad, good, ""]))
    failures, records = await batch(settings, file, capsys)
    assert failures == len(bad)
    assert [record["status"] for record in records] == ["answered", *["failed"] * len(bad), "answered"]
    for number, record in enumerate(records[1:-1], 2):
        assert record["answer"].startswith(f"Line {number} can't be read (")
        assert 'write {"id": "1", "question": "price of Apple"}.' in record["answer"]
        assert set(record) == set(records[0])


async def test_a_line_ends_only_at_its_line_feed(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = "/help \u2028 \u0085 \x0c \x1c x"
    file.write_bytes(json.dumps({"id": 1, "question": question}, ensure_ascii=False).encode() + b"\r\n")
    _, (record,) = await batch(settings, file, capsys)
    assert record["question"] == question


async def test_history_and_user_are_of_their_line_alone(
    settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        {"id": 1, "question": "/watch list", "history": ["/watch remove LLY", "/watch add AAPL"], "user": "ben"},
        {"id": 2, "question": "/watch list"},
    ]
    file.write_text("\n".join(map(json.dumps, lines)))
    _, (first, second) = await batch(settings, file, capsys)
    assert first["answer"] == "On your watchlist: PEP, CVX, AMD, BAC, AAPL."
    assert second["answer"] == "On your watchlist: LLY, PEP, CVX, AMD, BAC."
    async with start(settings) as app, app.assistant.parts.database.read() as session:
        turns = list(await session.scalars(sa.select(Turn).order_by(Turn.user_id, Turn.position)))
    assert [(turn.user_id, turn.position) for turn in turns] == [("ada", 0), ("ben", 0), ("ben", 1), ("ben", 2)]
    assert len({turn.conversation_id for turn in turns}) == 2


async def test_an_empty_file_gives_nothing(settings: Settings, file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("\n \n")
    assert await batch(settings, file, capsys) == (0, [])


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
async def test_a_file_that_cannot_be_read_is_refused(settings: Settings, file: Path, content: bytes | None) -> None:
    if content:
        file.write_bytes(content)
    with pytest.raises(BatchRefused, match="Name a UTF-8 file of JSON lines"):
        await run_batch(settings, file, "")
