"""From examples to the arrays that training reads."""

from __future__ import annotations

import hashlib
import multiprocessing
from importlib import resources
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from bot.evaluation.scoring import reading_context
from slm.chat_format import END, render_prompt, render_reply
from slm.corpus.generate import Example, Generator
from slm.corpus.signatures import SIGNATURES
from tools.marking import mark_question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    Shard = tuple[NDArray[np.uint16], NDArray[np.int64], NDArray[np.int32], list[bytes]]

LONGEST = 320
"""Tokens; a longer example is left out (fewer than one in ten thousand)."""
BATCH = 2000


def known_terms() -> list[str]:
    """The finance terms that fill `{term}`; a list of its own, so that a new glossary entry leaves the corpus alone."""
    return (resources.files("slm.corpus") / "terms.txt").read_text(encoding="utf-8").splitlines()


def as_text(example: Example) -> tuple[str, str]:
    """(prompt with its marks, what the model should write)."""
    context = reading_context()
    turns = [(mark_question(asked, context), reply) for asked, reply in example.turns]
    return render_prompt(turns, mark_question(example.question, context)), render_reply(example.reply) + END


def _whole_tokens() -> tuple[str, ...]:
    from slm.tokenizer import user_tokens

    return user_tokens(SIGNATURES, {argument.name for signature in SIGNATURES.values() for argument in signature})


def make_tokenizer(seed: int, vocabulary: int, sample: int = 60_000) -> Tokenizer:
    """A tokenizer learnt on the corpus' own first examples, with a token for each word that has a vector."""
    from slm.tokenizer import train_tokenizer
    from slm.word_vectors import load_word_vectors

    generator = Generator(seed, known_terms())
    texts = (prompt + reply for prompt, reply in map(as_text, islice(generator.examples(), sample)))
    return train_tokenizer(texts, vocabulary, _whole_tokens(), load_word_vectors()[0])


def pack(
    tokenizer: Path,
    seed: int,
    count: int,
    path: Path,
    workers: int,
    report: Callable[[str], None],
    favoured: Sequence[str] = (),
) -> str:
    """Write about `count` examples, made by `workers` processes, to `path` (.npz); returns the SHA-256 of their tokens.

    The same seed, count, number of workers and favoured banks give the same file.
    """
    shares = [(tokenizer, seed + worker, count // workers, favoured) for worker in range(workers)]
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        shards = pool.starmap(_shard, shares)
    rows: list[NDArray[np.uint16]] = []
    graded: list[int] = []
    seen: set[bytes] = set()
    for tokens, starts, first_graded, keys in shards:
        for at, key in enumerate(keys):
            if key not in seen:
                rows.append(tokens[starts[at] : starts[at + 1]])
                graded.append(int(first_graded[at]))
        seen.update(keys)
    report(f"{len(rows)} examples")
    together = np.concatenate(rows)
    ends = np.cumsum([len(row) for row in rows], dtype=np.int64)
    np.savez(path, tokens=together, starts=np.concatenate([[0], ends]), graded=np.array(graded, dtype=np.int32))
    return hashlib.sha256(together.tobytes()).hexdigest()


def _shard(tokenizer: Path, seed: int, count: int, favoured: Sequence[str]) -> Shard:
    """One worker's examples: (tokens, starts, first graded token, a key of each prompt)."""
    from slm.tokenizer import load_tokenizer  # the library comes with the training tools

    encoder = load_tokenizer(tokenizer)
    rows: list[list[int]] = []
    graded: list[int] = []
    keys: list[bytes] = []
    seen: set[bytes] = set()
    examples = Generator(seed, known_terms(), favoured=favoured).examples()
    while len(rows) < count:
        batch: list[tuple[str, str]] = []
        batch_keys: list[bytes] = []
        for example in islice(examples, BATCH):
            prompt, reply = as_text(example)
            key = hashlib.blake2b(prompt.encode(), digest_size=8).digest()
            # Short small talk may repeat a little, or it would be drowned by what has slots.
            if key in seen and (not isinstance(example.reply, str) or len(batch) % 4):
                continue
            seen.add(key)
            batch.append((prompt, reply))
            batch_keys.append(key)
        # Prompt and reply are cut apart where the runtime cuts them too: at the start of what the model writes.
        prompts = encoder.encode_batch([prompt for prompt, _ in batch], add_special_tokens=False)
        replies = encoder.encode_batch([reply for _, reply in batch], add_special_tokens=False)
        for prompt, reply, key in zip(prompts, replies, batch_keys, strict=True):
            if len(prompt.ids) + len(reply.ids) <= LONGEST:
                rows.append(prompt.ids + reply.ids)
                graded.append(len(prompt.ids))
                keys.append(key)
    tokens = np.fromiter((token for row in rows for token in row), dtype=np.uint16)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return tokens, starts, np.array(graded, dtype=np.int32), keys
