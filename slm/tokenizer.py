"""The byte-level BPE tokenizer: no merge crosses letters, single digits, spaces or punctuation.

So a name is cut the same way after a space, a quote or "$", which makes copying exact and the result independent of
how a runtime pre-splits text. JSON glue and tool names are whole tokens: a call costs about a dozen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tokenizers import AddedToken, Regex, Tokenizer
from tokenizers.decoders import ByteLevel as ByteLevelDecoder
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel, Sequence, Split
from tokenizers.trainers import BpeTrainer

from slm.chat_format import CALL_CLOSE, CALL_OPEN, END, START

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PAD = "<|pad|>"
CONTROL = (PAD, f"{START}user\n", f"{START}assistant\n", END)
GLUE = (
    *(CALL_OPEN, CALL_CLOSE, '{"name": "', '", "arguments": {', '": "', '": ["', '", "'),
    *('"], "', '"]}}', '"}}', "}}"),
)


def user_tokens(tool_names: Iterable[str], argument_names: Iterable[str]) -> tuple[str, ...]:
    """The whole tokens besides the control ones: glue, quoted-free tool names, argument names of two words or more."""
    return (*GLUE, *sorted(tool_names), *sorted(name for name in argument_names if "_" in name))


def train_tokenizer(texts: Iterable[str], vocabulary: int, whole: Iterable[str]) -> Tokenizer:
    """Learn the merges from `texts`; `vocabulary` counts everything, the whole tokens included."""
    tokenizer = Tokenizer(BPE())
    letters = Split(Regex(r"\p{L}+|\p{N}|\s|[^\p{L}\p{N}\s]"), behavior="isolated")
    tokenizer.pre_tokenizer = Sequence([letters, ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer.decoder = ByteLevelDecoder()
    whole = tuple(whole)
    trainer = BpeTrainer(
        vocab_size=vocabulary - len(whole),
        special_tokens=list(CONTROL),
        initial_alphabet=ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.add_tokens([AddedToken(text, normalized=False) for text in whole])
    return tokenizer


def load_tokenizer(path: Path) -> Tokenizer:
    """Read a tokenizer saved by `train_tokenizer(...).save(path)`."""
    return Tokenizer.from_file(str(path))
