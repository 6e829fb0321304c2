"""The tool-calling loop: bounded in steps, calls and time; it knows neither chat nor database."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

from bot.errors import ModelError
from bot.llm.base import CallPiece, EndPiece, TextPiece
from bot.messages import Message, ToolCall, ToolResult
from bot.turn.completing import settle
from bot.turn.completions.reading import Draft
from bot.turn.confidence import ASK_BELOW
from bot.turn.drafting import unheard
from bot.turn.evidence import findings_record
from bot.turn.gate import check_model, check_tools, everything_allowed, tool_off
from bot.turn.history import pieces_in
from bot.turn.job import forget
from bot.turn.second_opinion import second_opinion
from bot.turn.telling import tell_result
from tools.marking import mark_question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.llm.base import ChatModel
    from bot.llm.reader import Reader
    from bot.messages import ModelInfo
    from bot.turn.drafting import OnText
    from bot.turn.explaining import Explanation
    from bot.turn.gate import Look
    from bot.turn.job import OnStep
    from tools.context import ToolContext
    from tools.toolbox import Toolbox

MAX_STEPS = 4
MAX_CALLS = 8
MAX_SAME_CALL = 2
MAX_REPAIRS = 2
MAX_TOOL_SECONDS = 30.0
SWITCHED_OFF = "switched_off"
"""The kind of error of a call whose tool is not offered now."""
LOOK_EVERY = 1.0
"""Seconds after which it is asked again, while a model writes what people read along, whether it still may."""
REPEATED = "That was looked up already; use the result above."
NATIVE_MAX_TOKENS = 192
WRITING_MAX_TOKENS = 512


@dataclass(slots=True)
class Decision:
    """What the model did in one turn. `text` is its last text, unchecked; milliseconds are wall time.

    `writes` says that `text` is meant for people, which a native model's never is. `held` are calls of an unsure
    decision that were not run, `question` asks the person about them. `model` decided; `writer` worded, if another did.
    """

    text: str = ""
    writes: bool = False
    results: list[ToolResult] = field(default_factory=list)
    cut: bool = False
    confidence: float | None = None
    held: tuple[ToolCall, ...] = ()
    question: str | None = None
    prompt: str = "native"
    """Which wording a model that writes was given, by its hash."""
    model: ModelInfo | None = None
    writer: ModelInfo | None = None
    explanations: tuple[Explanation, ...] = ()
    model_ms: float = 0.0
    tools_ms: float = 0.0

    @property
    def is_unsure(self) -> bool:
        """Whether a native model guessed: its least sure token was less likely than `ASK_BELOW` allows."""
        return not self.writes and self.confidence is not None and self.confidence < ASK_BELOW


class Agent:
    """Runs one turn of one model over one toolbox. `tool_seconds` is what all tools of the turn may take together.

    `look` is asked before each step what is allowed by then, and raises where the turn has to end. `on_text` hears what
    a model that writes has written so far. `reader` has a second opinion on what a native model decides.
    """

    def __init__(
        self,
        model: ChatModel,
        toolbox: Toolbox,
        context: ToolContext,
        say: Callable[[str], None],
        tool_seconds: float = MAX_TOOL_SECONDS,
        on_step: OnStep = forget,
        look: Look = everything_allowed,
        on_text: OnText = unheard,
        reader: Reader | None = None,
    ) -> None:
        self.model, self.toolbox, self.context, self.say, self.reader = model, toolbox, context, say, reader
        self.tool_seconds, self.on_step, self.look, self.on_text = tool_seconds, on_step, look, on_text

    async def run(
        self, messages: Sequence[Message], said: Sequence[str], older: Sequence[Sequence[ToolCall]] = ()
    ) -> Decision:
        """`said` is what the person typed, newest first: a native model may copy arguments only from there.

        `older` are the calls of the turns before the last one, whose names "both" of its question may mean.
        An unsure decision is only held: `carry_out` runs it. Raises `ModelError`; tool failures are results.
        """
        decision = Decision(writes=not self.model.is_native)
        conversation = list(messages)
        if self.model.is_native:
            conversation = [_as_read(message, self.context) for message in conversation]
            schemas = self.toolbox.schemas(said, self.context)
            calls = await self._ask(conversation, schemas, NATIVE_MAX_TOKENS, decision)
            draft = Draft(calls, decision.text, decision.confidence)
            draft = await self._weighed(draft, conversation, schemas, decision)
            settled = settle(draft, said[0], self.toolbox, self.context, _calls_before(conversation), said, older)
            calls, decision.text, decision.confidence = list(settled.calls), settled.text, settled.confidence
            if decision.is_unsure:
                decision.held = tuple(calls)
            else:
                await self._use(calls, (*said, *pieces_in(chain(*older))), decision)
            return decision
        schemas = self.toolbox.schemas(without=(await self.look()).tools_off)
        repairs_left = MAX_REPAIRS
        for _ in range(MAX_STEPS):
            calls = await self._ask(conversation, schemas, WRITING_MAX_TOKENS, decision, decision.results)
            if not calls:
                break
            before = len(decision.results)
            await self._use(calls, None, decision)
            found = decision.results[before:]
            conversation.append(Message("assistant", decision.text, tuple(calls)))
            conversation += [_tool_message(result) for result in found]
            decision.text = ""
            if not any(result.ok for result in found):
                if not repairs_left:
                    break
                repairs_left -= 1
        return decision

    async def carry_out(self, decision: Decision, said: Sequence[str] | None = None) -> Decision:
        """Run the calls that were held; without `said`, as the person agreed to them word for word."""
        held, decision.held = decision.held, ()
        await self._use(held, said, decision)
        return decision

    async def word(self, messages: Sequence[Message], decision: Decision) -> None:
        """Let this model word what another one looked up; it may call nothing. Raises `ModelError`."""
        calls = Message("assistant", "", tuple(result.call for result in decision.results))
        found = [_tool_message(result) for result in decision.results]
        worded = Decision()
        await self._ask([*messages, calls, *found], (), WRITING_MAX_TOKENS, worded, decision.results)
        decision.text, decision.writes = worded.text, True
        decision.model_ms += worded.model_ms

    async def _weighed(
        self, draft: Draft, conversation: Sequence[Message], schemas: Sequence[dict[str, Any]], decision: Decision
    ) -> Draft:
        """The draft of a native model, or what the reader's opinion makes of it."""
        if self.reader is None:
            return draft
        began = time.monotonic()
        weighed = await second_opinion(self.reader, draft, self.model, conversation, schemas, NATIVE_MAX_TOKENS)
        decision.model_ms += (time.monotonic() - began) * 1000
        return weighed

    async def _ask(
        self,
        messages: Sequence[Message],
        schemas: Sequence[dict[str, Any]],
        max_tokens: int,
        decision: Decision,
        found: Sequence[ToolResult] = (),
    ) -> list[ToolCall]:
        """The calls of one answer; with what was `found` before, its text may be the one for people.

        Whether a step ends in calls is known only at its end. So its text is told as it comes and taken back where a
        call follows: holding it until then would hold it to the end.
        """
        await self._look(())
        began = looked = time.monotonic()
        calls: list[ToolCall] = []
        decision.text = ""
        try:
            async for piece in self.model.chat(messages, schemas, max_tokens=max_tokens):
                match piece:
                    case TextPiece(text):
                        decision.text += text
                    case CallPiece(call):
                        calls.append(call)
                    case EndPiece():
                        decision.cut = piece.cut
                        decision.confidence = piece.confidence
                if not found:
                    continue
                if time.monotonic() - looked >= LOOK_EVERY:
                    await self._look(found)
                    looked = time.monotonic()
                self.on_text("" if calls and schemas else decision.text, found)
        except ModelError:
            self.on_text("", found)
            raise
        decision.model_ms += (time.monotonic() - began) * 1000
        return calls

    async def _look(self, found: Sequence[ToolResult]) -> None:
        """Raises what `look` does, and where the model, or a tool that found something, was stopped by now."""
        now = await self.look()
        check_tools(now, found)
        check_model(now, await self.model.info() if now.models_off else None)

    async def _use(self, calls: Sequence[ToolCall], said: Sequence[str] | None, decision: Decision) -> None:
        """Run the calls of one step side by side; what is past a bound or switched off is refused, and said so."""
        now = await self.look()
        began = time.monotonic()
        seconds_left = max(0.0, self.tool_seconds - decision.tools_ms / 1000)
        seen = [_key(result.call) for result in decision.results]
        to_run: list[tuple[ToolCall, tuple[str, str] | None]] = []
        for call in calls:
            refusal: tuple[str, str] | None = None
            if len(seen) >= MAX_CALLS:
                refusal = f"At most {MAX_CALLS} look-ups are made for one question; ask the rest separately.", "refused"
            elif seen.count(_key(call)) >= (1 if self.model.is_native else MAX_SAME_CALL):
                if self.model.is_native:
                    continue  # a repeated decision adds nothing
                refusal = REPEATED, "repeated"
            elif call.name in now.tools_off:
                refusal = tool_off(call.name), SWITCHED_OFF
            seen.append(_key(call))
            to_run.append((call, refusal))
        done = len(decision.results)
        decided = (*(result.call for result in decision.results), *calls)
        await self.on_step(decided, done)
        running = [asyncio.create_task(self._one(call, said, refusal, seconds_left)) for call, refusal in to_run]
        try:
            for finished in asyncio.as_completed(running):
                await finished
                done += 1
                await self.on_step(decided, done)
        finally:
            for task in running:
                task.cancel()
        decision.results += [task.result() for task in running]
        decision.tools_ms += (time.monotonic() - began) * 1000

    async def _one(
        self, call: ToolCall, said: Sequence[str] | None, refusal: tuple[str, str] | None, seconds_left: float
    ) -> ToolResult:
        if refusal:
            return ToolResult(call, call.arguments, None, *refusal)
        unsaid = self.toolbox.unsaid(call.name, call.arguments, said) if said is not None else None
        if unsaid:
            message = f"I could not find the {unsaid.replace('_', ' ')} in your question; please say it."
            return ToolResult(call, call.arguments, None, message, "missing_argument")
        line = _progress(call)
        self.say(line)
        result = await self._called(call, seconds_left)
        tell_result(self.say, line, result)
        return result

    async def _called(self, call: ToolCall, seconds_left: float) -> ToolResult:
        began = time.monotonic()
        try:
            async with asyncio.timeout(seconds_left) as limit:
                outcome = await self.toolbox.call(call.name, call.arguments, self.context)
        except TimeoutError:
            if not limit.expired():
                raise  # a tool's own, which it should have named: a bug
            message = f"Looking things up took longer than {self.tool_seconds:g} seconds; ask again in a minute."
            spent = (time.monotonic() - began) * 1000
            return ToolResult(call, call.arguments, None, message, "unreachable", spent)
        spent = (time.monotonic() - began) * 1000
        error = outcome.error
        return ToolResult(
            call, outcome.resolved, outcome.findings, str(error) if error else "", error.kind if error else "", spent
        )


