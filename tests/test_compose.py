"""compose.yaml and the Dockerfile name only settings, commands and options that exist, and open nothing to the world."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from bot.__main__ import app
from bot.settings import KEYS

ROOT = Path(__file__).parents[1]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["app", "install"])
def test_the_program_gets_only_settings_that_exist(name: str) -> None:
    assert set(COMPOSE["services"][name]["environment"]) <= set(KEYS)


def test_the_image_sets_only_settings_that_exist() -> None:
    assert set(re.findall(r"(TUPPENCE_[A-Z_]+)=", DOCKERFILE)) <= set(KEYS)


def test_whatever_is_asked_of_the_environment_is_a_setting_or_the_password() -> None:
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "compose.yaml").read_text(encoding="utf-8")))
    assert asked <= {*KEYS, "POSTGRES_PASSWORD", "TUPPENCE_PORT"}


@pytest.mark.parametrize(
    "command",
    [
        COMPOSE["services"]["install"]["command"],
        [word.strip('",') for word in re.findall(r"^CMD \[(.*)\]$", DOCKERFILE, re.MULTILINE)[-1].split()],
    ],
)
def test_the_commands_exist(command: list[str]) -> None:
    assert command[0] == "tuppence"
    words = [word for word in command[1:] if not word.startswith("--")]
    options = [word for word in command[1:] if word.startswith("--")]
    named = words[: 2 if words[0] == "model" else 1]
    result = CliRunner().invoke(app, [*named, "--help"])
    assert result.exit_code == 0
    plain = re.sub(r"\x1b\[[0-9;]*m", "", result.output)
    assert all(option in plain for option in options)


def test_only_this_machine_is_served() -> None:
    ports = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_the_oldest_safe_ollama_or_a_newer_one_is_started() -> None:
    version = COMPOSE["services"]["ollama"]["image"].partition(":")[2]
    assert tuple(map(int, version.split("."))) >= (0, 17, 1)


def test_stopping_leaves_time_to_finish() -> None:
    from bot.jobs.worker import Limits

    grace = int(COMPOSE["services"]["app"]["stop_grace_period"].removesuffix("s"))
    assert grace > Limits().stopping.total_seconds()
