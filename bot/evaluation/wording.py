"""The grounding suite: whole turns on the bundled data, and whether every sentence of the answer could be traced."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.app import start
from bot.evaluation.questions import read_set
from bot.evaluation.suites import SuiteResult
from bot.llm.portfolio import NOBODY
from bot.settings import load_settings
from bot.turn.assistant import Assistant, Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.llm.base import ChatModel

GROUNDING = "grounding"
QUESTIONS = 60


async def measure_grounding(model: ChatModel, tell: Callable[[int, int], None] = lambda _, __: None) -> SuiteResult:
    """Ask `QUESTIONS` whole turns; right is an answer of which nothing had to be withheld.

    Turns that end without an answer (data that the bundle lacks, a question back) count as nothing; `seconds` are of
    the whole turn. The questions are spread over the development set, so that every tool has its share.
    """
    result = SuiteResult()
    records = [record for record in read_set("tools") if not record.get("history")]
    records = records[:: max(1, len(records) // QUESTIONS)]
    with tempfile.TemporaryDirectory() as home:
        settings = load_settings(
            {"TUPPENCE_HOME": home, "TUPPENCE_MARKET_DATA": "snapshot", "TUPPENCE_MODEL_BACKEND": "embedded"}, None
        )
        async with start(settings) as app:
            assistant = Assistant(replace(app.assistant.parts, model=model, portfolio=NOBODY))
            for done, record in enumerate(records, 1):
                reply = await assistant.ask(Question(record["question"], app.actor, f"grounding-{done}"))
                if reply.status == "answered" and reply.timings:
                    result.seconds.append(reply.timings.total / 1000)
                    result.add(*{f"grounding, {call.call.name}" for call in reply.results}, right=not reply.withheld)
                    if reply.withheld:
                        withheld = " | ".join(reply.withheld)
                        result.wrong.append((record["id"], record["question"], "nothing withheld", withheld))
                tell(done, len(records))
    return result
