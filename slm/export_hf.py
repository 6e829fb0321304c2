"""A Hugging Face model folder → one GGUF file, for the architectures Qwen2, Qwen3 and Llama with byte-level BPE.

Weights are read and written one matrix at a time, so memory holds a single one. Tensor names are those of the `gguf`
package; what differs between the architectures is in `_Weights`, and how text is split is known by its pattern.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import gguf
import numpy as np

from slm.base_chat import BaseRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

Precision = Literal["q8_0", "f16"]
ARCHITECTURES = {
    "Qwen2ForCausalLM": gguf.MODEL_ARCH.QWEN2,
    "Qwen3ForCausalLM": gguf.MODEL_ARCH.QWEN3,
    "LlamaForCausalLM": gguf.MODEL_ARCH.LLAMA,
}
_CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"
_REST = r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SPLITTERS = {
    rf"{_CONTRACTIONS}\p{{N}}{_REST}": "qwen2",
    rf"{_CONTRACTIONS}\p{{N}}{{1,3}}{_REST}": "llama-bpe",
}
"""The pattern by which a tokenizer splits text → the runtime's name for it."""
_FILE_TYPES = {"q8_0": gguf.LlamaFileType.MOSTLY_Q8_0, "f16": gguf.LlamaFileType.MOSTLY_F16}
_QUANTIZED = {"q8_0": gguf.GGMLQuantizationType.Q8_0, "f16": gguf.GGMLQuantizationType.F16}
_BLOCK = 32
"""Values that share a scale in q8_0; a matrix whose rows can't be cut so is written as f16."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What of a folder decides how it is written; made before any training, so that a refusal comes early."""

    architecture: gguf.MODEL_ARCH
    config: Any
    rope: dict[str, Any]
    tokenizer: Any
    splitter: str


def plan_export(folder: Path) -> Plan:
    """Read configuration and tokenizer. Raises `BaseRefused` for a model that this file doesn't know how to write."""
    from transformers import AutoConfig, AutoTokenizer

    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError) as error:
        raise BaseRefused(f"{folder} is no model folder of Hugging Face: {str(error).splitlines()[0]}") from None
    names = config.architectures or ["none"]
    if names[0] not in ARCHITECTURES:
        raise BaseRefused(f"The architecture {names[0]} can't be exported; choose one of {', '.join(ARCHITECTURES)}.")
    rope = dict(config.rope_parameters)
    allowed = ("default", "llama3") if names[0].startswith("Llama") else ("default",)
    if rope.get("rope_type", "default") not in allowed or getattr(config, "use_sliding_window", False):
        raise BaseRefused("The base model stretches or slides its context in a way that can't be exported.")
    if getattr(config, "quantization_config", None):
        raise BaseRefused("The base model is quantized; download the folder with its full weights.")
    if len(tokenizer) > config.vocab_size:
        raise BaseRefused("The base model's tokenizer knows more tokens than the model itself.")
    plan = Plan(ARCHITECTURES[names[0]], config, rope, tokenizer, _splitter(tokenizer))
    _Weights(folder, plan, "f16").check_names()
    return plan


