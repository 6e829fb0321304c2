"""What the tests of the model backends share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.llm.weights import BUILT_IN

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def weights() -> Path:
    """The real built-in model; a checkout without it is incomplete, so its tests fail rather than skip."""
    if not BUILT_IN.exists():
        pytest.fail(f"{BUILT_IN} is missing: take it from the repository, or make it with `python -m slm train`")
    return BUILT_IN
