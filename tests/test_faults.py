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
import time
from contextlib import closing
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.llm.weights import BUILT_IN
from tests.fakes.command_line import CommandLine, installation
from tests.fakes.ollama_server import FakeOllama, Hang

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


async def test_a_question_killed_half_way_is_told_of_at_the_next_start_to_its_asker_alone(
    tuppence: CommandLine,
) -> None:
    async with FakeOllama().then(Hang()).then(Hang()) as ollama:
        slow = tuppence.having(TUPPENCE_MODEL_BACKEND="ollama", OLLAMA_HOST=ollama.address)
        for user in ("ada", "ben"):
            ollama.hanging.clear()
            process = await slow.start("ask", f"how did Apple do, asks {user}", "--as", user)
            await ollama.hanging.wait()
            process.kill()
            assert (await slow.ended(process)).code == -signal.SIGKILL
            assert rows(tuppence, "SELECT count(*) FROM turns WHERE status = 'running'") == [(1,)]
            notice = f"Your question “how did Apple do, asks {user}” was cut off when the program stopped; please ask it again."
            if user == "ada":
                after = tuppence.run("ask", "/help")
                assert " ".join(after.err.split()) == notice
            else:
                after = tuppence.run("ask", "/help", "--json")
                assert after.err == ""
    assert rows(tuppence, "SELECT user_id, status FROM turns WHERE question LIKE 'how%' ORDER BY 1") == [
        ("ada", "failed"),
        ("ben", "failed"),
    ]
    assert rows(tuppence, "PRAGMA integrity_check") == [("ok",)]
    assert rows(tuppence, "PRAGMA foreign_key_check") == []


# ---- the model's file


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda _: None, "it is missing"),
        (lambda whole: whole[: len(whole) // 2], "it is cut short or altered"),
        (lambda whole: whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], "it is cut short or altered"),
        (lambda _: b"", "it is empty"),
    ],
)
def test_damaged_weights_are_named_and_everything_else_works(
    tuppence: CommandLine, tmp_path: Path, damage: Callable[[bytes], bytes | None], said: str
) -> None:
    package = tmp_path / "package"
    package.mkdir()
    damaged = replace(tuppence, package=installation(package, damage(BUILT_IN.read_bytes())))
    ended = damaged.run("ask", "price of Apple", "--json")
    record = json.loads(ended.out)
    assert (ended.code, record["status"]) == (1, "failed")
    assert f"{package}/slm/weights/tuppence.gguf is unusable ({said}" in record["answer"]
    assert "Install Tuppence again to restore it." in record["answer"]
    assert record["turn_id"][:8] in record["answer"]
    assert "$" not in record["answer"]


