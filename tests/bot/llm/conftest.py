"""What the tests of the model backends share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.llm.weights import BUILT_IN


@pytest.fixture(scope="session")
def weights() -> Path:
    """The real built-in model; a checkout without it is incomplete, so its tests fail rather than skip."""
    path = Path(os.environ.get("TUPPENCE_TEST_WEIGHTS", BUILT_IN))
    if not path.exists():
        pytest.fail(f"{path} is missing: make it with `python -m slm train` or take it from the repository")
    return path
