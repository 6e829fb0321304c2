"""The byte-level BPE tokenizer: words with the space before them, single digits, punctuation.

The text is split as the runtime splits it for `PRE_TOKENIZER`. What may be copied stands after a mark in the question
and after a quote in the call, both whole tokens, so that it is cut the same way in both places. JSON glue and tool
names are whole tokens too: a call costs about a dozen.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tokenizers import AddedToken, Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Digits, Sequence
from tokenizers.trainers import BpeTrainer

from slm.chat_format import CALL_CLOSE, CALL_OPEN, END, START
from slm.word_vectors import merges_for
from tools.marking import MARKS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

PRE_TOKENIZER = "smollm"
"""The name by which the runtime knows the way of splitting."""

PAD = "<|pad|>"
CONTROL = (PAD, f"{START}user\n", f"{START}assistant\n", END)
GLUE = (
    *(CALL_OPEN, CALL_CLOSE, '{"name": "', '", "arguments": {', '": "', '": ["', '", "'),
    *('"], "', '"]}}', '"}}', "}}"),
)


def user_tokens(tool_names: Iterable[str], argument_names: Iterable[str]) -> tuple[str, ...]:
    """The whole tokens besides the control ones: glue, tool names, argument names of two words or more, marks."""
    return (*GLUE, *sorted(tool_names), *sorted(name for name in argument_names if "_" in name), *MARKS)


def train_tokenizer(
    texts: Iterable[str], vocabulary: int, whole: Iterable[str], words: Collection[str] = ()
) -> Tokenizer:
    """Learn the merges from `texts`; `vocabulary` counts everything, the whole tokens included, but for `words`.

    Each of `words` becomes one token where a space stands before it, after all that was learnt.
    """
    tokenizer = byte_level(BPE())
    whole = tuple(whole)
    trainer = BpeTrainer(
        vocab_size=vocabulary - len(whole),
        special_tokens=list(CONTROL),
        initial_alphabet=ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    if words:
        tokenizer = _with_words(tokenizer, words)
    add_whole(tokenizer, whole)
    return tokenizer


def byte_level(model: BPE) -> Tokenizer:
    """A tokenizer that splits text as the runtime does, around a model of merges."""
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = Sequence([Digits(individual_digits=True), ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = ByteLevelDecoder()
    return tokenizer


def _with_words(tokenizer: Tokenizer, words: Collection[str]) -> Tokenizer:
    described = json.loads(tokenizer.to_str())
    vocabulary = described["model"]["vocab"]
    merges = [tuple(merge) for merge in described["model"]["merges"]]
    for merge in merges_for(words, merges):
        merges.append(merge)
        vocabulary.setdefault("".join(merge), len(vocabulary))
    described["model"]["merges"] = [list(merge) for merge in merges]
    return Tokenizer.from_str(json.dumps(described))


def add_whole(tokenizer: Tokenizer, whole: Iterable[str]) -> None:
    """Append the whole tokens that `tokenizer` lacks."""
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in whole])


def load_tokenizer(path: Path) -> Tokenizer:
    """Read a tokenizer saved by `train_tokenizer(...).save(path)`."""
    return Tokenizer.from_file(str(path))
