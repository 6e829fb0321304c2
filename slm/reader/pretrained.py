"""A pretrained MiniLM as the Hugging Face library stores it → our encoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from safetensors.torch import load_file

from slm.reader.encoder import Encoder

if TYPE_CHECKING:
    from pathlib import Path

    from slm.reader.encoder import EncoderShape

_OUTSIDE = {
    "words.weight": "embeddings.word_embeddings.weight",
    "positions.weight": "embeddings.position_embeddings.weight",
    "kinds.weight": "embeddings.token_type_embeddings.weight",
    "norm.weight": "embeddings.LayerNorm.weight",
    "norm.bias": "embeddings.LayerNorm.bias",
}
_INSIDE = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "output": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "forward_norm": "output.LayerNorm",
}


def load_pretrained(folder: Path, shape: EncoderShape, decisions: int) -> Encoder:
    """The encoder in `folder`/model.safetensors with a new head. Raises `RuntimeError` where its shape is another."""
    encoder = Encoder(shape, decisions)
    theirs = load_file(folder / "model.safetensors")
    state = encoder.state_dict()
    for name in state:
        if name.startswith("head."):
            continue
        state[name] = theirs[_their_name(name)][: shape.positions if name == "positions.weight" else None]
    encoder.load_state_dict(state)
    return encoder


def _their_name(name: str) -> str:
    if name in _OUTSIDE:
        return _OUTSIDE[name]
    _, layer, part, kind = name.split(".")
    return f"encoder.layer.{layer}.{_INSIDE[part]}.{kind}"
