"""The model socket: what every backend offers, and the pieces it streams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from bot.messages import Message, ModelInfo, ToolCall


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A piece of the model's text, as it arrives."""

    text: str


@dataclass(frozen=True, slots=True)
class CallPiece:
    """One complete tool call."""

    call: ToolCall


@dataclass(frozen=True, slots=True)
class EndPiece:
    """The end of one model answer.

    `cut` says that it ran into `max_tokens`; `confidence` is the smallest log-probability of a deciding token, None
    where the backend can't tell.
    """

    cut: bool = False
    confidence: float | None = None
    prompt_tokens: int = 0
    written_tokens: int = 0


Piece = TextPiece | CallPiece | EndPiece


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds a model may take: until its first token, between two tokens, and in all."""

    first_token: float = 30.0
    between_tokens: float = 30.0
    total: float = 120.0


class ChatModel(Protocol):
    """A language model that may call tools.

    `is_native` says that the model was trained on our own tools: it needs no system prompt and no printed schemas,
    sees only the earlier question and call, and leaves the wording of answers to code.
    """

    is_native: bool

    async def info(self) -> ModelInfo:
        """Name, backend and digest of the weights. Raises `ModelError` when the model can't be reached."""

    def chat(
        self,
        messages: Sequence[Message],
        tools: Sequence[dict[str, Any]] = (),
        *,
        answer_schema: dict[str, Any] | None = None,
        max_tokens: int = 512,
        deadlines: Deadlines | None = None,
    ) -> AsyncGenerator[Piece, None]:
        """Stream one answer: text and calls as they come, then exactly one `EndPiece`.

        `tools` are JSON schemas in the OpenAI form, always the full list. `answer_schema` forces JSON of that
        schema instead. Closing the iterator early stops the model and frees its slot. Raises `ModelError` with
        the cause; text already given is then not to be shown as an answer.
        """

    async def close(self) -> None:
        """Free the model's resources."""
