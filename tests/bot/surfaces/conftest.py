"""What the tests of the surfaces share: settings for a data folder that was used before."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from bot.settings import Settings, load_settings

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Settings:
    """The built-in model, the bundled prices, and a database with no rows."""
    home = tmp_path / "data"
    home.mkdir()
    shutil.copy(sqlite_template, home / "tuppence.db")
    environ = {"TUPPENCE_HOME": str(home), "TUPPENCE_USER": "ada", "HOME": str(tmp_path)}
    environ |= {"TUPPENCE_MODEL_BACKEND": "embedded", "TUPPENCE_MARKET_DATA": "snapshot"}
    return load_settings(environ, dotenv_path=None)
