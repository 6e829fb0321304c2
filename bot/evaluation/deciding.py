"""A model's decision on a question, taken as a turn takes it, without running any tool."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.evaluation.scoring import reading_context
from bot.llm.base import CallPiece, EndPiece, TextPiece
from bot.messages import Message
from bot.turn.agent import MAX_CALLS, NATIVE_MAX_TOKENS, WRITING_MAX_TOKENS
from bot.turn.completing import settle
from bot.turn.completions.reading import Draft
from bot.turn.history import CHAT
from bot.turn.prompting import render
from bot.turn.questions import clean_question
from bot.turn.second_opinion import second_opinion
from bot.turn.standing import stands_alone
from tools.catalogue import TOOLS
from tools.marking import mark_question
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.llm.base import ChatModel
    from bot.llm.reader import Reader
    from bot.messages import ToolCall

TODAY, DATA = "28 Dec 2022", "bundled history"


@dataclass(slots=True)
class Choice:
    """What the model chose; `confidence` is the smallest token log-probability, where the model tells it."""

    calls: list[ToolCall] = field(default_factory=list)
    text: str = ""
    confidence: float | None = None
    seconds: float = 0.0


class Decider:
    """Asks one model, and the `reader` beside it where the model is our own. Raises `ModelError` as they do."""

    def __init__(self, model: ChatModel, reader: Reader | None = None) -> None:
        self.model, self.reader, self.toolbox, self.context = model, reader, Toolbox(TOOLS), reading_context()

    async def decide(self, question: str, history: Sequence[str] = ()) -> Choice:
        """The decision on `question` after earlier ones, which are decided first."""
        turns: list[tuple[str, Choice]] = []
        for asked in history:
            turns.append((asked, await self._one(asked, turns)))
        return await self._one(question, turns)

    async def _one(self, question: str, turns: Sequence[tuple[str, Choice]]) -> Choice:
        turns = [turn for turn in turns if turn[1].calls or not turn[1].text.startswith(CHAT)]
        earlier = turns[-1] if turns else None
        text = clean_question(question)[0]
        if self.model.is_native:
            earlier = None if stands_alone(text, self.toolbox, self.context) else earlier
            messages, said = self._as_native(text, earlier)
            schemas, most = self.toolbox.schemas(said, self.context), NATIVE_MAX_TOKENS
        else:
            system = Message("system", render("advisor", today=TODAY, data=DATA, max_calls=MAX_CALLS))
            messages = [system, *_earlier_messages(earlier), Message("user", text)]
            said, schemas, most = [text], self.toolbox.schemas(), WRITING_MAX_TOKENS
        choice, began = Choice(), time.perf_counter()
        async for piece in self.model.chat(messages, schemas, max_tokens=most):
            match piece:
                case CallPiece(call):
                    choice.calls.append(call)
                case TextPiece(words):
                    choice.text += words
                case EndPiece():
                    choice.confidence = piece.confidence
        if self.model.is_native:
            draft = Draft(choice.calls, choice.text, choice.confidence)
            if self.reader:
                draft = await second_opinion(self.reader, draft, self.model, messages, schemas, most)
            older = [turn.calls for _, turn in reversed(turns[:-1])] if earlier else ()
            calls = earlier[1].calls if earlier else ()
            settled = settle(draft, text, self.toolbox, self.context, calls, said, older)
            choice.calls, choice.text, choice.confidence = list(settled.calls), settled.text, settled.confidence
        choice.seconds = time.perf_counter() - began
        return choice

    def _as_native(self, text: str, earlier: tuple[str, Choice] | None) -> tuple[list[Message], list[str]]:
        """What the model sees, and all that it may copy from."""
        messages = [Message("user", mark_question(text, self.context))]
        said = [text]
        if earlier:
            asked, choice = earlier
            messages[:0] = [Message("user", mark_question(asked, self.context)), *_earlier_messages(earlier)[1:]]
            values = [value for call in choice.calls for value in call.arguments.values()]
            said += [asked, *(p for v in values for p in (v if isinstance(v, list) else [v]) if isinstance(p, str))]
        return messages, said


def _earlier_messages(earlier: tuple[str, Choice] | None) -> list[Message]:
    if earlier is None:
        return []
    asked, choice = earlier
    calls = tuple(choice.calls)
    return [Message("user", asked), Message("assistant", "" if calls else choice.text, calls)]
