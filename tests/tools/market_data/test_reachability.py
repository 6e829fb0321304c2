"""Which provider is chosen, how long that may take, and what is remembered of it."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fakes.yahoo_server import SERVER_FAULT, Fault, YahooServer, redirected, throttled
from tools.market_data import SNAPSHOT_NOTE, UNCHANGING, UNREACHABLE_NOTE, choose_market_data, unchanging_note
from tools.market_data.cache import CachedMarketData
from tools.market_data.reachability import MEMORY_FILE, is_reachable, yahoo_answers
from tools.market_data.snapshot import SnapshotMarketData

if TYPE_CHECKING:
    from pathlib import Path

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Probe:
    """Answers as told, and counts."""

    def __init__(self, *, answer: bool) -> None:
        self.answer = answer
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.answer


@pytest.mark.parametrize(
    ("answer", "after", "asked_again"),
    [
        (True, timedelta(minutes=59), False),
        (True, timedelta(minutes=60), True),
        (False, timedelta(minutes=179), False),
        (False, timedelta(hours=3), True),
        (False, timedelta(minutes=-5), True),
    ],
)
async def test_the_answer_is_remembered_for_hours_and_a_clock_set_back_is_not_trusted(
    tmp_path: Path, after: timedelta, *, answer: bool, asked_again: bool
) -> None:
    probe = Probe(answer=answer)
    assert await is_reachable(tmp_path, now=lambda: NOON, probe=probe) is answer
    assert await is_reachable(tmp_path, now=lambda: NOON + after, probe=probe) is answer
    assert probe.asked == (2 if asked_again else 1)


@pytest.mark.parametrize(
    "memory",
    [b"", b"{", b"[]", b"null", b"\xff", b'{"reachable": 1, "asked_at": "2026-11-20T11:59:00+00:00"}',
     b'{"reachable": true, "asked_at": "2026-11-20T11:59:00"}', b'{"reachable": true}'],
)  # fmt: skip
async def test_a_memory_that_says_nothing_is_asked_anew(tmp_path: Path, memory: bytes) -> None:
    (tmp_path / MEMORY_FILE).write_bytes(memory)
    probe = Probe(answer=False)
    assert await is_reachable(tmp_path, now=lambda: NOON, probe=probe) is False
    assert probe.asked == 1
    assert json.loads((tmp_path / MEMORY_FILE).read_text())["reachable"] is False


async def test_a_folder_that_cannot_be_written_only_loses_the_memory(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert await is_reachable(blocked, now=lambda: NOON, probe=Probe(answer=True)) is True


async def test_a_probe_that_hangs_is_a_no_in_time(tmp_path: Path) -> None:
    release = threading.Event()

    def hanging() -> bool:
        return release.wait(30)

    assert await is_reachable(tmp_path, now=lambda: NOON, probe=hanging, longest_seconds=0.05) is False
    release.set()


@pytest.mark.parametrize(
    ("fault", "answers"),
    [
        (None, True),
        (throttled(), True),
        (Fault(404), True),
        (redirected("https://consent.yahoo.com/"), True),
        (redirected("https://login.example/"), False),
        (redirected("https://evilyahoo.com/"), False),
        (SERVER_FAULT, False),
        (Fault(reset=True), False),
    ],
)
def test_yahoo_answers_with_any_status_of_its_own(
    monkeypatch: pytest.MonkeyPatch, fault: Fault | None, *, answers: bool
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with YahooServer({}) as server:
        if fault:
            server.always["crumb"] = fault
        assert yahoo_answers(f"{server.url}/v1/test/getcrumb", 2) is answers


def test_no_network_is_a_no() -> None:
    assert yahoo_answers("http://127.0.0.1:9/", 2) is False
    assert yahoo_answers("https://no-such-host.invalid/", 2) is False


async def test_snapshot_and_yahoo_are_taken_at_their_word(tmp_path: Path) -> None:
    probe = Probe(answer=False)
    snapshot, note = await choose_market_data("snapshot", home=tmp_path, probe=probe)
    assert isinstance(snapshot, SnapshotMarketData)
    assert note == SNAPSHOT_NOTE
    yahoo, note = await choose_market_data("yahoo", home=tmp_path, probe=probe)
    assert isinstance(yahoo, CachedMarketData)
    assert (yahoo.name, note) == ("Yahoo Finance", "")
    assert probe.asked == 0


async def test_only_data_that_never_changes_is_called_so_with_the_fix(tmp_path: Path) -> None:
    snapshot, _ = await choose_market_data("snapshot", home=tmp_path)
    assert snapshot.name == UNCHANGING
    assert unchanging_note(snapshot, "nothing happens") == (
        "The bundled history never changes, so nothing happens; set TUPPENCE_MARKET_DATA=yahoo to connect Yahoo Finance."
    )
    yahoo, _ = await choose_market_data("yahoo", home=tmp_path)
    assert unchanging_note(yahoo, "nothing happens") == ""


async def test_auto_is_yahoo_when_it_answers_else_the_bundled_history_and_says_so(tmp_path: Path) -> None:
    yahoo, note = await choose_market_data("auto", home=tmp_path / "on", probe=Probe(answer=True))
    assert (yahoo.name, note) == ("Yahoo Finance", "")
    snapshot, note = await choose_market_data("auto", home=tmp_path / "off", probe=Probe(answer=False))
    assert (snapshot.name, note) == ("bundled history", UNREACHABLE_NOTE)
    assert "check the network" in note
