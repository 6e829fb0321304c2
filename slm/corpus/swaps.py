"""Words that may stand for one another: one phrase of a bank becomes many, each asking for the same thing."""

from __future__ import annotations

import re
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_PIECE = re.compile(r"(\{\w+\})")


class Swaps:
    """The clusters of swaps.txt: every member may take the place of every other in the words around the slots."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self._cluster: dict[str, tuple[str, ...]] = {}
        text = (resources.files("slm.corpus") / "swaps.txt").read_text(encoding="utf-8")
        for line in text.splitlines():
            members = tuple(member.strip() for member in line.split("|"))
            if line.startswith("#") or len(members) < 2:
                continue
            for member in members:
                self._cluster.setdefault(member, members)
        longest_first = sorted(self._cluster, key=len, reverse=True)
        self._any = re.compile(rf"(?<![\w'-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w'-])", re.IGNORECASE)

    def apply(self, text: str, share: float) -> str:
        """`text` with about `share` of its swappable words swapped; slots stay."""

        def swap(match: re.Match[str]) -> str:
            said = match[0]
            if self.rng.random() >= share:
                return said
            chosen = self.rng.choice(self._cluster[said.lower()])
            return chosen[:1].upper() + chosen[1:] if said[:1].isupper() else chosen

        return "".join(piece if piece.startswith("{") else self._any.sub(swap, piece) for piece in _PIECE.split(text))
