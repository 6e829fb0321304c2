"""Questions as the reader sees them, with what they ask for, out of a corpus that `slm corpus` packed."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from tokenizers import Tokenizer

from bot.llm.reading import OTHERWISE, decision_of, reader_text
from bot.messages import Message, ToolCall
from slm.chat_format import CALL_OPEN, END, START

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

TEXTS = "reader_texts.npz"
RAREST = 30
"""Decisions that fewer examples call for are one: something else."""
_TURN = re.compile(rf"{re.escape(START)}(user|assistant)\n(.*?){re.escape(END)}", re.DOTALL)
_NAME = re.compile(r'\{"name": "(\w+)"')


def write_texts(folder: Path, corpus: str, word_pieces: Path, report: Callable[[str], None]) -> None:
    """Write what the reader is trained on, cut by the tokenizer in `word_pieces`, to `folder`, unless it is there."""
    path = folder / TEXTS
    if path.exists():
        with np.load(path) as data:
            if str(data["corpus"]) == corpus:
                return
    pairs = list(read_texts(folder / f"{corpus}.npz", Tokenizer.from_file(str(folder / "tokenizer.json"))))
    names, decisions = name_decisions([decision for _, decision in pairs])
    tokenizer = Tokenizer.from_file(str(word_pieces))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    rows = [encoded.ids for encoded in tokenizer.encode_batch([text for text, _ in pairs])]
    flat = np.fromiter((token for row in rows for token in row), dtype=np.uint16)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    np.savez(path, tokens=flat, starts=starts, decisions=decisions, names=np.array(names), corpus=np.array(corpus))
    report(f"{len(rows)} texts of {len(flat) / len(rows):.1f} tokens, {len(names)} decisions")


def read_texts(path: Path, tokenizer: Tokenizer) -> Iterator[tuple[str, str]]:
    """(text, decision) of each example of the corpus at `path`."""
    with np.load(path) as data:
        tokens, starts = data["tokens"], data["starts"]
    for start, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        written = tokenizer.decode(tokens[start:end].tolist(), skip_special_tokens=False)
        messages = [_message(role, content) for role, content in _TURN.findall(written)]
        yield reader_text(messages[:-1]), decision_of(messages[-1].tool_calls, messages[-1].content)


def _message(role: str, content: str) -> Message:
    if role == "assistant" and content.startswith(CALL_OPEN):
        return Message("assistant", "", tuple(ToolCall(name, {}) for name in _NAME.findall(content)))
    return Message("user" if role == "user" else "assistant", content)


def name_decisions(wanted: list[str]) -> tuple[list[str], NDArray[np.int64]]:
    """(the names of all kinds of decision, frequent ones first, and which of them each example wants)."""
    counted = Counter(wanted)
    names = [name for name, count in counted.most_common() if count >= RAREST]
    names = [*(name for name in names if name != OTHERWISE), OTHERWISE]
    places = {name: place for place, name in enumerate(names)}
    return names, np.array([places.get(name, places[OTHERWISE]) for name in wanted])