def _as_read(message: Message, context: ToolContext) -> Message:
    """What our own model reads of it: a question with its names and values marked."""
    return replace(message, content=mark_question(message.content, context)) if message.role == "user" else message


def _calls_before(conversation: Sequence[Message]) -> Sequence[ToolCall]:
    """The calls of the turn before the last question."""
    return conversation[-2].tool_calls if len(conversation) > 1 else ()


def _key(call: ToolCall) -> str:
    return f"{call.name} {json.dumps(call.arguments, sort_keys=True, default=str)}"


def _progress(call: ToolCall) -> str:
    """What the person who waits reads: "Looking up quote: coke"."""
    values = [
        ", ".join(map(str, value)) if isinstance(value, list) else str(value) for value in call.arguments.values()
    ]
    about = ", ".join(values)[:80]
    verb, _, rest = call.name.replace("_", " ").partition(" ")
    doing = f"Looking up {rest}" if verb == "get" else f"{verb.capitalize()} {rest}"
    return f"{doing}: {about}" if about else doing


def _tool_message(result: ToolResult) -> Message:
    """What a writing model reads of a result: figures as they will be shown, or the error."""
    if result.findings is None:
        return Message("tool", json.dumps({"error": result.error}, ensure_ascii=False), tool_name=result.call.name)
    record = findings_record(result.findings, for_model=True)
    return Message("tool", json.dumps(record, ensure_ascii=False), tool_name=result.call.name)
