"""The reader: says what a question asks for, beside the built-in model and independently of it.

It writes nothing. An encoder makes one vector of the question, and a table of numbers makes of that the probability
of each decision it knows. It runs in this process, whatever runs the model it advises.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

from bot.errors import ModelFailed, WeightsDamaged
from bot.llm.engine import start_engine
from bot.llm.reading import reader_text
from bot.llm.weights import READER, check_weights

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bot.messages import Message

_NAME = "reader"
_CONTEXT = 128
_FEWER = 60
"""Characters that are dropped from the front of a text that is too long, as often as it takes."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """A decision, as `decision_of` names it, and its log-probability."""

    decision: str
    confidence: float


class Reader:
    """The encoder in `weights` and the head beside it; both are read at the first question."""

    def __init__(self, weights: Path = READER) -> None:
        self._weights = weights
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="reader")
        self._loading = threading.Lock()
        self._loaded: tuple[Any, _Head] | None = None
        self._digest = ""

    async def read(self, messages: Sequence[Message]) -> Opinion:
        """What the last of `messages`, as the native model sees them, asks for. Raises `ModelError`."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._read, reader_text(messages))

    async def info(self) -> str:
        """The SHA-256 of the encoder's weights. Raises `ModelError` where they can't be used."""
        await asyncio.get_running_loop().run_in_executor(self._pool, self._load)
        return self._digest

    async def close(self) -> None:
        """Free the engine's memory."""
        # Freeing the engine under a running call would crash the process.
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
        self._loaded = None

    def _read(self, text: str) -> Opinion:
        engine, head = self._load()
        reply = engine.handle_embeddings({"input": text})
        while "data" not in reply and len(text) > _FEWER:  # too many tokens for one piece
            text = text[_FEWER:]
            reply = engine.handle_embeddings({"input": text})
        if "data" not in reply:
            raise ModelFailed(_NAME, str(reply.get("error", reply)))
        return head.opinion(reply["data"][0]["embedding"])

    def _load(self) -> tuple[Any, _Head]:
        with self._loading:
            if self._loaded is None:
                self._digest = check_weights(self._weights)
                head = _Head.read(self._weights.with_name("reader_head.npz"))
                self._loaded = start_engine(self._weights, _NAME, _CONTEXT, reads=True), head
            return self._loaded


@dataclass(frozen=True, slots=True)
class _Head:
    """`weight` (decisions, width) and `bias` make logits of a vector of length 1."""

    weight: Any
    bias: Any
    names: tuple[str, ...]

    @staticmethod
    def read(path: Path) -> _Head:
        import numpy as np

        try:
            with np.load(path) as data:
                return _Head(data["weight"].astype(np.float32), data["bias"], tuple(data["names"].tolist()))
        except (OSError, EOFError, ValueError, KeyError, BadZipFile) as error:
            raise WeightsDamaged(str(path), f"it can't be read: {error}") from None

    def opinion(self, vector: Sequence[float]) -> Opinion:
        import numpy as np

        logits = self.weight @ np.array(vector, dtype=np.float32) + self.bias
        best = int(logits.argmax())
        return Opinion(self.names[best], float(-np.log(np.exp(logits - logits[best]).sum())))
