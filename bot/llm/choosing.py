"""Which model answers: the table of backends, and the rule of `auto`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.llm.embedded import EmbeddedModel
from bot.llm.ollama import NATIVE_NAME, OllamaModel
from bot.llm.weights import BUILT_IN

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.llm.base import ChatModel

PROBE_SECONDS = 0.5


class ModelSettings(Protocol):
    """What of the settings says which model to use."""

    @property
    def model(self) -> str:
        """An Ollama name ("qwen3:4b"), or "tuppence", which is the built-in one."""

    @property
    def model_backend(self) -> str:
        """One of `ollama`, `embedded` and `auto`."""

    @property
    def ollama_host(self) -> str:
        """As Ollama's own OLLAMA_HOST."""

    @property
    def allow_remote_model(self) -> bool:
        """Whether questions may be sent to another machine."""


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """The model to use; `note` says why it is not the one asked for, or is empty."""

    model: ChatModel
    note: str = ""


def make_ollama(settings: ModelSettings, name: str = "") -> OllamaModel:
    """The model `name` of the Ollama server, or the configured one; nothing is asked yet."""
    return OllamaModel(name or settings.model, settings.ollama_host, allow_remote=settings.allow_remote_model)


def make_embedded(_: ModelSettings) -> EmbeddedModel:
    """The built-in model; nothing is loaded yet."""
    return EmbeddedModel(BUILT_IN)


BACKENDS: dict[str, Callable[[ModelSettings], ChatModel]] = {"ollama": make_ollama, "embedded": make_embedded}


def backend_of(settings: ModelSettings, name: str) -> str:
    """What runs the model that an admin names: Ollama, but for the built-in one unless the settings say so."""
    return "embedded" if name == NATIVE_NAME and settings.model_backend != "ollama" else "ollama"


async def choose_model(settings: ModelSettings, *, probe_seconds: float = PROBE_SECONDS) -> ChosenModel:
    """The model the settings ask for. `auto` takes Ollama if it answers in time and has the model, else embedded.

    Raises `ModelRefused` where OLLAMA_HOST is a machine that must not be asked, also for `auto`: a wrong setting is
    not passed over in silence.
    """
    if settings.model_backend != "auto":
        note = ""
        if settings.model_backend == "embedded" and settings.model != NATIVE_NAME:
            note = f"The built-in model answers: {settings.model} needs TUPPENCE_MODEL_BACKEND=ollama."
        return ChosenModel(BACKENDS[settings.model_backend](settings), note)
    ollama = make_ollama(settings)
    problem = await ollama.probe(probe_seconds)
    if problem is None:
        return ChosenModel(ollama)
    await ollama.close()
    return ChosenModel(make_embedded(settings), f"The built-in model answers instead. {problem}")
