"""Puts the built-in model into a running Ollama: what `ollama create tuppence -f Modelfile` does, without its program.

Only `tuppence model install` does this, when a person asks for it; answering a question never creates anything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.errors import ModelFailed, WeightsDamaged
from bot.llm.ollama import NATIVE_NAME
from bot.llm.ollama_connection import OllamaConnection, check_address, one_line
from bot.llm.weights import BUILT_IN, check_weights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_TEMPLATE = re.compile(r'^TEMPLATE """(.*?)"""$', re.MULTILINE | re.DOTALL)
_PARAMETER = re.compile(r"^PARAMETER (\w+) (.+)$", re.MULTILINE)
_LICENSE = re.compile(r"^LICENSE (.+)$", re.MULTILINE)
_MANY = frozenset({"stop"})
"""Parameters that are lists."""


@dataclass(frozen=True, slots=True)
class Modelfile:
    """What a Modelfile says besides where the weights are."""

    template: str
    parameters: dict[str, Any]
    license: str


def read_modelfile(path: Path) -> Modelfile:
    """The Modelfile beside the weights. Raises `WeightsDamaged` when it is missing or says nothing of a template."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise WeightsDamaged(str(path), f"it can't be read: {error.strerror or error}") from None
    template, license_ = _TEMPLATE.search(text), _LICENSE.search(text)
    if template is None:
        raise WeightsDamaged(str(path), "it holds no template")
    parameters: dict[str, Any] = {}
    for name, value in _PARAMETER.findall(text):
        if name in _MANY:
            parameters.setdefault(name, []).append(value)
        else:
            parameters[name] = float(value) if "." in value else int(value)
    return Modelfile(template[1], parameters, license_[1] if license_ else "")


async def install_model(
    host: str, say: Callable[[str], None], *, allow_remote: bool = False, weights: Path = BUILT_IN
) -> str:
    """Create or replace the model "tuppence" in the Ollama at `host`; returns the digest it has there.

    `say` hears what is going on. Raises `ModelError`: nothing answers, the server is too old or elsewhere, the
    weights are damaged, or the server refuses.
    """
    import httpx
    import ollama

    address = check_address(host, allow_remote=allow_remote)
    digest = f"sha256:{check_weights(weights)}"
    about = read_modelfile(weights.with_name("Modelfile"))
    connection = OllamaConnection(NATIVE_NAME, address)
    try:
        await connection.knock()
        await connection.check_version()
        client = connection.client()
        say(f"Sending {weights.name}, {weights.stat().st_size / 1e6:.1f} MB")
        await client.create_blob(weights)
        progress = await client.create(
            NATIVE_NAME,
            files={weights.name: digest},
            template=about.template,
            parameters=about.parameters,
            license=about.license,
            stream=True,
        )
        async for step in progress:
            say(one_line(step.status or "working").capitalize())
        return await connection.digest()
    except ollama.ResponseError as error:
        raise connection.refusal(error.status_code, error.error) from None
    except httpx.HTTPError as error:
        raise ModelFailed(NATIVE_NAME, f"Ollama broke off the installation: {one_line(error)}") from None
    finally:
        await connection.close()
