"""What is being done for a question: its look-ups as tasks, each with its state and, when done, its source.

Below them stands what is written of the answer by then.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from bot.surfaces.slack.limits import shortened
from bot.surfaces.slack.markup import entities, harmless
from tools.formatting import show_day

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.messages import ToolResult
    from tools.values import Findings

FIRST = "Reading your question"
NO_ANSWER = "No answer"
_READ, _LOOKED = "Read your question", "Looked things up"
"""What a plan is called once it is done."""
_LONGEST = 120
"""Characters of a title or a source: a chunk may have 256, and a line of the plan is one line."""
_MOST_SOURCES = 2

State = Literal["in_progress", "complete", "error"]


@dataclass(frozen=True, slots=True)
class Task:
    """One look-up: `output` is where its figures are from, once they are there."""

    title: str
    state: State = "in_progress"
    output: str = ""


@dataclass
class Plan:
    """What is shown while a turn runs; `mark` begins the id of each task, so that the message is known by it.

    `text` is what may be shown of the answer by now, as Slack's markdown.
    """

    mark: str
    title: str = FIRST
    tasks: list[Task] = field(default_factory=list)
    text: str = ""

    def begun(self, text: str) -> None:
        """Something is being done now; what is told twice is one task."""
        if text == FIRST:
            self.title = text
        elif not any(task.title == text and task.state == "in_progress" for task in self.tasks):
            self.title = "Looking things up"
            self.tasks.append(Task(text))

    def found(self, text: str, result: ToolResult, *, tells_source: bool) -> None:
        """The look-up told as `text` has ended."""
        for place, task in enumerate(self.tasks):
            if task.title == text and task.state == "in_progress":
                output = _sources(result.findings) if result.findings and tells_source else ""
                ended = replace(task, state="complete", output=output)
                self.tasks[place] = ended if result.ok else replace(task, state="error", output=NO_ANSWER)
                return

    @property
    def line(self) -> str:
        """The newest of it, for a message of one line."""
        return self.tasks[-1].title if self.tasks else self.title

    def ended(self) -> Plan:
        """The same with nothing under way any more, and without text, which the answer has itself."""
        done = [replace(task, state="complete") if task.state == "in_progress" else task for task in self.tasks]
        return Plan(self.mark, _LOOKED if done else _READ, done)

    def after(self, shown: Plan) -> Plan:
        """As it is now, for a stream that shows another: text in a stream only grows, and can't be taken back."""
        text = self.text if self.text.startswith(shown.text) else shown.text
        return Plan(self.mark, self.title, list(self.tasks), text)

    def chunks(self, shown: Plan | None = None) -> list[dict[str, Any]]:
        """What is new since `shown`, for a stream, which adds an output to the one that a task has."""
        return list(self._chunks(shown))

    def _chunks(self, shown: Plan | None) -> Iterator[dict[str, Any]]:
        if shown is None or shown.title != self.title:
            yield {"type": "plan_update", "title": harmless(self.title)}
        before = shown.tasks if shown else []
        for place, task in enumerate(self.tasks):
            earlier = before[place] if place < len(before) else None
            if task == earlier:
                continue
            title = harmless(shortened(task.title, _LONGEST))
            chunk = {"type": "task_update", "id": f"{self.mark}-{place + 1}", "title": title, "status": task.state}
            if task.output and not (earlier and earlier.output):
                chunk["output"] = entities(shortened(task.output, _LONGEST))
            yield chunk
        if more := self.text.removeprefix(shown.text if shown else ""):
            yield {"type": "markdown_text", "text": more}


def drawn(plan: Plan) -> dict[str, Any]:
    """A plan as a message of one line, where tasks can't be shown."""
    return {"text": f"{entities(plan.line)}…"}


def _sources(findings: Findings) -> str:
    """Where the figures are from, with the newest time of each: "Yahoo Finance, as of Nov 2, 2026"."""
    newest: dict[str, Any] = {}
    for source in (*(f.source for f in findings.figures), *(p.source for p in findings.passages)):
        known = newest.get(source.name)
        if known is None or (source.as_of and str(source.as_of) > str(known)):
            newest[source.name] = source.as_of
    told = [f"{name}, as of {show_day(as_of)}" if as_of else name for name, as_of in newest.items()]
    more = f" and {len(told) - _MOST_SOURCES} more" if len(told) > _MOST_SOURCES else ""
    return "; ".join(told[:_MOST_SOURCES]) + more
