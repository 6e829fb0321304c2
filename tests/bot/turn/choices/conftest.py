"""What settling makes of a decision, as the tests of the tables read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.evaluation.scoring import reading_context
from bot.messages import ToolCall
from bot.turn.completing import settle
from bot.turn.completions.reading import Draft, Reading
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TOOLBOX = Toolbox(TOOLS)


@pytest.fixture
def settled() -> Callable[..., Any]:
    """(question, calls as name and arguments or the name of a reply) → the same after settling."""

    def run(
        text: str, *written: Any, confidence: float | None = -0.3, earlier: Sequence[tuple[str, dict[str, Any]]] = ()
    ) -> Any:
        replied = written and isinstance(written[0], str)
        draft = Draft(
            () if replied else [ToolCall(*call) for call in written], written[0] if replied else "", confidence
        )
        found = settle(draft, text, TOOLBOX, reading_context(), [ToolCall(*call) for call in earlier])
        return [(call.name, call.arguments) for call in found.calls] or found.text

    return run


@pytest.fixture
def reading() -> Callable[[str], Reading]:
    """A question as the rules read it."""
    return lambda text: Reading(text, TOOLBOX, reading_context())
