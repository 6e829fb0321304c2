"""Texts packed side by side into rows of one length: every batch has one shape, and none tells its texts by length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

ROW = 96
"""Tokens of a row; a longer text is left out."""
MISFITS = 16
"""Texts without room that end a batch; they open the next one."""


@dataclass(frozen=True, slots=True)
class Batch:
    """`tokens`, `places`, `segments` are (rows, `ROW`); `decisions` says what each of the texts asks for."""

    tokens: Tensor
    places: Tensor
    segments: Tensor
    decisions: Tensor


class Packed:
    """All texts as token ids, drawn in random order."""

    def __init__(self, texts: Sequence[Sequence[int]], decisions: NDArray[np.int64]) -> None:
        self.texts, self.decisions = texts, decisions
        self.fitting = np.array([place for place, text in enumerate(texts) if len(text) <= ROW])

    def batches(self, rng: np.random.Generator, rows: int) -> Iterator[Batch]:
        """One pass over all texts."""
        held: list[list[int]] = [[] for _ in range(rows)]
        left = [ROW] * rows
        waiting: list[int] = []
        for text in rng.permutation(self.fitting).tolist():
            waiting.append(text)
            while waiting and self._place(waiting[-1], held, left):
                waiting.pop()
            if len(waiting) == MISFITS:
                yield self._packed(held)
                held, left = [[] for _ in range(rows)], [ROW] * rows

    def _place(self, text: int, held: list[list[int]], left: list[int]) -> bool:
        for row, room in enumerate(left):
            if len(self.texts[text]) <= room:
                held[row].append(text)
                left[row] -= len(self.texts[text])
                return True
        return False

    def _packed(self, held: list[list[int]]) -> Batch:
        tokens = np.zeros((len(held), ROW), dtype=np.int64)
        places = np.zeros((len(held), ROW), dtype=np.int64)
        segments = np.full((len(held), ROW), -1, dtype=np.int64)
        wanted: list[int] = []
        for row, texts in enumerate(held):
            at = 0
            for text in texts:
                ids = self.texts[text]
                end = at + len(ids)
                tokens[row, at:end], places[row, at:end], segments[row, at:end] = ids, range(len(ids)), len(wanted)
                wanted.append(int(self.decisions[text]))
                at = end
        return Batch(*map(torch.from_numpy, (tokens, places, segments)), torch.tensor(wanted))
