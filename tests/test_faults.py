"""What the program survives, as real processes: each fault is one sentence with a next step, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import shlex
import shutil
import signal
import socket
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.app import start
from bot.errors import SettingsError
from bot.llm.embedded import EmbeddedModel
from bot.llm.weights import BUILT_IN
from bot.messages import ToolCall
from bot.settings import load_settings
from bot.turn.assistant import Assistant, Question
from tests.fakes.command_line import CommandLine, installation
from tests.fakes.ollama_server import FakeOllama, Hang
from tests.fakes.scripted_model import ScriptedModel

if TYPE_CHECKING:
    from collections.abc import Callable

NO_WAY = "http://127.0.0.1:9"
"""A proxy that is not there."""
WATCHED = """
import json, runpy, sys
log = open(sys.argv.pop(1), "a", buffering=1)
def watch(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        log.write(json.dumps(arguments[1][0]) + "\\n")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        log.write(json.dumps(arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0]) + "\\n")
sys.addaudithook(watch)
runpy.run_module("bot", run_name="__main__", alter_sys=True)
"""


@pytest.fixture
def tuppence(tmp_path: Path, sqlite_template: Path) -> CommandLine:
    """A data folder that was used before."""
    home = tmp_path / "data"
    home.mkdir()
    shutil.copy(sqlite_template, home / "tuppence.db")
    return CommandLine(home)


def rows(tuppence: CommandLine, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(tuppence.home / "tuppence.db")) as connection:
        return connection.execute(query).fetchall()


# ---- killed


async def killed(tuppence: CommandLine, user: str, question: str) -> None:
    """Ask, and kill the process while the model is thinking."""
    async with FakeOllama().then(Hang()) as ollama:
        slow = tuppence.having(TUPPENCE_MODEL_BACKEND="ollama", OLLAMA_HOST=ollama.address)
        process = await slow.start("ask", question, "--as", user)
        await ollama.hanging.wait()
        process.kill()
        assert (await slow.ended(process)).code == -signal.SIGKILL


async def test_a_question_killed_half_way_is_told_of_at_the_next_start_to_its_asker_alone(
    tuppence: CommandLine,
) -> None:
    await killed(tuppence, "ben", "my secret question")
    assert rows(tuppence, "SELECT status FROM turns") == [("running",)]
    async with start(load_settings(tuppence.environment, None), "ada") as app:
        assert app.notices == ()
    await killed(tuppence, "ada", "how did\nApple do?")
    after = tuppence.run("ask", "/help", "--json")
    notice = "Your question “how did Apple do?” was cut off when the program stopped; please ask it again."
    assert " ".join(after.err.split()) == notice
    assert json.loads(after.out)["status"] == "answered"
    assert rows(tuppence, "SELECT user_id, status FROM turns ORDER BY 1, 2") == [
        ("ada", "answered"),
        ("ada", "failed"),
        ("ben", "failed"),
    ]
    assert rows(tuppence, "PRAGMA integrity_check") == [("ok",)]
    assert rows(tuppence, "PRAGMA foreign_key_check") == []


# ---- the model's file


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda whole: whole[: len(whole) // 2], "it is cut short or altered"),
        (lambda whole: whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], "it is cut short or altered"),
        (lambda _: b"", "it is empty"),
    ],
)
async def test_damaged_weights_are_named_with_the_fix_and_commands_go_on(
    tuppence: CommandLine, tmp_path: Path, damage: Callable[[bytes], bytes], said: str
) -> None:
    weights = installation(tmp_path / "package", damage(BUILT_IN.read_bytes())) / "slm" / "weights" / BUILT_IN.name
    async with start(load_settings(tuppence.environment, None)) as app:
        assistant = Assistant(replace(app.assistant.parts, model=EmbeddedModel(weights)))
        reply = await assistant.ask(Question("price of Apple", app.actor, "c1"))
        assert (reply.status, reply.figures) == ("failed", ())
        assert f"The built-in model's file {weights} is unusable ({said}" in reply.answer
        assert f"Install Tuppence again to restore it. (reference {reply.turn_id[:8]})" in reply.answer
        assert (await assistant.ask(Question("/watch", app.actor, "c1"))).status == "answered"
        await assistant.parts.model.close()


def test_missing_weights_are_named_by_the_answer_and_by_doctor(tuppence: CommandLine, tmp_path: Path) -> None:
    damaged = replace(tuppence, package=installation(tmp_path / "package", None))
    ended = damaged.run("ask", "price of Apple")
    assert ended.code == 1
    assert "slm/weights/tuppence.gguf is unusable (it is missing). Install Tuppence again" in ended.out
    report = damaged.run("doctor")
    assert report.code == 1
    assert "✗ built-in" in report.out


# ---- the disk


@cache
def own_mounts() -> tuple[str, ...] | None:
    """The command that gives a process mounts of its own, or None where the system forbids it."""
    for command in (("unshare", "-m"), ("unshare", "-rm")):
        try:
            trial = [*command, "sh", "-c", "mount -t tmpfs tmpfs /mnt"]
            if subprocess.run(trial, capture_output=True, check=False, timeout=10).returncode == 0:
                return command
        except OSError:
            return None
    return None


def after_mounting(tuppence: CommandLine, script: str) -> CommandLine:
    """The same, started after `script` has run with mounts of its own. `$home` in it is the data folder."""
    command = own_mounts()
    assert command
    script = f'home={shlex.quote(str(tuppence.home))}; {script}; exec "$@"'
    return replace(tuppence, before=(*command, "sh", "-ec", script, "sh"))


def read_only(tuppence: CommandLine) -> CommandLine:
    """The same with a data folder that refuses writing, to root as well."""
    if own_mounts():
        return after_mounting(tuppence, 'mount --bind "$home" "$home"; mount -o remount,ro,bind "$home"')
    return tuppence.having(TUPPENCE_HOME="/proc/tuppence/data")  # it refuses root too, but holds no file of ours


def test_a_read_only_data_folder_stops_the_start_with_the_path_and_the_fix(tuppence: CommandLine) -> None:
    before = (tuppence.home / "tuppence.db").read_bytes()
    ended = read_only(tuppence).run("ask", "price of Apple")
    assert ended.code in (74, 77)
    assert "tuppence.db" in ended.err
    assert "TUPPENCE_HOME" in ended.err
    assert ended.err.count("\n") == 1
    assert (tuppence.home / "tuppence.db").read_bytes() == before


def test_a_file_where_the_data_folder_should_be_is_a_wrong_setting(tuppence: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="is a file; name a folder"):
        load_settings({"TUPPENCE_HOME": str(tmp_path / "file")}, None)
    below = tuppence.having(TUPPENCE_HOME=str(tmp_path / "file" / "below")).run("ask", "price of Apple")
    assert below.code == 74
    assert "Set TUPPENCE_HOME to a folder of yours." in below.err


def test_a_full_disk_saves_nothing_says_so_and_leaves_the_database_whole(tuppence: CommandLine, tmp_path: Path) -> None:
    if own_mounts():
        kept = shlex.quote(str(tmp_path / "copy.db"))
        full = after_mounting(
            tuppence,
            f'cp "$home/tuppence.db" {kept}; mount -t tmpfs -o size=1m tmpfs "$home"; cp {kept} "$home/tuppence.db"; '
            '{ cat /dev/zero > "$home/filler" || true; } 2>/dev/null',
        )
        said = "is full, so nothing was saved. Free some space and ask again."
    else:
        full = replace(tuppence, before=("sh", "-c", 'ulimit -f 1; exec "$@"', "sh"))
        said = "can't be"
    ended = full.run("ask", "price of Apple")
    assert (ended.code, ended.out) == (74, "")
    assert said in ended.err
    assert rows(tuppence, "PRAGMA integrity_check") == [("ok",)]


# ---- the database


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda whole: whole[: len(whole) // 2], "bytes are left"),
        (lambda whole: whole[:8192] + b"\xff" * 4096 + whole[12288:], "is damaged"),
    ],
)
def test_a_damaged_database_stops_the_start_and_is_left_untouched(
    tuppence: CommandLine, damage: Callable[[bytes], bytes], said: str
) -> None:
    file = tuppence.home / "tuppence.db"
    damaged = damage(file.read_bytes())
    file.write_bytes(damaged)
    ended = tuppence.run("ask", "price of Apple")
    assert (ended.code, ended.out) == (74, "")
    assert said in ended.err
    assert "was left untouched" in ended.err
    assert file.read_bytes() == damaged


async def test_two_processes_share_one_file_from_its_first_moment_on(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    tuppence = CommandLine(tmp_path / "data")
    symbols = ("AAPL", "MSFT")
    processes = [await tuppence.start("ask", f"/watch add {symbol}", "--conversation", "c1") for symbol in symbols]
    ends = await asyncio.gather(*(tuppence.ended(process) for process in processes))
    assert [(end.code, end.err) for end in ends] == [(0, "")] * 2
    watched = {symbol for (symbol,) in rows(tuppence, "SELECT symbol FROM watchlist_items")}
    assert watched >= set(symbols)
    assert rows(tuppence, "SELECT position, status FROM turns ORDER BY 1") == [(0, "answered"), (1, "answered")]
    assert rows(tuppence, "SELECT count(*) FROM portfolios") == [(1,)]


# ---- the network


def test_with_bundled_prices_nothing_but_this_machine_is_ever_asked(tuppence: CommandLine, tmp_path: Path) -> None:
    log = tmp_path / "asked"
    watched = replace(tuppence, python=("-c", WATCHED, str(log)))
    ended = watched.having(TUPPENCE_MODEL_BACKEND="auto", OLLAMA_HOST=NO_WAY).run("ask", "price of Apple")
    assert ended.code == 0
    assert "$125.67" in ended.out
    assert set(map(json.loads, log.read_text().split("\n")[:-1])) == {"127.0.0.1"}


def connections(server: socket.socket) -> int:
    """How many have come since it was asked last."""
    server.setblocking(False)
    for many in count():
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return many
    raise AssertionError


def test_without_a_network_auto_falls_back_to_bundled_prices_in_time_and_says_so(
    tuppence: CommandLine, tmp_path: Path
) -> None:
    log = tmp_path / "asked"
    watched = replace(tuppence, python=("-c", WATCHED, str(log)))
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:  # takes connections and never says a word
        way = f"http://127.0.0.1:{silent.getsockname()[1]}"
        auto = watched.having(TUPPENCE_MARKET_DATA="auto", HTTPS_PROXY=way, https_proxy=way)
        first = auto.run("ask", "price of Apple")
        assert connections(silent) > 0
        second = auto.run("ask", "price of Apple")
        assert connections(silent) == 0  # that nothing comes from there is known for a while
    for ended in (first, second):
        assert ended.code == 0
        assert "$125.67" in ended.out
        assert "Yahoo Finance can't be reached, so the bundled history answers" in ended.out
    assert set(map(json.loads, log.read_text().split("\n")[:-1])) == {"127.0.0.1"}


def test_an_ollama_that_is_not_there_is_one_sentence_with_both_ways_out(tuppence: CommandLine) -> None:
    ended = tuppence.having(TUPPENCE_MODEL_BACKEND="ollama", OLLAMA_HOST=NO_WAY).run("ask", "price of Apple")
    assert ended.code == 1
    assert "nothing answers there" in ended.out
    assert "ollama serve" in ended.out
    assert "TUPPENCE_MODEL_BACKEND=embedded" in ended.out


# ---- names


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Qwzxnortle", "I don't know a listed company, fund or index called “Qwzxnortle”."),
        ("Delta", "Which one do you mean?"),
    ],
)
async def test_unknown_and_ambiguous_names_are_asked_about_and_never_guessed(
    tuppence: CommandLine, name: str, said: str
) -> None:
    model = ScriptedModel([[ToolCall("get_quote", {"symbols": [name]})]], is_native=True)
    async with start(load_settings(tuppence.environment, None)) as app:
        assistant = Assistant(replace(app.assistant.parts, model=model))
        reply = await assistant.ask(Question(f"price of {name}", app.actor, "c1"))
    assert reply.status == "clarify"
    assert said in reply.answer
    assert reply.figures == ()
