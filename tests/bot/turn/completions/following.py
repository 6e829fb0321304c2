"""What completing makes of calls after earlier turns, as the tests of each rule about them read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.evaluation.scoring import reading_context
from bot.messages import ToolCall
from bot.turn.completing import settle
from bot.turn.completions.reading import Draft
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Sequence

TOOLBOX = Toolbox(TOOLS)
LOAN = ToolCall("loan_payment", {"principal": "20k", "annual_rate_percent": "5%", "years": "10 years"})
HISTORY = ToolCall("get_price_history", {"symbol": "nike", "period": "in 2021"})


def call(name: str, **arguments: Any) -> ToolCall:
    """A call by its name and arguments."""
    return ToolCall(name, arguments)


def followed(
    text: str, before: ToolCall, *written: ToolCall, reply: str = "", said: str | None = None
) -> list[ToolCall]:
    """The calls on `text` after `before`, where the model `written` these or `reply`; `said` was asked before."""
    draft = Draft(list(written), reply)
    texts = None if said is None else [text, said]
    return list(settle(draft, text, TOOLBOX, reading_context(), [before], texts).calls)


def recalled(
    text: str, *written: ToolCall, turns: Sequence[Sequence[ToolCall]], said: str | None = None
) -> list[ToolCall]:
    """The calls on `text` after several `turns`, oldest first; `said` was asked before."""
    older, texts = list(reversed(turns[:-1])), None if said is None else [text, said]
    return list(settle(Draft(list(written)), text, TOOLBOX, reading_context(), turns[-1], texts, older).calls)