def export_folder(folder: Path, path: Path, plan: Plan, *, end: int, about: str, precision: Precision) -> None:
    """Write the weights in `folder` to `path`. `end` is the token that ends a reply, `about` a description to store.

    Raises `OSError` where a file can't be read or written.
    """
    weights = _Weights(folder, plan, precision)
    writer = gguf.GGUFWriter(path, gguf.MODEL_ARCH_NAMES[plan.architecture])
    writer.add_name(path.stem)
    writer.add_description(about)
    writer.add_file_type(_FILE_TYPES[precision])
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    _add_shape(writer, plan)
    _add_tokenizer(writer, plan, end)
    for name, array, kind in weights.arrays():
        size = array.nbytes if kind is None else math.prod(gguf.quant_shape_to_byte_shape(array.shape, kind))
        writer.add_tensor_info(name, array.shape, array.dtype, size, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for _, array, kind in weights.arrays():
        writer.write_tensor_data(array if kind is None else gguf.quants.quantize(array, kind))
    writer.close()


class _Weights:
    """The matrices of a folder under their GGUF names."""

    def __init__(self, folder: Path, plan: Plan, precision: Precision) -> None:
        self.files = sorted(folder.glob("*.safetensors"))
        self.plan = plan
        self.quantized = _QUANTIZED[precision]
        self.names = gguf.get_tensor_name_map(plan.architecture, plan.config.num_hidden_layers)

    def arrays(self) -> Iterator[tuple[str, NDArray[np.float32], gguf.GGMLQuantizationType | None]]:
        """(name, float32 values, the kind to store them as or None for float32), each read when it is its turn."""
        from safetensors import safe_open

        for file in self.files:
            with safe_open(file, framework="pt") as opened:
                for name in opened.keys():  # noqa: SIM118 (no dictionary)
                    if name == "lm_head.weight" and self.plan.config.tie_word_embeddings:
                        continue
                    array = self._turned(name, opened.get_tensor(name).float().numpy())
                    yield self._name(name), array, self._kind(array)
        if self.plan.rope.get("rope_type") == "llama3":
            yield "rope_freqs.weight", rope_factors(self.plan.rope, _head_width(self.plan.config)), None

    def check_names(self) -> None:
        """Raises `BaseRefused` for a weight that has no place in the GGUF file."""
        from safetensors import safe_open

        for file in self.files:
            with safe_open(file, framework="pt") as opened:
                for name in opened.keys():  # noqa: SIM118 (no dictionary)
                    self._name(name)

    def _name(self, name: str) -> str:
        found = self.names.get_name(name, try_suffixes=(".weight", ".bias"))
        if found is None:
            raise BaseRefused(f"The base model holds a weight that can't be exported: {name}.")
        return str(found)

    def _kind(self, array: NDArray[np.float32]) -> gguf.GGMLQuantizationType | None:
        if array.ndim == 1:
            return None
        return self.quantized if array.shape[-1] % _BLOCK == 0 else gguf.GGMLQuantizationType.F16

    def _turned(self, name: str, array: NDArray[np.float32]) -> NDArray[np.float32]:
        """The runtime turns neighbouring values of Llama's queries and keys, Hugging Face those half a head apart."""
        config = self.plan.config
        heads = {"q_proj": config.num_attention_heads, "k_proj": config.num_key_value_heads}.get(name.split(".")[-2])
        if heads is None or self.plan.architecture is not gguf.MODEL_ARCH.LLAMA:
            return array
        halves = array.reshape(heads, 2, array.shape[0] // heads // 2, *array.shape[1:])
        return halves.swapaxes(1, 2).reshape(array.shape)


def rope_factors(rope: dict[str, Any], width: int) -> NDArray[np.float32]:
    """By what Llama 3 divides each of `width / 2` rotary frequencies: 1 for the quick ones, `factor` for the slow."""
    lengths = 2 * math.pi * rope["rope_theta"] ** (np.arange(0, width, 2, dtype=np.float32) / width)
    low, high = rope["low_freq_factor"], rope["high_freq_factor"]
    smooth = np.clip((rope["original_max_position_embeddings"] / lengths - low) / (high - low), 0, 1)
    return np.asarray(1 / ((1 - smooth) / rope["factor"] + smooth), dtype=np.float32)


def _head_width(config: Any) -> int:
    return int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)


def _add_shape(writer: gguf.GGUFWriter, plan: Plan) -> None:
    config, width = plan.config, _head_width(plan.config)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(width)
    writer.add_value_length(width)
    writer.add_rope_dimension_count(width)
    writer.add_rope_freq_base(plan.rope["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)


def _splitter(tokenizer: Any) -> str:
    """The runtime's name for how a tokenizer splits text. Raises `BaseRefused` for one it would split otherwise."""
    parts = json.loads(tokenizer.backend_tokenizer.to_str())
    before = parts["pre_tokenizer"] or {"type": "none"}
    steps = before.get("pretokenizers", [before])
    kinds = [step["type"] for step in steps]
    found = None
    if parts["model"]["type"] == "BPE" and kinds[-1] == "ByteLevel" and not steps[-1]["add_prefix_space"]:
        if kinds == ["Split", "ByteLevel"]:
            found = SPLITTERS.get(steps[0]["pattern"].get("Regex", ""))
        elif kinds == ["Digits", "ByteLevel"] and steps[0]["individual_digits"]:
            found = "smollm"
    if found is None:
        raise BaseRefused("The base model's tokenizer is of a kind that can't be exported; choose Qwen3 or Llama 3.")
    return found


def _add_tokenizer(writer: gguf.GGUFWriter, plan: Plan, end: int) -> None:
    tokenizer, size = plan.tokenizer, plan.config.vocab_size
    model = json.loads(tokenizer.backend_tokenizer.to_str())
    tokens = [f"[PAD{index}]" for index in range(size)]
    kinds = np.full(size, gguf.TokenType.UNUSED, dtype=np.int32)
    for text, index in model["model"]["vocab"].items():
        tokens[index], kinds[index] = text, gguf.TokenType.NORMAL
    for added in model["added_tokens"]:
        tokens[added["id"]] = added["content"]
        kinds[added["id"]] = gguf.TokenType.CONTROL if added["special"] else gguf.TokenType.USER_DEFINED
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(plan.splitter)
    writer.add_token_list(tokens)
    writer.add_token_types(kinds.tolist())
    writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in model["model"]["merges"]])
    writer.add_eos_token_id(end)
    writer.add_eot_token_id(end)
    if tokenizer.pad_token_id is not None:
        writer.add_pad_token_id(tokenizer.pad_token_id)
    starts = tokenizer.bos_token_id is not None and tokenizer("a")["input_ids"][0] == tokenizer.bos_token_id
    if tokenizer.bos_token_id is not None:
        writer.add_bos_token_id(tokenizer.bos_token_id)
    writer.add_add_bos_token(starts)
    writer.add_chat_template(tokenizer.get_chat_template(tools=[{}]))
