"""The vocabulary of a turn: what is asked, what the model says, what the tools found, what is replied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from tools.charts import Chart
    from tools.values import Figure, Findings

Role = Literal["system", "user", "assistant", "tool"]
Status = Literal["answered", "declined", "clarify", "failed"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call as the model wrote it; `arguments` is not yet validated."""

    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation with the model. `tool_name` is set on role "tool"."""

    role: Role
    content: str
    tool_calls: tuple[ToolCall, ...] = ()
    tool_name: str = ""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What became of one call: `resolved` are the arguments after normalisation; one of `findings`, `error` is set."""

    call: ToolCall
    resolved: dict[str, Any]
    findings: Findings | None
    error: str = ""
    error_kind: str = ""
    milliseconds: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the tool answered."""
        return self.findings is not None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which model answered: `digest` names its exact weights."""

    name: str
    backend: str
    digest: str


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds of one turn; `first_feedback` is when the person first saw that work had begun."""

    first_feedback: float
    model: float
    tools: float
    total: float


@dataclass(frozen=True, slots=True)
class Manner:
    """How a person reads figures and times: what they chose, and what their tenant did; "" for nothing.

    What a platform knows of its user counts more than the tenant and less than the person.
    """

    locale: str = ""
    time_zone: str = ""
    usual_locale: str = ""
    usual_time_zone: str = ""


UNCHOSEN = Manner()
"""Of somebody of whom nothing is known."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The end of a turn, the same for every surface. `answer` is checked markdown."""

    turn_id: str
    question: str
    answer: str
    status: Status
    results: tuple[ToolResult, ...] = ()
    figures: tuple[tuple[str, Figure, str], ...] = ()
    """(text as shown, figure, tool name) for each figure in the answer."""
    withheld: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    model: ModelInfo | None = None
    timings: Timings | None = None
    confidence: float | None = None
    """The smallest token log-probability of the decision, where the model tells it."""
    personal: bool = False
    """Whether it holds anything of a person's data; where it may then be posted, `bot.turn.destination` says."""
    client: str = ""
    """The user whose data the asker had chosen to ask about, "" for the asker's own."""
    manner: Manner = UNCHOSEN
    """How the asker reads it, as far as that was chosen."""
    disclosures: tuple[tuple[str, str], ...] = ()
    """(name, text) of what is said beside the answer: that a machine answers, what it is not."""

    @property
    def disclosure(self) -> str:
        """What is said beside the answer, as one text; "" for nothing."""
        return " ".join(text for _, text in self.disclosures)