def test_doctor_names_missing_weights_and_commands_need_none(tuppence: CommandLine, tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    damaged = replace(tuppence, package=installation(package, None))
    report = damaged.run("doctor")
    assert report.code == 1
    assert "✗ built-in" in report.out
    assert "it is missing" in report.out
    assert damaged.run("ask", "/watch list").code == 0


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
    # Without mounts: /proc refuses root too, but holds no file of ours.
    return replace(tuppence, home=Path("/proc/tuppence/data")).having(HOME=str(tuppence.home.parent))


def test_a_read_only_data_folder_stops_the_start_with_the_path_and_the_fix(tuppence: CommandLine) -> None:
    before = (tuppence.home / "tuppence.db").read_bytes()
    for arguments in (["ask", "price of Apple"], ["import", str(_csv(tuppence)), "--yes"]):
        ended = read_only(tuppence).run(*arguments) if own_mounts() else _run_in(tuppence, *arguments)
        assert ended.code in (74, 77)
        assert "tuppence.db" in ended.err
        assert "TUPPENCE_HOME" in ended.err
        assert ended.err.count("\n") == 1
    assert (tuppence.home / "tuppence.db").read_bytes() == before


def test_a_file_where_the_data_folder_should_be_is_a_wrong_setting(tuppence: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ended = tuppence.having(TUPPENCE_HOME=str(tmp_path / "file")).run("ask", "price of Apple")
    assert ended.code == 78
    assert "is a file; name a folder" in ended.err
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
    assert tuppence.run("ask", "/help").code == 0
    assert rows(tuppence, "PRAGMA integrity_check") == [("ok",)]


def _csv(tuppence: CommandLine) -> Path:
    file = tuppence.home.parent / "holdings.csv"
    file.write_text("symbol,quantity,cost,currency,date\nAAPL,10,100,USD,2020-01-02\n")
    return file


def _run_in(tuppence: CommandLine, *arguments: str) -> Any:
    return tuppence.having(TUPPENCE_HOME="/proc/tuppence/data").run(*arguments)


# ---- the database


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda whole: whole[: len(whole) // 2], "bytes are left"),
        (lambda whole: b"", "it is empty"),
        (lambda whole: b"this is a letter" * 4096, "it is not a SQLite database"),
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


async def test_many_processes_share_one_file_from_its_first_moment_on(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    tuppence = CommandLine(tmp_path / "data")
    symbols = ("AAPL", "MSFT", "TSLA")
    processes = [await tuppence.start("ask", f"/watch add {symbol}", "--conversation", "c1") for symbol in symbols]
    ends = await asyncio.gather(*(tuppence.ended(process) for process in processes))
    assert [(end.code, end.err) for end in ends] == [(0, "")] * 3
    watched = tuppence.run("ask", "/watch list").out
    assert all(symbol in watched for symbol in symbols)
    assert rows(tuppence, "SELECT position, status FROM turns WHERE conversation_id = 'c1' ORDER BY 1") == [
        (position, "answered") for position in range(3)
    ]
    assert rows(tuppence, "SELECT count(*) FROM portfolios") == [(1,)]


# ---- the network


def test_with_bundled_prices_nothing_but_this_machine_is_ever_asked(tuppence: CommandLine, tmp_path: Path) -> None:
    log = tmp_path / "asked"
    watched = replace(tuppence, python=("-c", WATCHED, str(log)))
    ended = watched.having(TUPPENCE_MODEL_BACKEND="auto", OLLAMA_HOST=NO_WAY).run("ask", "price of Apple")
    assert ended.code == 0
    assert "$125.67" in ended.out
    assert set(map(json.loads, log.read_text().split("\n")[:-1])) == {"127.0.0.1"}


def test_without_a_network_auto_falls_back_to_bundled_prices_in_time_and_says_so(
    tuppence: CommandLine, tmp_path: Path
) -> None:
    log = tmp_path / "asked"
    watched = replace(tuppence, python=("-c", WATCHED, str(log)))
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:  # takes connections and never says a word
        way = f"http://127.0.0.1:{silent.getsockname()[1]}"
        auto = watched.having(TUPPENCE_MARKET_DATA="auto", HTTPS_PROXY=way, https_proxy=way)
        began = time.monotonic()
        first = auto.run("ask", "price of Apple")
        first_took = time.monotonic() - began
        began = time.monotonic()
        second = auto.run("ask", "price of Apple")
        second_took = time.monotonic() - began
    for ended in (first, second):
        assert ended.code == 0
        assert "$125.67" in ended.out
        assert "Yahoo Finance can't be reached, so prices are from the bundled history" in ended.out
    assert 2 < first_took < 10
    assert second_took < first_took - 1
    assert set(map(json.loads, log.read_text().split("\n")[:-1])) == {"127.0.0.1"}


def test_an_ollama_that_is_not_there_is_one_sentence_with_both_ways_out(tuppence: CommandLine) -> None:
    began = time.monotonic()
    ended = tuppence.having(TUPPENCE_MODEL_BACKEND="ollama", OLLAMA_HOST=NO_WAY).run("ask", "price of Apple")
    assert time.monotonic() - began < 10
    assert ended.code == 1
    assert "nothing answers there" in ended.out
    assert "ollama serve" in ended.out
    assert "TUPPENCE_MODEL_BACKEND=embedded" in ended.out


# ---- names


def test_unknown_and_ambiguous_names_are_asked_about_and_never_guessed(tuppence: CommandLine) -> None:
    for question, said in (
        ("price of Qwzxnortle", "I don't know a listed company, fund or index called “Qwzxnortle”."),
        ("price of Delta", "Which one do you mean?"),
    ):
        ended = tuppence.run("ask", question, "--json")
        record = json.loads(ended.out)
        assert (ended.code, record["status"]) == (0, "clarify")
        assert said in record["answer"]
        assert record["figures"] == []
