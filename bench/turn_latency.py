"""A whole turn (save, decide, look up, check, save) against the bare engine's decision on the same questions."""

from __future__ import annotations

import asyncio
import resource
import statistics
import tempfile
import time

from bot.app import start
from bot.evaluation.scoring import reading_context
from bot.messages import Message
from bot.settings import load_settings
from bot.turn.assistant import Question
from tools.marking import mark_question

QUESTIONS = (
    "price of Apple",
    "How did Apple do in 2022 compared with Microsoft?",
    "what do I hold",
    "what is 300 GBP in EUR",
    "what does P/E mean",
    "how risky is my portfolio",
    "how did Coca-Cola do over the last 5 years",
    "show my watchlist",
    "200k loan at 5% over 20 years",
    "how is the market doing",
)
ROUNDS = 5


async def main() -> None:
    """Print medians and the ratio, turn over engine."""
    with tempfile.TemporaryDirectory() as home:
        environ = {"TUPPENCE_HOME": home, "TUPPENCE_MARKET_DATA": "snapshot", "TUPPENCE_MODEL_BACKEND": "embedded"}
        async with start(load_settings(environ, None)) as app:
            parts, context = app.assistant.parts, reading_context()
            engine: list[float] = []
            turns: list[float] = []
            for round_number in range(ROUNDS + 1):
                for question in QUESTIONS:
                    schemas = parts.toolbox.schemas((question,), context)
                    read = [Message("user", mark_question(question, context))]
                    began = time.perf_counter()
                    async for _ in parts.model.chat(read, schemas, max_tokens=192):
                        pass
                    decided = time.perf_counter()
                    conversation = f"bench-{round_number}-{question}"
                    await app.assistant.ask(Question(question, app.actor, conversation))
                    if round_number:  # the first round warms caches
                        engine.append(decided - began)
                        turns.append(time.perf_counter() - decided)
            bare, whole = statistics.median(engine) * 1000, statistics.median(turns) * 1000
            slowest = sorted(turns)[int(len(turns) * 0.95)] * 1000
            ratio = statistics.median(turn / decision for turn, decision in zip(turns, engine, strict=True))
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"bare engine decision: median {bare:.0f} ms (n {len(engine)})")
            print(f"whole turn: median {whole:.0f} ms, p95 {slowest:.0f} ms; ratio to the engine {ratio:.1f}")
            print(f"peak memory of the process: {memory:.0f} MB")


if __name__ == "__main__":
    asyncio.run(main())
