"""A turn in Slack: what every tool finds fits Slack's limits, holds nothing live, and says all of the answer."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings

from bot.messages import Reply, ToolCall, ToolResult
from bot.surfaces.slack.blocks import messages, plain_messages, typed_here
from bot.surfaces.slack.markup import visible
from bot.surfaces.slack.record import Extras, notice_record, turn_record
from bot.turn.rendering import escape
from tests.fakes.block_check import live_parts, message_problems, shown, texts
from tests.fakes.hostile_text import FRAGMENTS, hostile
from tests.fakes.replies import MODEL, replies, reply_of
from tools.catalogue import TOOLS
from tools.charts import Chart, Series
from tools.values import Figure, Findings, Passage, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    Build = Callable[..., list[dict[str, Any]]]

BUILDS = (messages, plain_messages)
READERS = (("en_US", "America/New_York"), ("de_DE", "Europe/Berlin"), ("ar_EG", "Africa/Cairo"))


def built(build: Build, record: dict[str, Any], locale: str = "en_US", zone: str = "UTC") -> list[dict[str, Any]]:
    made = build(json.loads(json.dumps(record)), locale=locale, time_zone=zone)
    assert [problem for message in made for problem in message_problems(message)] == []
    assert [part for message in made for part in live_parts(message)] == []
    return made


def kinds(message: dict[str, Any]) -> list[str]:
    return [block["type"] for block in message["blocks"]]


def answer(text: str, **more: Any) -> dict[str, Any]:
    return turn_record(Reply("t1", "a question", text, "answered", model=MODEL, **more))


def test_every_tool_is_among_the_replies() -> None:
    assert {each.call.name for reply in replies() for each in reply.results} == {tool.__name__ for tool in TOOLS}


@pytest.mark.parametrize(("locale", "zone"), READERS)
@pytest.mark.parametrize("build", BUILDS)
def test_what_every_tool_finds_keeps_the_limits(build: Build, locale: str, zone: str) -> None:
    for reply in replies():
        made = built(
            build, turn_record(reply, extras=Extras(disclosure="An assistant that can be wrong.")), locale, zone
        )
        assert len(made) == 1, reply.question


def test_every_figure_of_every_answer_is_shown() -> None:
    for reply in replies():
        for build in BUILDS:
            (message,) = built(build, turn_record(reply), "en_GB", "UTC")
            seen = re.sub(r"\s", " ", "\n".join(texts(message["blocks"])))
            for text, figure, _ in reply.figures:
                number = re.search(r"\d[\d,]*\.?\d*", text)
                assert number is None or figure.unit == "date" or number[0] in seen, (reply.question, text)


def test_text_then_table_then_chart_then_sources_then_buttons() -> None:
    compared = next(reply for reply in replies() if reply.results[0].call.name == "compare_performance")
    (message,) = built(messages, turn_record(compared))
    assert kinds(message) == ["rich_text", "table", "data_visualization", "context", "actions", "context_actions"]
    assert message["text"].startswith("Apple held up better between Dec 31, 2021 and Dec 28, 2022: it fell 28.6%")
    assert "AAPL: total return -28.6%" in message["text"]
    assert message["blocks"][1]["rows"][1][1]["text"] == "-28.6%"
    assert message["blocks"][1]["column_settings"][1] == {"align": "right"}
    assert "As of Dec 28, 2022, bundled history" in message["blocks"][3]["elements"][0]["text"]
    assert "Start date: Dec 31, 2021; End date: Dec 28, 2022" in message["blocks"][3]["elements"][0]["text"]
    assert "|" not in shown([message])


def test_the_plain_form_has_an_aligned_table_and_no_native_block() -> None:
    compared = next(reply for reply in replies() if reply.results[0].call.name == "compare_performance")
    (message,) = built(plain_messages, turn_record(compared), "de_DE", "Europe/Berlin")
    assert kinds(message) == ["section", "section", "context", "actions", "actions"]
    header, rule, first, second = message["blocks"][1]["text"]["text"].strip("`\n").split("\n")
    assert len({len(line) for line in (header, rule, first, second)}) == 1
    assert first.startswith("AAPL  ")
    assert first.split()[1:3] == ["-28,6", "%"]


def test_facts_that_the_sentence_tells_are_not_told_again() -> None:
    told = answer("Apple closed at $125.67, down 3.07%.\n\n- price: **$125.67**\n- day change: **-3.07%**")
    assert kinds(built(messages, told)[0]) == ["rich_text", "context_actions"]
    more = answer("Apple closed at $125.67.\n\n- price: **$125.67**\n- day change: **-3.07%**")
    (message,) = built(messages, more)
    assert [field["text"] for field in message["blocks"][1]["fields"]] == ["*Price*\n$125.67", "*Day change*\n-3.07%"]


def test_a_value_and_its_day_are_one_fact() -> None:
    (message,) = built(messages, answer("So:\n\n- high: **$180.43**\n- high date: **3 Jan 2022**"))
    assert [field["text"] for field in message["blocks"][1]["fields"]] == ["*High*\n$180.43, Jan 3, 2022"]


def test_opening_hours_are_told_once_in_the_readers_zone() -> None:
    status = next(reply for reply in replies() if reply.results[0].call.name == "get_market_status")
    (message,) = built(messages, turn_record(status), "en_GB", "Europe/London")
    assert "opens next on 23 Nov 2026, 14:30 GMT." in message["text"]
    fields = [field["text"].split("\n")[0] for field in message["blocks"][1]["fields"]]
    assert fields == ["*Local time*", "*Next open*", "*Next close*", "*Next holiday*", "*Next half day*"]


def test_times_are_the_readers() -> None:
    source = Source("Example Wire", datetime(2026, 11, 19, 14, 5, tzinfo=UTC))
    figure = Figure("AAPL", "price", Decimal("1234.5"), "money", source, "USD")
    passage = Passage("AAPL", "headline", "Apple rose to $1,234.50 on 19 Nov 2026", source)
    result = ToolResult(ToolCall("get_news", {}), {}, Findings("News", (figure,), (passage,)))
    (message,) = built(messages, turn_record(reply_of("news", (result,))), "de_DE", "Asia/Tokyo")
    seen = " ".join(texts(message["blocks"])).replace("\xa0", " ")
    assert "19.11.2026, 23:05 UTC+9" in seen
    assert "1.234,50 $" in seen
    assert "“Apple rose to $1,234.50 on 19 Nov 2026”" in seen


@pytest.mark.parametrize("build", BUILDS)
def test_a_long_answer_becomes_several_messages_with_the_buttons_under_the_last(build: Build) -> None:
    sentences = " ".join(f"Sentence number {number} has a few words." for number in range(1_100))
    record = answer(sentences)
    made = built(build, record)
    assert len(made) > 3
    assert shown(made) == sentences.replace(" ", "")
    feedback = [any(block["type"].endswith("actions") for block in message["blocks"]) for message in made]
    assert feedback == [False] * (len(made) - 1) + [True]


@pytest.mark.parametrize("build", BUILDS)
def test_forty_thousand_characters_of_hostile_text_survive(build: Build) -> None:
    text = ("".join(FRAGMENTS) * 40)[:40_000]
    made = built(build, answer(escape(text)))
    assert shown(made) == re.sub(r"[\s\u2060•]", "", visible(" ".join(text.split())))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(hostile, hostile)
def test_hostile_names_headlines_and_words_do_nothing_and_are_seen(name: str, headline: str) -> None:
    source = Source(name or "x")
    figure = Figure("AAPL", "price", Decimal("12.5"), "money", source, "GBP", note=headline)
    other = replace(figure, subject="MSFT")
    chart = Chart("bar", name, (name, f"{name}b"), (Series(headline, (1.0, -2.0)),), headline, name)
    findings = Findings(
        name,
        (figure, other),
        (Passage("AAPL", "headline", headline, source),),
        (),
        (headline,),
        {"AAPL": name},
        chart=chart,
    )
    result = ToolResult(ToolCall("get_quote", {"symbols": [name]}), {"symbols": ["AAPL"]}, findings)
    record = turn_record(replace(reply_of(name, (result,)), question=headline), extras=Extras(name))
    for build in BUILDS:
        made = built(build, record)
        assert "£12.50" in "".join(texts([message["blocks"] for message in made]))


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(hostile)
@example("<!channel>/help")
def test_no_character_of_an_answer_is_lost(text: str) -> None:
    seen = f"x{visible(escape_free(text))}"
    assume(typed_here(seen) == seen)  # "/help" is written "/fin help" here: more characters, on purpose
    for build in BUILDS:
        made = built(build, answer(f"x{escape(text)}"))
        assert shown(made) == re.sub(r"[\s\u2060•]", "", seen)
        built(build, answer(text))  # whatever a model wrote: within the limits, and nothing live


def escape_free(text: str) -> str:
    """What `escape` lets through, before it escapes: it drops signs that can't be seen, also between emoji."""
    return re.sub(r"\\([\\`*_\[\]<>|#~&])", r"\1", escape(text))


