"""A team's own questions with the decisions they call for, read from JSON lines: all of them or none.

A line is `{"question": "…", "calls": [{"name": "get_quote", "arguments": {"symbols": ["Acme"]}}]}`, or has
`"kind": "decline:advice"` in place of `calls` where no tool may be called.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.evaluation.scoring import reading_context
from bot.turn.agent import MAX_CALLS
from bot.turn.prompting import sections
from bot.turn.questions import clean_question
from slm.chat_format import Call
from slm.corpus.generate import Example
from slm.corpus.heldout import HeldOut, load_held_out, words
from slm.corpus.phrases import reply_text
from tools.catalogue import TOOLS
from tools.errors import ToolError
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from pathlib import Path

MOST_SHOWN = 20
"""Problems named at once; the rest are counted."""
_FIELDS = frozenset({"question", "calls", "kind"})


class OwnQuestionsRefused(Exception):
    """Lines that can't be learnt from; `problems` holds one sentence a line, and nothing of the file is used."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = tuple(problems)
        more = len(problems) - MOST_SHOWN
        rest = [f"{more} more lines have a problem."] if more > 0 else []
        super().__init__("\n".join([*problems[:MOST_SHOWN], *rest]))


class _LineRefused(Exception):
    """What is wrong with one line, as one sentence."""


def known_kinds() -> tuple[str, ...]:
    """The decisions without a tool: "decline:advice", "clarify:symbol", "chat:help" and so on."""
    pairs = (heading.partition(": ") for heading in sections("replies"))
    return tuple(f"{kind.lower()}:{reason}" for kind, _, reason in pairs if reason)


def read_own_questions(path: Path) -> list[Example]:
    """The examples of a file, in its order.

    Raises `OwnQuestionsRefused` with one numbered sentence for every line that is no question with a decision our
    tools would take, and `OSError` where the file can't be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        where = f"The byte at place {error.start} is not UTF-8; save the file as UTF-8."
        raise OwnQuestionsRefused([where]) from None
    reader = _Reader()
    examples: list[Example] = []
    problems: list[str] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            examples.append(reader.read(number, line))
        except _LineRefused as problem:
            problems.append(f"Line {number}: {problem}")
    if not examples and not problems:
        problems.append("There is no question in the file; write one JSON object a line.")
    if problems:
        raise OwnQuestionsRefused(problems)
    return examples


class _Reader:
    """Reads line after line; knows which questions it has seen."""

    def __init__(self, held_out: HeldOut | None = None) -> None:
        self.toolbox = Toolbox(TOOLS)
        self.context = reading_context()
        self.held_out = held_out or load_held_out()
        self.kinds = known_kinds()
        self.seen: dict[str, int] = {}

    def read(self, number: int, line: str) -> Example:
        """One example. Raises `_LineRefused`."""
        record = _object(line)
        question = self._question(record.get("question"), number)
        if ("calls" in record) == ("kind" in record):
            raise _LineRefused("give either “calls” or “kind”, and not both.")
        if "kind" in record:
            return Example((), question, self._reply(record["kind"]))
        return Example((), question, self._calls(record["calls"]))

    def _question(self, question: Any, number: int) -> str:
        if not isinstance(question, str) or not question.strip():
            raise _LineRefused("“question” must be a text that is not empty.")
        text, cut = clean_question(question)
        if cut:
            raise _LineRefused(f"the question has {len(question):,} characters; ask in fewer words.")
        if not any(character.isalnum() for character in text):
            raise _LineRefused("the question holds no words.")
        if words(text) in self.held_out.questions:
            raise _LineRefused("the question is one of evals/, and learning it would make the score worthless.")
        first = self.seen.setdefault(text.casefold(), number)
        if first != number:
            raise _LineRefused(f"the question was asked on line {first} already.")
        return text

    def _reply(self, kind: Any) -> str:
        if kind not in self.kinds:
            raise _LineRefused(f"“kind” must be one of {', '.join(self.kinds)}.")
        return reply_text(kind)

    def _calls(self, calls: Any) -> tuple[Call, ...]:
        if not isinstance(calls, list) or not 1 <= len(calls) <= MAX_CALLS:
            raise _LineRefused(f"“calls” must be a list of 1 to {MAX_CALLS} calls.")
        return tuple(map(self._call, calls))

    def _call(self, call: Any) -> Call:
        """One call with its arguments as texts in the tool's order, as the toolbox would read it."""
        if not isinstance(call, dict) or set(call) != {"name", "arguments"} or not isinstance(call["arguments"], dict):
            raise _LineRefused("a call must be an object with “name” and “arguments”, which is an object too.")
        tool = self.toolbox.tools.get(call["name"]) if isinstance(call["name"], str) else None
        if tool is None:
            raise _LineRefused(f"there is no tool called {str(call['name'])[:40]!r}; `tuppence tools` lists them.")
        said = {name: value for name, value in call["arguments"].items() if value not in (None, "", [])}
        try:
            tool.read(said, self.context)
        except ToolError as error:
            raise _LineRefused(str(error)) from None
        return Call(tool.name, tool.raw.model_validate(said).model_dump(exclude_none=True))


def _object(line: str) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise _LineRefused("this is not JSON; write one object on one line.") from None
    if not isinstance(record, dict):
        raise _LineRefused("this is not a JSON object; write {“question”: …}.")
    if unknown := sorted(record.keys() - _FIELDS):
        raise _LineRefused(f"there is no field called “{unknown[0][:40]}”; use question, calls and kind.")
    return record
