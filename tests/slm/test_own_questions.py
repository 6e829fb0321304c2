"""A team's own questions: what is read, and what is said of a line that can't be."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from bot.evaluation.questions import read_set
from slm.__main__ import app
from slm.chat_format import Call
from slm.own_questions import MOST_SHOWN, OwnQuestionsRefused, known_kinds, read_own_questions

if TYPE_CHECKING:
    from pathlib import Path

GOOD: list[dict[str, Any]] = [
    {"question": "how's our yardstick doing", "calls": [{"name": "get_quote", "arguments": {"symbols": ["S&P 500"]}}]},
    {"question": "put the mug on ebay", "kind": "decline:out_of_scope"},
]


def write(folder: Path, *lines: Any) -> Path:
    path = folder / "own.jsonl"
    text = "\n".join(line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, *lines: Any) -> tuple[str, ...]:
    with pytest.raises(OwnQuestionsRefused) as caught:
        read_own_questions(write(folder, *lines))
    return caught.value.problems


def test_questions_come_with_their_decisions(tmp_path: Path) -> None:
    calls, silent = read_own_questions(write(tmp_path, GOOD[0], "", GOOD[1], ""))
    assert calls.question == "how's our yardstick doing"
    assert calls.reply == (Call("get_quote", {"symbols": ["S&P 500"]}),)
    assert silent.reply == "DECLINE: out_of_scope"
    assert {"decline:advice", "decline:trade_order", "clarify:symbol", "chat:help"} <= set(known_kinds())


def test_arguments_become_texts_in_the_order_of_the_tool(tmp_path: Path) -> None:
    arguments = {"years": "10 years", "annual_rate_percent": 5, "principal": 1000, "monthly_contribution": None}
    record = {"question": "grow our kitty", "calls": [{"name": "project_growth", "arguments": arguments}]}
    [example] = read_own_questions(write(tmp_path, record))
    [call] = example.reply
    assert isinstance(call, Call)
    assert list(call.arguments.items()) == [
        ("principal", "1000"),
        ("annual_rate_percent", "5"),
        ("years", "10 years"),
    ]


def call(name: str, **arguments: Any) -> dict[str, Any]:
    return {"question": "what of our yardstick", "calls": [{"name": name, "arguments": arguments}]}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("price of apple", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not a JSON object"),
        ({"question": "a", "kind": "decline:advice", "note": 1}, "no field called “note”"),
        ({"kind": "decline:advice"}, "“question” must be a text"),
        ({"question": "  ", "kind": "decline:advice"}, "“question” must be a text"),
        ({"question": "?!", "kind": "decline:advice"}, "holds no words"),
        ({"question": "so " * 2000, "kind": "decline:advice"}, "ask in fewer words"),
        ({"question": "what of it"}, "either “calls” or “kind”"),
        ({"question": "what of it", "kind": "decline:advice", "calls": []}, "either “calls” or “kind”"),
        ({"question": "what of it", "kind": "decline:mood"}, "“kind” must be one of"),
        ({"question": "what of it", "kind": ["decline:advice"]}, "“kind” must be one of"),
        ({"question": "what of it", "calls": []}, "1 to 8 calls"),
        ({"question": "what of it", "calls": ["get_quote"]}, "a call must be an object"),
        ({"question": "what of it", "calls": [{"name": "get_quote"}]}, "a call must be an object"),
        (call("get_moon"), "no tool called 'get_moon'"),
        (call("get_quote"), "needs symbols"),
        (call("get_quote", symbols=["Apple"], when="now"), "no argument called when"),
        (call("get_price_history", symbol="Apple", period="whenever"), "period"),
        (call("get_quote", symbols=["Zorblaxian Quux Holdings"]), "don't know a listed company"),
        (call("convert_currency", amount="much", from_currency="USD", to_currency="EUR"), "as a number"),
    ],
)
def test_a_line_that_cannot_be_learnt_is_named_in_one_sentence(tmp_path: Path, line: Any, said: str) -> None:
    [problem] = refused(tmp_path, GOOD[0], line, GOOD[1])
    assert problem.startswith("Line 2: ")
    assert said in problem
    assert "\n" not in problem


def test_every_bad_line_is_named_and_the_rest_counted(tmp_path: Path) -> None:
    assert [problem[:7] for problem in refused(tmp_path, "a", GOOD[0], "b")] == ["Line 1:", "Line 3:"]
    with pytest.raises(OwnQuestionsRefused, match="5 more lines have a problem") as caught:
        read_own_questions(write(tmp_path, *["x"] * (MOST_SHOWN + 5)))
    assert len(str(caught.value).splitlines()) == MOST_SHOWN + 1


def test_a_question_is_asked_once(tmp_path: Path) -> None:
    again = {**GOOD[1], "question": GOOD[0]["question"].upper()}
    assert refused(tmp_path, GOOD[0], again) == ("Line 2: the question was asked on line 1 already.",)


def test_the_evaluation_sets_cannot_be_learnt(tmp_path: Path) -> None:
    record = next(record for record in read_set("abstain") if len(record["question"].split()) > 7)
    [problem] = refused(tmp_path, {"question": record["question"], "kind": record["kind"]})
    assert "one of evals/" in problem


def test_a_file_of_nothing_and_one_of_other_letters_are_refused(tmp_path: Path) -> None:
    assert "no question" in refused(tmp_path)[0]
    path = tmp_path / "latin.jsonl"
    path.write_bytes('{"question": "café"}'.encode("latin-1"))
    with pytest.raises(OwnQuestionsRefused, match="UTF-8"):
        read_own_questions(path)


def test_the_command_names_the_bad_lines_before_anything_is_loaded(tmp_path: Path) -> None:
    path, output = write(tmp_path, GOOD[0], "a"), tmp_path / "out"
    said = CliRunner().invoke(app, ["finetune", "--base", "no", "--output", str(output), "--data", str(path)])
    assert said.exit_code == 1
    assert said.output == "Line 2: this is not JSON; write one object on one line.\n"
    assert not output.exists()
    missing = ["finetune", "--base", "no", "--output", str(output), "--data", str(tmp_path / "none.jsonl")]
    assert CliRunner().invoke(app, missing).exit_code == 1