def test_an_answer_with_nothing_in_it_still_says_so() -> None:
    for text in ("", " \n ", "\u200b"):
        for build in BUILDS:
            (message,) = built(build, answer(text))
            assert message["text"].strip()


def test_only_remarks_are_an_answer_too() -> None:
    assert kinds(built(messages, answer("*only this*"))[0]) == ["rich_text", "context_actions"]


def test_a_huge_table_is_cut_into_messages_with_its_header() -> None:
    rows = "\n".join(f"| company {number} | {number} |" for number in range(250))
    made = built(messages, answer(f"Here:\n\n| name | count |\n|---|---:|\n{rows}"))
    tables = [block for message in made for block in message["blocks"] if block["type"] == "table"]
    assert [len(table["rows"]) for table in tables] == [100, 100, 53]
    assert {table["rows"][0][0]["text"] for table in tables} == {"Name"}
    cells = [row[0]["text"] for table in tables for row in table["rows"][1:]]
    assert cells == [f"company {number}" for number in range(250)]


@pytest.mark.parametrize("build", BUILDS)
def test_a_table_no_block_can_hold_is_told_in_words(build: Build) -> None:
    wide = "|".join(["h"] * 30)
    record = answer(
        f"| {wide} |\n|{'---|' * 30}\n| {'|'.join(f'cell{n}' for n in range(30))} |\n\n| a |\n|---|\n| {'y' * 11_000} |"
    )
    seen = shown(built(build, record))
    assert seen.count("y") >= 11_000
    assert all(f"cell{number}" in seen for number in range(30))


