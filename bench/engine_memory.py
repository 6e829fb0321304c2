"""What the built-in engine and the reader hold in memory: a process that does nothing but decide, on one thread."""

from __future__ import annotations

import asyncio
import resource

from bench.turn_latency import QUESTIONS
from bot.evaluation.deciding import Decider
from bot.llm.embedded import EmbeddedModel
from bot.llm.reader import Reader

ROUNDS = 5


def peak() -> float:
    """The most this process has held, in MB; Linux counts in KiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def main() -> None:
    """Print the peak before the engine is loaded, with it, and after decisions with schemas and marks."""
    model, reader = EmbeddedModel(), Reader()
    decider = Decider(model, reader)
    for question in QUESTIONS:  # what reading a question needs is no part of the engine
        decider.toolbox.schemas([question], decider.context)
    before = peak()
    await model.info()
    await reader.info()
    loaded = peak()
    for _ in range(ROUNDS):
        for question in QUESTIONS:
            await decider.decide(question)
    after = peak()
    await reader.close()
    await model.close()
    print(f"without the engine {before:.0f} MB, loaded {loaded:.0f} MB, after {ROUNDS * len(QUESTIONS)} decisions "
          f"{after:.0f} MB: the engine takes {after - before:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main())
