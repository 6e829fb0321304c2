"""What completing makes of calls, as the tests of each rule read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from bot.evaluation.scoring import reading_context
from bot.messages import ToolCall
from bot.turn.completing import complete
from tools.catalogue import TOOLS
from tools.toolbox import Toolbox

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = tuple[str, dict[str, Any]]

TOOLBOX = Toolbox(TOOLS)


@pytest.fixture
def completed() -> Callable[..., list[Call]]:
    """(question, calls as name and arguments) → the completed calls in the same form."""

    def run(text: str, *calls: Call) -> list[Call]:
        whole = complete([ToolCall(*call) for call in calls], text, TOOLBOX, reading_context())
        return [(call.name, call.arguments) for call in whole]

    return run