def test_a_second_table_is_drawn_in_letters_of_one_width() -> None:
    table = "| | price |\n|---|---:|\n| AAPL | $1 |\n| MSFT | $2 |"
    (message,) = built(messages, answer(f"One:\n\n{table}\n\nTwo:\n\n{table}"))
    assert kinds(message)[:4] == ["rich_text", "table", "rich_text", "section"]


def test_a_notice_is_just_its_text() -> None:
    (message,) = built(messages, notice_record("I am stopped here. Ask your administrator."))
    assert kinds(message) == ["rich_text"]
    assert message["text"] == "I am stopped here. Ask your administrator."


def test_a_typed_command_is_named_as_slack_takes_it() -> None:
    reply = next(reply for reply in replies() if reply.results[0].call.name == "propose_watchlist_change")
    for build in BUILDS:
        (message,) = built(build, turn_record(reply))
        assert "confirm this or type /fin watch add BAC." in message["text"]
    (help_text,) = built(messages, answer("Type:\n\n- `/help`: this\n- a/watch and /watchful and ./help stay"))
    assert help_text["text"] == "Type:\n• /fin help: this\n• a/watch and /watchful and ./help stay"


def test_a_late_answer_says_so_first() -> None:
    reply = Reply("t1", "q", "Apple rose.", "answered", model=MODEL)
    (message,) = built(messages, turn_record(reply, text=f"Sorry, this is late.\n\n{reply.answer}"))
    assert message["text"] == "Sorry, this is late.\nApple rose."


def test_a_record_is_small() -> None:
    sizes = {reply.question: len(json.dumps(turn_record(reply))) for reply in replies()}
    assert max(sizes.values()) < 30_000


def test_a_model_that_calls_what_only_we_call_makes_no_message_of_an_alert() -> None:
    for arguments in ({}, {"alert": "0" * 32}):
        call = ToolCall("check_alert", arguments)
        result = ToolResult(call, arguments, None, "There is no such tool.", "unknown_tool")
        assert answer("No.", results=(result,))["alert"] is None
