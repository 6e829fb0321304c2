"""Questions and decisions in a base model's own chat template, as a turn of the assistant shows them to it.

The prompt is the one of `prompts/advisor.md` with all tools printed by the template; the reply is the tool calls, or
one line such as "DECLINE: advice". Only the last reply is graded: what stands before it is given at run time too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bot.evaluation.deciding import DATA, TODAY
from bot.turn.agent import MAX_CALLS
from bot.turn.prompting import render
from slm.chat_format import Call
from slm.corpus.generate import Example
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from tools.toolbox import ToolFunction

IGNORED = -100
"""The label of a token that is not graded."""
PROBES = (
    Example((), "price of Apple", (Call("get_quote", {"symbols": ["Apple"]}),)),
    Example((), "should I buy Apple?", "DECLINE: advice"),
)


class BaseRefused(Exception):
    """This base model can't be used; the message says why, and what can."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """One example in tokens; those from position `graded` on are the reply."""

    tokens: NDArray[np.int32]
    graded: int

    def row(self) -> dict[str, NDArray[np.int32]]:
        """`input_ids` and `labels`, both of the same length, as trainers take them."""
        labels = self.tokens.copy()
        labels[: self.graded] = IGNORED
        return {"input_ids": self.tokens, "labels": labels}


class BaseChat:
    """Writes examples for one base model.

    `tokenizer` is a `transformers` one with a chat template; `functions` are the tools it prints.
    """

    def __init__(self, tokenizer: Any, functions: Sequence[ToolFunction] = TOOLS) -> None:
        """Raises `BaseRefused` where the template can't print tools and calls, or can't be cut before a reply."""
        self.tokenizer = tokenizer
        self.toolbox = Toolbox(functions)
        self.schemas = self.toolbox.schemas()
        self.system = render("advisor", today=TODAY, data=DATA, max_calls=MAX_CALLS)
        if not tokenizer.chat_template:
            raise BaseRefused("The base model has no chat template; choose an instruct model, such as Qwen3.")
        lessons = [self._probe(probe) for probe in PROBES]
        self.end = int(lessons[0].tokens[-1])
        """The token that ends a reply."""
        if self.end not in tokenizer.get_added_vocab().values():
            raise BaseRefused("The base model's chat template ends a reply with no token made for that.")

    def lessons(self, examples: Sequence[Example], longest: int) -> tuple[list[Lesson], int]:
        """(the examples in tokens, how many were left out).

        Left out is what the template can't write, such as two calls at once, and what is longer than `longest` tokens.
        """
        made = [lesson for lesson in map(self.lesson, examples) if lesson and len(lesson.tokens) <= longest]
        return made, len(examples) - len(made)

    def lesson(self, example: Example) -> Lesson | None:
        """The example in tokens, cut apart where the runtime cuts it: at the start of what the model writes."""
        texts = self.texts(example)
        if texts is None:
            return None
        before, after = map(self._encode, texts)
        return Lesson(np.array(before + after, dtype=np.int32), len(before))

    def texts(self, example: Example) -> tuple[str, str] | None:
        """(prompt, reply) as text, the reply up to its end token; None where the template refuses the messages."""
        from jinja2 import TemplateError

        messages = self.messages(example)
        try:
            prompt = self._apply(messages[:-1], add_generation_prompt=True)
            whole = self._apply(messages, add_generation_prompt=False)
        except TemplateError:
            return None
        if not whole.startswith(prompt):
            raise BaseRefused("The base model's chat template writes a reply in another way than it asks for one.")
        return prompt, whole[len(prompt) :].rstrip("\n")

    def messages(self, example: Example) -> list[dict[str, Any]]:
        """The conversation: the system prompt, earlier turns, the question, and the decision."""
        messages: list[dict[str, Any]] = [{"role": "system", "content": self.system}]
        for asked, reply in (*example.turns, (example.question, example.reply)):
            messages.append({"role": "user", "content": asked})
            if isinstance(reply, str):
                messages.append({"role": "assistant", "content": reply})
            else:
                calls = [{"type": "function", "function": self._call(call)} for call in reply]
                messages.append({"role": "assistant", "content": "", "tool_calls": calls})
        return messages

    def _probe(self, probe: Example) -> Lesson:
        """The probe in tokens. Raises `BaseRefused` where a tool or the reply is not to be seen in it."""
        texts = self.texts(probe)
        if texts is None or any(name not in texts[0] for name in self.toolbox.tools):
            raise BaseRefused("The base model's chat template prints no tools; choose one that does, such as Qwen3.")
        written = probe.reply if isinstance(probe.reply, str) else probe.reply[0].name
        lesson = self.lesson(probe)
        if written not in texts[1] or lesson is None:
            raise BaseRefused("The base model's chat template leaves tool calls out; choose one that writes them.")
        return lesson

    def _call(self, call: Call) -> dict[str, Any]:
        """Name and arguments, the required ones first: so the runtime's grammar lets a model write them."""
        parameters = self.toolbox.tools[call.name].parameters
        ordered = [p.name for p in sorted(parameters, key=lambda p: not p.required) if p.name in call.arguments]
        return {"name": call.name, "arguments": {name: call.arguments[name] for name in ordered}}

    def _apply(self, messages: list[dict[str, Any]], *, add_generation_prompt: bool) -> str:
        text = self.tokenizer.apply_chat_template(
            messages, tools=self.schemas, tokenize=False, add_generation_prompt=add_generation_prompt
        )
        return str(text)

    def _encode(self, text: str) -> list[int]:
        return list(self.tokenizer(text, add_special_tokens=False)["input_ids"])
