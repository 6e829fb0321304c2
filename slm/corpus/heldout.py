"""What the corpus must never hold: the names, terms and wordings of the evaluation sets."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.evaluation.questions import EVALS, copied_pieces, has_common_wording, is_common, mask

NAME_ARGUMENTS = ("symbol", "symbols", "query")
_WORD = re.compile(r"[^\W_]+")
GENERIC = frozenset("the group company corp inc bank energy index stock shares global international air motor".split())


def words(text: str) -> tuple[str, ...]:
    """Lower-case words without punctuation."""
    return tuple(_WORD.findall(text.casefold()))


@dataclass(frozen=True)
class HeldOut:
    """Everything to keep away from, as word tuples: names, terms, whole questions, and masked wordings."""

    names: frozenset[tuple[str, ...]]
    terms: frozenset[tuple[str, ...]]
    wordings: frozenset[tuple[str, ...]]
    questions: frozenset[tuple[str, ...]]

    def holds_name(self, name: str) -> bool:
        """Whether `name` is, contains, or is part of a held-out name."""
        own = words(name)
        pieces = {own[i:j] for i in range(len(own)) for j in range(i + 1, len(own) + 1)}
        if not pieces.isdisjoint(self.names):
            return True
        return len(own) == 1 and len(own[0]) > 2 and own[0] not in GENERIC and own in self._parts

    @cached_property
    def _parts(self) -> frozenset[tuple[str, ...]]:
        return frozenset((word,) for name in self.names for word in name)


def read_evals(*, retired: bool = True) -> list[dict[str, Any]]:
    """All evaluation records of the repository; `retired` ones are too common to be scored ("hi", "ytd")."""
    records = []
    for path in sorted(EVALS.rglob("*.jsonl")):
        if path.stem == "bias" or (path.stem == "retired" and not retired):
            continue  # bias asks the same of everybody: it measures no wording
        records += [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return records


def load_held_out() -> HeldOut:
    """What the evaluation sets in `evals/` hold; wordings that are anybody's are left to the corpus."""
    names: set[tuple[str, ...]] = set()
    terms: set[tuple[str, ...]] = set()
    wordings: set[tuple[str, ...]] = set()
    for record in read_evals():
        for call in record.get("calls", ()):
            for argument, value in call["arguments"].items():
                values = value if isinstance(value, list) else [str(value)]
                if argument in NAME_ARGUMENTS:
                    names.update(words(piece) for piece in values)
                elif argument == "term":
                    terms.update(words(piece) for piece in values)
        wording = mask(record["question"], copied_pieces(record))
        if not is_common(wording):
            wordings.add(wording)
    names.discard(())
    questions = frozenset(
        words(record["question"]) for record in read_evals(retired=False) if not has_common_wording(record)
    )
    return HeldOut(frozenset(names), frozenset(terms), frozenset(wordings), questions)
