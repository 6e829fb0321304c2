"""From examples to the arrays that training reads."""

from __future__ import annotations

import hashlib
from importlib import resources
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from slm.chat_format import END, render_prompt, render_reply
from slm.corpus.generate import Example, Generator
from slm.corpus.signatures import SIGNATURES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tokenizers import Tokenizer

LONGEST = 320
"""Tokens; a longer example is left out (fewer than one in ten thousand)."""


def known_terms() -> list[str]:
    """The finance terms that fill `{term}`; a list of its own, so that a new glossary entry leaves the corpus alone."""
    return (resources.files("slm.corpus") / "terms.txt").read_text(encoding="utf-8").splitlines()


def as_text(example: Example) -> tuple[str, str]:
    """(prompt, what the model should write)."""
    return render_prompt(list(example.turns), example.question), render_reply(example.reply) + END


def make_tokenizer(seed: int, vocabulary: int, sample: int = 60_000) -> Tokenizer:
    """A tokenizer learnt on the corpus' own first examples."""
    from slm.tokenizer import train_tokenizer, user_tokens

    generator = Generator(seed, known_terms())
    texts = (prompt + reply for prompt, reply in map(as_text, islice(generator.examples(), sample)))
    names = {argument.name for signature in SIGNATURES.values() for argument in signature}
    return train_tokenizer(texts, vocabulary, user_tokens(SIGNATURES, names))


def pack(tokenizer: Tokenizer, seed: int, count: int, path: Path, report: Callable[[int], None]) -> str:
    """Write `count` distinct examples to `path` (.npz); returns the SHA-256 of their tokens."""
    generator = Generator(seed, known_terms())
    seen: set[int] = set()
    rows: list[list[int]] = []
    graded: list[int] = []
    batch: list[tuple[str, str]] = []
    for example in generator.examples():
        text = as_text(example)
        key = hash(text[0])
        if key in seen and (not isinstance(example.reply, str) or len(rows) % 4):
            continue  # short small talk may repeat a little, or it would be drowned by what has slots
        seen.add(key)
        batch.append(text)
        if len(batch) == 4000:
            _tokenize(tokenizer, batch, rows, graded)
            batch.clear()
            report(len(rows))
            if len(rows) >= count:
                break
    tokens = np.fromiter((token for row in rows for token in row), dtype=np.uint16)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    np.savez(path, tokens=tokens, starts=starts, graded=np.array(graded, dtype=np.int32))
    return hashlib.sha256(tokens.tobytes()).hexdigest()


def _tokenize(tokenizer: Tokenizer, batch: list[tuple[str, str]], rows: list[list[int]], graded: list[int]) -> None:
    """Prompt and reply are cut apart where the runtime cuts them too: at the start of what the model writes."""
    prompts = tokenizer.encode_batch([prompt for prompt, _ in batch], add_special_tokens=False)
    replies = tokenizer.encode_batch([reply for _, reply in batch], add_special_tokens=False)
    for prompt, reply in zip(prompts, replies, strict=True):
        if len(prompt.ids) + len(reply.ids) <= LONGEST:
            rows.append(prompt.ids + reply.ids)
            graded.append(len(prompt.ids))
