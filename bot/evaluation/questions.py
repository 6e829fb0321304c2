"""The question sets in `evals/`, which ship with the package."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

EVALS = Path(__file__).resolve().parents[2] / "evals"
COMMON_BELOW = 4
"""A wording of fewer words beside its arguments ("price of X", "X vs Y") is anybody's: no corpus can do without it."""
ARGUMENT = "\N{WHITE SQUARE}"


def read_set(name: str) -> list[dict[str, Any]]:
    """The records of `evals/<name>.jsonl`; evals/README.md says what they hold."""
    return [json.loads(line) for line in (EVALS / f"{name}.jsonl").read_text("utf-8").splitlines() if line.strip()]


def mask(question: str, pieces: Iterable[str]) -> tuple[str, ...]:
    """The wording of a question with every argument replaced by one mark: what a phrase of a corpus looks like."""
    text = question.casefold()
    for piece in sorted(pieces, key=len, reverse=True):
        text = text.replace(piece.casefold(), f" {ARGUMENT} ")
    return tuple(re.findall(rf"[^\W_]+|{ARGUMENT}", text))


def copied_pieces(record: dict[str, Any]) -> list[str]:
    """Every argument value of a record."""
    values = [value for call in record.get("calls", ()) for value in call["arguments"].values()]
    return [str(piece) for value in values for piece in (value if isinstance(value, list) else [value])]


def is_common(wording: tuple[str, ...]) -> bool:
    """Whether a masked wording is too short to belong to anybody."""
    return sum(word != ARGUMENT for word in wording) < COMMON_BELOW


def has_common_wording(record: dict[str, Any]) -> bool:
    """Whether a record without history is worded like a thousand others: scored apart, as the corpus may hold it."""
    return not record.get("history") and is_common(mask(record["question"], copied_pieces(record)))
