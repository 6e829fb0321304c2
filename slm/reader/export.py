"""The trained reader → a GGUF file with the encoder and its tokenizer (q8_0), and its head beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gguf
import numpy as np
import torch
from tokenizers import Tokenizer

from slm.export import publish
from slm.reader.encoder import SHARPNESS, EncoderShape
from slm.reader.examples import TEXTS
from slm.reader.training import CHECKPOINT

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from torch import Tensor

_BLOCK_NAMES = {
    "query": "attn_q",
    "key": "attn_k",
    "value": "attn_v",
    "output": "attn_output",
    "attention_norm": "attn_output_norm",
    "up": "ffn_up",
    "down": "ffn_down",
    "forward_norm": "layer_output_norm",
}
_OUTSIDE = {"words": "token_embd", "positions": "position_embd", "kinds": "token_types", "norm": "token_embd_norm"}
_PACKED = ("words", "query", "key", "value", "output", "up", "down")
"""What becomes q8_0; the rest is small."""
_SPACE = "\N{LOWER ONE EIGHTH BLOCK}"
"""How the runtime writes the space before a word; a piece inside one has nothing, where the vocabulary has "##"."""


def export_reader(folder: Path, word_pieces: Path, weights: Path) -> str:
    """Write reader.gguf, its checksum and reader_head.npz to `weights` from what was trained in `folder`."""
    saved = torch.load(folder / CHECKPOINT, map_location="cpu", weights_only=True)
    state, shape = saved["encoder"], EncoderShape(**saved["shape"])
    with np.load(folder / TEXTS) as data:
        names = data["names"].tolist()
    ranked = sorted(Tokenizer.from_file(str(word_pieces)).get_vocab().items(), key=lambda entry: entry[1])
    path = weights / "reader.gguf"
    export_encoder(state, shape, [token for token, _ in ranked], path)
    export_head(state, names, SHARPNESS, weights / "reader_head.npz")
    return publish(path)


def export_encoder(weights: dict[str, Tensor], shape: EncoderShape, vocabulary: Sequence[str], path: Path) -> None:
    """Write the encoder of `weights` with the WordPiece `vocabulary`, as the GGUF `bert` architecture has it."""
    writer = gguf.GGUFWriter(path, "bert")
    writer.add_name("Tuppence reader")
    writer.add_description("What a question to the Tuppence assistant asks for; fine-tuned from all-MiniLM-L6-v2")
    writer.add_license("Apache-2.0")
    writer.add_context_length(shape.positions)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_layer_norm_eps(shape.norm_eps)
    writer.add_causal_attention(value=False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    _add_vocabulary(writer, vocabulary)
    for name, tensor in weights.items():
        if name.startswith("head."):
            continue
        array = tensor.detach().float().numpy()
        if name.endswith(".weight") and name.split(".")[-2] in _PACKED:
            packed = gguf.quants.quantize(array, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(_gguf_name(name), packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        else:
            writer.add_tensor(_gguf_name(name), array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def export_head(weights: dict[str, Tensor], names: Sequence[str], sharpness: float, path: Path) -> None:
    """Write what makes log-probabilities of a text's vector: `weight` (decisions, width), `bias`, and the `names`."""
    weight = (weights["head.weight"].detach() * sharpness).numpy().astype(np.float16)
    bias = weights["head.bias"].detach().numpy().astype(np.float32)
    np.savez(path, weight=weight, bias=bias, names=np.array(names))


def _add_vocabulary(writer: gguf.GGUFWriter, vocabulary: Sequence[str]) -> None:
    special = [token.startswith("[") and token.endswith("]") and len(token) > 2 for token in vocabulary]
    kinds = [
        gguf.TokenType.UNUSED if token.startswith("[unused") else gguf.TokenType.CONTROL if is_special else 1
        for token, is_special in zip(vocabulary, special, strict=True)
    ]
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(
        [
            token if is_special else token[2:] if token.startswith("##") else _SPACE + token
            for token, is_special in zip(vocabulary, special, strict=True)
        ]
    )
    writer.add_token_types([int(kind) for kind in kinds])
    writer.add_token_type_count(2)
    writer.add_bos_token_id(vocabulary.index("[CLS]"))
    writer.add_eos_token_id(vocabulary.index("[SEP]"))
    writer.add_sep_token_id(vocabulary.index("[SEP]"))
    writer.add_unk_token_id(vocabulary.index("[UNK]"))
    writer.add_pad_token_id(vocabulary.index("[PAD]"))
    writer.add_mask_token_id(vocabulary.index("[MASK]"))


def _gguf_name(name: str) -> str:
    """Our parameter name → the GGUF `bert` architecture's."""
    *where, part, kind = name.split(".")
    return f"blk.{where[1]}.{_BLOCK_NAMES[part]}.{kind}" if where else f"{_OUTSIDE[part]}.{kind}"
