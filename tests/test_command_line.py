"""The real command line, as a process: what it prints where, in which form, and with which exit code."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes.command_line import CommandLine, installation
from tests.fakes.ollama_server import FakeOllama, Hang
from tools.catalogue import TOOLS

KEYS = {
    "id", "turn_id", "question", "answer", "status", "tool_calls", "figures", "withheld", "charts", "model",
    "timings_ms", "confidence", "disclosure",
}  # fmt: skip
CALL_KEYS = {"name", "arguments", "resolved", "ok", "error", "error_kind", "result"}
FIGURE_KEYS = {"text", "value", "unit", "currency", "source", "as_of", "tool", "subject", "attribute"}
CSV = "symbol,quantity,cost,currency,date\nAAPL,10,100.50,USD,2020-01-02\nMSFT,2.5,200,USD,2020-01-03\n"


@pytest.fixture
def tuppence(tmp_path: Path, sqlite_template: Path) -> CommandLine:
    """A data folder that was used before, so that no start needs to make the database."""
    home = tmp_path / "data"
    home.mkdir()
    shutil.copy(sqlite_template, home / "tuppence.db")
    return CommandLine(home)


def test_the_version_and_the_help_come_at_once(tuppence: CommandLine) -> None:
    assert tuppence.run("--version").out.startswith("tuppence 0.")
    text = tuppence.run("--help").out
    for command in ("ask", "chat", "import", "doctor", "tools"):
        assert command in text
    assert "tuppence ask" in text
    assert not list(tuppence.home.glob("*.log"))


def test_ask_prints_a_traced_answer_its_date_and_who_gave_it(tuppence: CommandLine) -> None:
    ended = tuppence.run("ask", "price of Apple")
    assert (ended.code, ended.err) == (0, "")
    assert "$125.67" in ended.out
    assert "28 Dec 2022" in ended.out
    assert "\ntuppence (embedded, " in ended.out
    assert "\x1b" not in ended.out


def test_ask_json_prints_the_whole_turn(tuppence: CommandLine) -> None:
    ended = tuppence.run("ask", "price of Apple", "--json", "--as", "ben", "--conversation", "c1")
    record = json.loads(ended.out)
    assert set(record) == KEYS
    assert (record["id"], record["question"], record["status"]) == (None, "price of Apple", "answered")
    (call,) = record["tool_calls"]
    assert set(call) == CALL_KEYS
    assert (call["name"], call["resolved"], call["ok"], call["error"]) == (
        "get_quote",
        {"symbols": ["AAPL"]},
        True,
        None,
    )
    assert call["result"]["figures"]
    price = record["figures"][0]
    assert set(price) == FIGURE_KEYS
    assert (price["text"], price["unit"], price["currency"], price["as_of"], price["tool"]) == (
        "$125.67", "money", "USD", "2022-12-28", "get_quote",
    )  # fmt: skip
    assert price["value"] == pytest.approx(125.674)
    assert set(record["model"]) == {"name", "backend", "digest"}
    assert record["model"]["backend"] == "embedded"
    assert len(record["model"]["digest"]) == 64
    assert set(record["timings_ms"]) == {"first_feedback", "model", "tools", "total"}
    assert (record["withheld"], record["charts"]) == ([], [])


def test_a_batch_answers_each_line_in_order(tuppence: CommandLine, tmp_path: Path) -> None:
    lines = [
        {"id": "a", "question": "price of Apple"},
        {"id": 2, "question": "/watch list", "user": "ben"},
        "this is no JSON",
        {"id": "c", "question": "/watch", "history": ["/watch remove LLY"], "user": "cleo"},
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("\ufeff" + "\n\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    ended = tuppence.run("ask", "--batch", str(file))
    records = [json.loads(line) for line in ended.out.splitlines()]
    assert [record["id"] for record in records] == ["a", 2, None, "c"]
    assert [record["status"] for record in records] == ["answered", "answered", "failed", "answered"]
    assert all(set(record) == KEYS for record in records)
    assert "Line 5 can't be read" in records[2]["answer"]
    assert "LLY" in records[1]["answer"]
    assert "LLY" not in records[3]["answer"]
    assert ended.code == 65
    assert "Answering" in ended.err


def test_the_tools_are_listed_with_their_schemas(tuppence: CommandLine) -> None:
    schemas = json.loads(tuppence.run("tools", "--json").out)
    assert [schema["function"]["name"] for schema in schemas] == [tool.__name__ for tool in TOOLS]
    table = tuppence.run("tools").out
    assert "get_quote" in table
    assert "symbols" in table


def test_an_admin_names_a_model_and_can_promote_it_only_with_scores(tuppence: CommandLine) -> None:
    added = tuppence.run("model", "add", "tuppence", "--role", "tools")
    assert (added.code, added.err) == (0, "")
    assert "tuppence (embedded) is in the portfolio for tools." in added.out
    refused = tuppence.run("model", "promote", "tuppence")
    assert (refused.code, refused.out) == (65, "")
    assert refused.err.startswith("Error: Nothing was changed for tuppence:\n  - Its present weights were not measured")
    for suite in ("tools", "abstain", "bias"):
        assert f"run: tuppence eval --model tuppence --suite {suite}\n" in refused.err
    assert "tuppence (embedded): not approved, named for tools" in tuppence.run("models").out


def test_import_shows_a_preview_and_asks(tuppence: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "good.csv"
    file.write_text(CSV)
    done = tuppence.run("import", str(file), typed="y\n")
    assert done.code == 0
    assert "AAPL" in done.out
    assert "Import 2 rows for ada? [y/N]" in done.out
    assert "Imported 2 rows" in done.out


def test_doctor_is_content_with_a_whole_installation(tuppence: CommandLine) -> None:
    ended = tuppence.run("doctor")
    assert ended.code == 0
    for part in ("settings", "database", "portfolio", "built-in", "market data", "symbols"):
        assert part in ended.out
    assert "✗" not in ended.out


def test_wrong_settings_stop_the_start_at_once_each_with_its_fix(tuppence: CommandLine) -> None:
    wrong = tuppence.having(
        TUPPENCE_MARKET_DATA="bloomberg",
        TUPPENCE_MODLE="qwen3:4b",
        SLACK_BOT_TOKEN="xoxb-your-token",
        TUPPENCE_BASE_CURRENCY=" USD",
    )
    ended = wrong.run("ask", "price of Apple")
    assert ended.code == 78
    assert ended.out == ""
    assert "TUPPENCE_MARKET_DATA: it must be auto, yahoo or snapshot; write one of them" in ended.err
    assert "TUPPENCE_MODLE: there is no such setting; did you mean TUPPENCE_MODEL?" in ended.err
    assert "SLACK_BOT_TOKEN: it is still the placeholder" in ended.err
    assert "TUPPENCE_BASE_CURRENCY: it begins or ends with a space" in ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["ask", "x", "--as", "line\nbreak"], 2, "printable characters"),
        (["ask", "x", "--conversation", "c" * 300], 2, "at most 255"),
        (["import", "/no/such/file"], 65, "can't be read: No such file or directory"),
        (["nonsense"], 2, "No such command"),
        (["model", "add", "no model!"], 2, "write one like qwen3:4b"),
    ],
)
def test_wrong_arguments_are_one_sentence_with_a_next_step(
    tuppence: CommandLine, arguments: list[str], code: int, said: str
) -> None:
    ended = tuppence.run(*arguments)
    assert ended.code == code
    assert said in " ".join(ended.err.replace("│", " ").split())


def test_bytes_that_are_no_text_are_a_question_like_any_other(tuppence: CommandLine) -> None:
    ended = tuppence.run("ask", os.fsdecode(b"/caf\xe9"), "--json")
    assert json.loads(ended.out)["question"] == "/caf?"


def test_the_traceback_is_shown_where_it_is_asked_for(tuppence: CommandLine) -> None:
    ended = tuppence.run("import", "/no/such/file", "--debug")
    assert ended.code == 1
    assert "Traceback" in ended.err


def test_a_bug_is_an_apology_whose_reference_is_in_the_log_and_not_on_the_screen(
    tuppence: CommandLine, tmp_path: Path
) -> None:
    package = installation(tmp_path / "package", None)
    (package / "prompts").unlink()
    (package / "prompts").mkdir()
    (package / "prompts" / "__init__.py").touch()
    ended = replace(tuppence, package=package).run("ask", "")  # every turn reads a prompt
    assert ended.code == 1
    assert "Something went wrong on my side" in ended.out
    reference = ended.out.split("reference ")[1][:8]
    log = (tuppence.home / "tuppence.log").read_text()
    assert f"turn {reference}" in log
    assert log.count("Traceback") == 1
    assert "advisor.md" in log


async def test_ctrl_c_in_the_middle_of_a_turn_is_clean(tuppence: CommandLine) -> None:
    async with FakeOllama().then(Hang()) as ollama:
        slow = tuppence.having(TUPPENCE_MODEL_BACKEND="ollama", OLLAMA_HOST=ollama.address)
        process = await slow.start("ask", "price of Apple")
        await ollama.hanging.wait()
        process.send_signal(signal.SIGINT)
        ended = await slow.ended(process, seconds=20)
    assert (ended.code, ended.out, ended.err) == (130, "", "Stopped.\n")


def test_a_closed_pipe_is_no_error(tuppence: CommandLine) -> None:
    process = subprocess.Popen(
        [*tuppence.command, "tools", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=tuppence.environment
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    process.stderr.close()
    process.wait(10)
