"""The GGUF file → what another training begins with: the tokenizer, and a checkpoint that holds the weights alone.

What the file holds of a word is the sum of two parts (`slm/model.py`). They are told apart anew: as much as one matrix
explains for all words, by least squares, is what vectors say; the rest is what was learnt of the word alone.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import gguf
import numpy as np
import torch
from tokenizers.models import BPE

from slm.export import LAYER_NAMES
from slm.model import Shape
from slm.tokenizer import CONTROL, add_whole, byte_level
from slm.word_vectors import vectors_of_tokens

if TYPE_CHECKING:
    from pathlib import Path

    from tokenizers import Tokenizer
    from torch import Tensor

OWN_NAMES = {theirs: ours for ours, theirs in LAYER_NAMES.items()}
RIDGE = 1.0
"""Added to the diagonal of the least squares: a direction that few words have is left to the words."""


def import_gguf(path: Path, folder: Path) -> Shape:
    """Write `tokenizer.json` and `checkpoint.pt` to `folder` for a file that `export_gguf` wrote; returns its shape."""
    reader = gguf.GGUFReader(path)
    tokenizer = _tokenizer(reader)
    tokenizer.save(str(folder / "tokenizer.json"))
    weights = _weights(reader)
    shape = _shape(reader, weights)
    vectors = torch.from_numpy(vectors_of_tokens(tokenizer))
    weights |= _parts(weights["embedding.weight"], vectors)
    state = {"model": {**weights, "vectors": vectors}, "shape": asdict(shape)}
    torch.save(state, folder / "checkpoint.pt")
    return shape


def read_weights(path: Path) -> dict[str, Tensor]:
    """All weights of a file that `export_gguf` wrote, by our names, as `Decoder.exported` gives them."""
    return _weights(gguf.GGUFReader(path))


def mixed(weights: dict[str, Tensor], path: Path, keep: float) -> dict[str, Tensor]:
    """`weights` with a share of those of the file, from which they went on: some of what they forgot since comes back.

    Wortsman et al., 2022, "Robust fine-tuning of zero-shot models".
    """
    before = read_weights(path)
    return {name: (1 - keep) * tensor + keep * before[name] for name, tensor in weights.items()}


def _weights(reader: gguf.GGUFReader) -> dict[str, Tensor]:
    return {_own_name(tensor.name): _values(tensor) for tensor in reader.tensors}


def _field(reader: gguf.GGUFReader, name: str) -> Any:
    field = reader.get_field(name)
    if field is None:
        raise ValueError(f"the file has no {name}")
    return field.contents()


def _tokenizer(reader: gguf.GGUFReader) -> Tokenizer:
    tokens = _field(reader, "tokenizer.ggml.tokens")
    kinds = [gguf.TokenType(kind) for kind in _field(reader, "tokenizer.ggml.token_type")]
    merges = [tuple(merge.split(" ")) for merge in _field(reader, "tokenizer.ggml.merges")]
    learnt = (gguf.TokenType.NORMAL, gguf.TokenType.CONTROL)
    merged = {"".join(merge) for merge in merges}  # a whole token may be one that merges make too
    vocabulary = {token: place for place, token in enumerate(tokens) if kinds[place] in learnt or token in merged}
    tokenizer = byte_level(BPE(vocab=vocabulary, merges=merges))
    tokenizer.add_special_tokens(list(CONTROL))
    whole = gguf.TokenType.USER_DEFINED
    add_whole(tokenizer, [token for token, kind in zip(tokens, kinds, strict=True) if kind == whole])
    return tokenizer


def _values(tensor: gguf.ReaderTensor) -> Tensor:
    return torch.from_numpy(gguf.quants.dequantize(tensor.data, tensor.tensor_type).astype(np.float32))


def _own_name(name: str) -> str:
    """The GGUF `llama` architecture's name of a tensor → ours."""
    if name == "token_embd.weight":
        return "embedding.weight"
    if name == "output_norm.weight":
        return "norm.weight"
    _, layer, rest = name.split(".", 2)
    return f"blocks.{layer}.{OWN_NAMES[rest.removesuffix('.weight')]}.weight"


def _shape(reader: gguf.GGUFReader, weights: dict[str, Tensor]) -> Shape:
    vocabulary, width = weights["embedding.weight"].shape
    return Shape(
        vocabulary=vocabulary,
        width=width,
        layers=_field(reader, "llama.block_count"),
        heads=_field(reader, "llama.attention.head_count"),
        feed_forward=_field(reader, "llama.feed_forward_length"),
        context=_field(reader, "llama.context_length"),
        rope_base=float(_field(reader, "llama.rope.freq_base")),
        norm_eps=float(np.float32(_field(reader, "llama.attention.layer_norm_rms_epsilon"))),
    )


def _parts(table: Tensor, vectors: Tensor) -> dict[str, Tensor]:
    """The two parts whose sum is `table`: embedding = table - vectors · matrix, the matrix by least squares."""
    is_word = vectors.abs().sum(1) > 0
    known = vectors[is_word].double()
    square = known.T @ known + RIDGE * torch.eye(known.shape[1], dtype=torch.float64)
    matrix = torch.linalg.solve(square, known.T @ table[is_word].double()).float()
    return {"embedding.weight": table - vectors @ matrix, "from_vector.weight": matrix.T.contiguous()}
