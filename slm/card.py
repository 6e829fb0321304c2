"""The results in MODEL_CARD.md, measured through `tuppence ask --batch`: the way that questions really take."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.evaluation.deciding import Choice
from bot.evaluation.questions import read_set
from bot.evaluation.suites import Examiner
from bot.messages import ToolCall
from slm.evaluate import Report

if TYPE_CHECKING:
    from collections.abc import Sequence

CARD = Path(__file__).with_name("MODEL_CARD.md")
BEGIN, END = "<!-- results -->", "<!-- end of results -->"
SETS = {
    "": "**Development set** (`evals/*.jsonl`; its misses may be read, so it flatters)",
    "locked/": "**First set of questions once locked** (`evals/locked/`; for development now)",
    "second/": "**Second set once locked** (`evals/second/`; for development now)",
    "third/": "**Third set once locked** (`evals/third/`; for development now)",
    "fourth/": "**Fourth set once locked** (`evals/fourth/`; for development now)",
    "fifth/": "**Fifth set once locked** (`evals/fifth/`; for development now)",
    "sixth/": "**Sixth set once locked** (`evals/sixth/`; for development now)",
    "seventh/": "**Seventh set once locked** (`evals/seventh/`; for development now)",
    "eighth/": "**Eighth set once locked** (`evals/eighth/`; for development now)",
    "hard/": "**Hard set** (`evals/hard/`: half of it follow-ups, half hard to copy; read, for development)",
    "ninth/": "**Ninth set** (`evals/ninth/`, locked: no answer was ever read; measured once a version)",
    "tenth/": "**Tenth set** (`evals/tenth/`, locked: no answer was ever read; measured once a version)",
    "eleventh/": "**Eleventh set** (`evals/eleventh/`, locked: no answer was ever read; measured once a version)",
    "twelfth/": "**Twelfth set** (`evals/twelfth/`, locked: no answer was ever read; measured once a version)",
    "thirteenth/": "**Thirteenth set** (`evals/thirteenth/`, locked, and measured by nobody before)",
}


class BatchDecisions:
    """The decisions of `tuppence ask --batch` on all questions of one folder of `evals/`, asked in one process."""

    def __init__(self, folder: str) -> None:
        records = [*read_set(f"{folder}tools"), *read_set(f"{folder}abstain")]
        self._answers = {
            _key(record["question"], record.get("history", ())): answer
            for record, answer in zip(records, _ask(records), strict=True)
        }

    async def decide(self, question: str, history: Sequence[str] = ()) -> Choice:
        """What was decided; the calls are those that were run, as the model wrote them."""
        answer = self._answers[_key(question, history)]
        calls = [ToolCall(call["name"], call["arguments"]) for call in answer["tool_calls"]]
        return Choice(
            calls, answer["status"], answer["confidence"], (answer["timings_ms"] or {"model": 0})["model"] / 1000
        )


def _key(question: str, history: Sequence[str]) -> tuple[str, ...]:
    return (*history, question)


def _ask(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """One answer for each record, in order. Raises `CalledProcessError` when the command breaks off."""
    with tempfile.TemporaryDirectory() as home:
        environ = {"TUPPENCE_HOME": home, "TUPPENCE_MARKET_DATA": "snapshot", "TUPPENCE_MODEL_BACKEND": "embedded"}
        lines = [
            json.dumps({"id": record["id"], "question": record["question"], "history": record.get("history", [])})
            for record in records
        ]
        path = Path(home) / "questions.jsonl"
        path.write_text("\n".join(lines), encoding="utf-8")
        command = [sys.executable, "-m", "bot", "ask", "--batch", str(path)]
        done = subprocess.run(command, env=os.environ | environ, stdout=subprocess.PIPE, text=True, check=False)
        answers = [json.loads(line) for line in done.stdout.split("\n") if line]
        if len(answers) != len(records):
            done.check_returncode()
        return answers


async def _measure(folder: str) -> Report:
    examiner = Examiner(BatchDecisions(folder))
    return Report(await examiner.tools(folder), await examiner.followups(folder), await examiner.abstain(folder))


def write_results() -> str:
    """Measure every set and write the tables into the card; returns them."""
    tables = [f"{title}:\n\n{asyncio.run(_measure(folder)).markdown()}" for folder, title in SETS.items()]
    text = "\n\n".join(tables)
    before, _, rest = CARD.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    CARD.write_text(f"{before}{BEGIN}\n\n{text}\n\n{END}{after}", encoding="utf-8")
    return text
