"""Trained weights → one GGUF file (q8_0) with tokenizer and chat template inside, and the Ollama Modelfile."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import gguf
import numpy as np

from bot.llm.weights import sidecar
from slm.chat_format import CHAT_TEMPLATE, END, GO_TEMPLATE
from slm.tokenizer import CONTROL, PAD, PRE_TOKENIZER

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from slm.model import Shape

LAYER_NAMES = {
    "attention_norm": "attn_norm",
    "attention.query": "attn_q",
    "attention.key": "attn_k",
    "attention.value": "attn_v",
    "attention.output": "attn_output",
    "forward_norm": "ffn_norm",
    "gate": "ffn_gate",
    "up": "ffn_up",
    "down": "ffn_down",
}


def export_gguf(weights: dict[str, Tensor], shape: Shape, tokenizer_json: str, path: Path, *, about: str) -> None:
    """Write `path`; `about` is the description stored in the file. Matrices become q8_0, norms stay f32."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name("Tuppence finance SLM")
    writer.add_description(about)
    writer.add_license("Apache-2.0")
    writer.add_context_length(shape.context)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.heads)
    writer.add_rope_dimension_count(shape.width // shape.heads)
    writer.add_rope_freq_base(shape.rope_base)
    writer.add_layer_norm_rms_eps(shape.norm_eps)
    writer.add_vocab_size(shape.vocabulary)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q8_0)
    _add_tokenizer(writer, tokenizer_json, shape.vocabulary)
    for name, tensor in weights.items():
        array = tensor.detach().float().cpu().numpy()
        if array.ndim == 1:
            writer.add_tensor(_gguf_name(name), array)
        else:
            packed = gguf.quants.quantize(array, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(_gguf_name(name), packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def publish(weights: Path) -> str:
    """Write the SHA-256 of the file beside it; returns a line with its size and that."""
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    sidecar(weights).write_text(f"{digest}  {weights.name}\n")
    return f"{weights} {weights.stat().st_size / 1e6:.1f} MB sha256 {digest}"


def _gguf_name(name: str) -> str:
    """Our parameter name → the GGUF `llama` architecture's."""
    if name == "embedding.weight":
        return "token_embd.weight"  # also the output: a file without output.weight ties them
    if name == "norm.weight":
        return "output_norm.weight"
    _, layer, rest = name.split(".", 2)
    return f"blk.{layer}.{LAYER_NAMES[rest.removesuffix('.weight')]}.weight"


def _add_tokenizer(writer: gguf.GGUFWriter, tokenizer_json: str, vocabulary: int) -> None:
    model = json.loads(tokenizer_json)
    tokens = [f"<|unused{i}|>" for i in range(vocabulary)]
    kinds = np.full(vocabulary, gguf.TokenType.UNUSED, dtype=np.int32)
    for text, index in model["model"]["vocab"].items():
        tokens[index], kinds[index] = text, gguf.TokenType.NORMAL
    for added in model["added_tokens"]:
        is_control = added["content"] in CONTROL
        tokens[added["id"]] = added["content"]
        kinds[added["id"]] = gguf.TokenType.CONTROL if is_control else gguf.TokenType.USER_DEFINED
    merges = model["model"]["merges"]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(PRE_TOKENIZER)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds.tolist())
    writer.add_token_merges([merge if isinstance(merge, str) else " ".join(merge) for merge in merges])
    writer.add_eos_token_id(tokens.index(END))
    writer.add_eot_token_id(tokens.index(END))
    writer.add_bos_token_id(tokens.index(END))
    writer.add_pad_token_id(tokens.index(PAD))
    writer.add_add_bos_token(value=False)
    writer.add_add_eos_token(value=False)
    writer.add_chat_template(CHAT_TEMPLATE)


def modelfile(gguf_name: str, context: int) -> str:
    """The Modelfile for `ollama create tuppence -f Modelfile`; the template serves servers that don't read Jinja."""
    return (
        f"FROM ./{gguf_name}\n"
        f'TEMPLATE """{GO_TEMPLATE}"""\n'
        "PARAMETER temperature 0\n"
        "PARAMETER repeat_penalty 1.0\n"
        f"PARAMETER num_ctx {context}\n"
        f"PARAMETER stop {END}\n"
        "LICENSE Apache-2.0\n"
    )
