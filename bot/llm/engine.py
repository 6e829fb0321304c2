"""llama.cpp inside this process, started for one GGUF file. Raises as `start_engine` says; freeing it stops it."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from bot.errors import ModelFailed, WeightsDamaged

if TYPE_CHECKING:
    from pathlib import Path

_SILENT = -1


def start_engine(weights: Path, name: str, context_tokens: int, slots: int = 1, *, reads: bool = False) -> Any:
    """The engine for a file that was checked; each of `slots` has `context_tokens` and a thread of its own.

    `reads` starts it to turn texts into vectors instead of writing. Raises `ModelFailed` where the library does not
    load, `WeightsDamaged` where the file can't be read.
    """
    try:
        import xllamacpp
    except ImportError as error:
        raise ModelFailed(name, f"the engine xllamacpp does not load on this machine: {error}") from None
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_ctx = context_tokens * slots
    params.n_parallel = slots
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = slots
    params.verbosity = _SILENT
    # The engine always opens an HTTP port, and to any web page: only this machine may reach it, only with the key.
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.api_keys = [secrets.token_urlsafe(32)]
    params.n_threads_http = 1
    params.ui = params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = False
    params.warmup = False
    params.cache_ram_mib = 0  # a cache beside the slots, 8 GiB by default
    if reads:
        params.embedding = True
        params.n_batch = params.n_ubatch = context_tokens  # a text is read in one piece
        params.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    else:
        params.cache_prompt = True
    try:
        server = xllamacpp.Server(params)
    except RuntimeError:
        raise WeightsDamaged(str(weights), "the engine can't load it: it is cut short or altered") from None
    # Freed before its loop has begun, the engine hangs for ever; an answer proves that the loop runs.
    if reads:
        server.handle_embeddings({"input": "a"})
    else:
        server.handle_completions({"prompt": "a", "max_tokens": 1})
    return server
