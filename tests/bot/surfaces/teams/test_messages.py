"""Answers as messages and cards: within Teams' limits, in the SDK's own forms, and with nothing live in them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from microsoft_teams.cards import AdaptiveCard

from bot.surfaces.answer import Grid, Span
from bot.surfaces.localising import Reader
from bot.surfaces.slack.markup import JOINER, visible
from bot.surfaces.slack.record import notice_record
from bot.surfaces.teams.cards import card, decided, fact_set, tables
from bot.surfaces.teams.charts import chart_element
from bot.surfaces.teams.markup import escaped, inert, markdown
from bot.surfaces.teams.messages import messages
from bot.surfaces.teams.sdk import MessageActivityInput
from tests.fakes.hostile_text import FRAGMENTS, hostile
from tests.fakes.teams_server import LARGEST_CARD, LARGEST_MESSAGE, wrong

HERE = Reader("en_US", "UTC")
_LIVE = re.compile(
    r"@\w|<\w|<at|https?:/|www\.\w|(?:mailto|javascript):\w|tel:\d|\w\.com/|&(?:#?\w+);|\{\{|\$\{", re.IGNORECASE
)


def record(answer: str, **more: Any) -> dict[str, Any]:
    return {
        "version": 1, "turn": "t" * 32, "status": "answered", "question": "q", "answer": answer, "personal": False,
        "figures": [], "times": {}, "names": {}, "charts": [], "calls": [{"name": "get_quote", "arguments": {"symbols": ["AAPL"]}, "ok": True, "error": None}],
        "sources": [], "proposals": [], "model": {"name": "m", "digest": "d" * 12}, "withheld": 0, "disclosure": "", "citations": [],
    } | more  # fmt: skip


def texts(value: Any) -> list[str]:
    """Everything of a message that people are shown."""
    if isinstance(value, dict):
        own = [
            value[name]
            for name in ("text", "title", "value", "summary", "name", "abstract", "legend")
            if isinstance(value.get(name), str)
        ]
        return own + [text for name, each in value.items() if name != "data" for text in texts(each)]
    return [text for each in value for text in texts(each)] if isinstance(value, list) else []


def unescaped(text: str) -> str:
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)


@given(st.lists(st.one_of(
    hostile, hostile.map(lambda text: f"- {text}"), hostile.map(lambda text: f"- {text}: **{text}**"),
    hostile.map(lambda text: f"| a | b |\n|---|---:|\n| {text.replace(chr(10), ' ')} | 1 |"), hostile.map(lambda text: f"> {text}"),
), max_size=6).map("\n\n".join), hostile)  # fmt: skip
@settings(max_examples=60)
def test_no_mention_link_tag_or_macro_of_hostile_text_gets_through(answer: str, name: str) -> None:
    chart = {
        "kind": "bar",
        "title": name,
        "labels": [name, "b"],
        "series": [{"name": name, "values": [1, 2]}],
        "unit": name,
        "source": "s",
    }
    cited = [
        {"name": name or "s", "as_of": "2022-12-28", "figures": [{"text": "1", "subject": name, "attribute": name}]}
    ]
    proposal = {"kind": "watchlist", "command": "/watch add AAPL", "details": {"action": "add"}, "nonce": "n"}
    drawn = messages(record(answer, charts=[chart], citations=cited, proposals=[proposal], names={"AAPL": name}), HERE)
    for message in drawn:
        assert wrong(message) == ""
        MessageActivityInput.model_validate(message)
        for text in texts(message):
            assert not _LIVE.search(text), text
            assert not re.search(r"(?<!\\)\]\(", text)  # a link of markdown
        for attachment in message.get("attachments", ()):
            AdaptiveCard.model_validate(attachment["content"])
        json.dumps(message).encode()


@given(hostile)
@settings(max_examples=200)
def test_escaping_loses_nothing_that_can_be_seen(text: str) -> None:
    assert unescaped(escaped(text)).replace(JOINER, "") == visible(text).replace(JOINER, "")
    assert inert(text).replace(JOINER, "") == visible(text).replace(JOINER, "")


@pytest.mark.parametrize(
    "text", [*FRAGMENTS, "1. one", "# a", "> b", "- c", "+ d", "___", "a_b_c", "[1]", "[x](y)", "`x`"]
)
def test_no_mark_of_a_text_is_left_for_markdown(text: str) -> None:
    told = escaped(text)
    assert not re.search(r"(?<!\\)[*_`\[\]|~]", told.replace("\\\\", ""))
    assert not re.match(r"(?:[-+] |#{1,6} |>|\d+[.)] )", told)


def test_emphasis_is_kept_and_blanks_stay_outside_its_marks() -> None:
    spans = (
        Span("up "),
        Span("5% ", bold=True),
        Span("so", italic=True),
        Span("x=1", code=True),
        Span("a*b", bold=True),
    )
    assert markdown(spans) == "up **5%** *so*`x=1`**a\\*b**"


def test_a_long_answer_is_split_and_each_part_is_small_enough() -> None:
    rows = "\n".join(f"| Company number {number} | {number}.00 | {'word ' * 20}|" for number in range(400))
    answer = f"{'A sentence about money. ' * 900}\n\n| name | price | note |\n|---|---:|---|\n{rows}"
    drawn = messages(record(answer), HERE)
    assert len(drawn) > 3
    for message in drawn:
        assert len(json.dumps(message).encode()) <= LARGEST_MESSAGE
        for attachment in message.get("attachments", ()):
            assert len(json.dumps(attachment["content"], ensure_ascii=False).encode()) <= LARGEST_CARD
    told = " ".join(text for message in drawn for text in texts(message))
    assert all(f"Company number {number}" in told for number in range(400))
    assert not any(message.get("text") and message.get("attachments") for message in drawn)
    words = [message for message in drawn if message.get("text")]
    assert drawn[: len(words)] == words
    assert [bool(message.get("channelData")) for message in words] == [False] * (len(words) - 1) + [True]
    assert not any(message.get("channelData") for message in drawn[len(words) :])


def test_each_source_is_marked_where_its_figure_is_told_or_at_the_end() -> None:
    cited = [
        {"name": "Yahoo Finance", "as_of": "2026-11-20T21:00:00+00:00", "figures": [{"text": "$5.00", "subject": "A", "attribute": "price"}]},
        {"name": "ECB", "as_of": "2026-11-20", "figures": [{"text": "1.20", "subject": "EUR", "attribute": "rate"}]},
        {"name": "Filings", "as_of": None, "figures": [{"text": "7.0%", "subject": "A", "attribute": "margin"}]},
    ]  # fmt: skip
    figures = [{"text": each["figures"][0]["text"], "subject": "A", "attribute": "x", "tool": "t"} for each in cited]
    answer = "The price is $5.00.\n\nA euro is 1.20 dollars, [1] and not 11.20.\n\nNothing here."
    message, below = messages(record(answer, citations=cited, figures=figures), Reader("de_DE", "Europe/Berlin"))
    assert "citation" not in below["entities"][0]
    first, second, third = message["text"].split("\n\n")
    assert first == "The price is 5,00\u00a0$. [1]"
    assert second.endswith("\\[1\\] and not 11.20. [2]")
    assert third == "Nothing here. [3]"
    claims = message["entities"][0]["citation"]
    assert [claim["position"] for claim in claims] == [1, 2, 3]
    assert claims[0]["appearance"]["abstract"].startswith("As of 20.11.2026, 22:00 MEZ. A price 5,00")
    assert all(
        len(claim["appearance"]["abstract"]) <= 160 and len(claim["appearance"]["name"]) <= 80 for claim in claims
    )


def test_facts_are_facts_and_those_with_marks_are_lines() -> None:
    assert fact_set([("day change", "-1.0%")]) == [
        {"type": "FactSet", "facts": [{"title": "Day change", "value": "-1.0%"}]}
    ]
    (line,) = fact_set([("name", "a*b*c")])
    assert line["inlines"][1]["text"] == "a*b*c"


def test_facts_that_the_sentence_tells_are_not_told_again() -> None:
    (message,) = messages(record("Up 5.0% to $10.00.\n\n- change: **+5.0%**\n- price: **$10.00**", calls=[]), HERE)
    assert "attachments" not in message


@pytest.mark.parametrize(("kind", "series", "drawn"), [
    ("line", 2, "Chart.Line"), ("area", 1, "Chart.Line"), ("bar", 1, "Chart.VerticalBar"),
    ("bar", 3, "Chart.VerticalBar.Grouped"), ("pie", 1, "Chart.Donut"),
])  # fmt: skip
def test_charts_are_native_and_have_words_for_clients_without(kind: str, series: int, drawn: str) -> None:
    labels = [f"2022-01-{day:02}" for day in range(1, 29)] * 4
    values = [[float(number * place % 7 + 1) for place in range(len(labels))] for number in range(1, series + 1)]
    chart = {
        "kind": kind, "title": "Prices", "labels": labels, "unit": "USD", "source": "s",
        "series": [{"name": f"S{number}", "values": each} for number, each in enumerate(values)],
    }  # fmt: skip
    element = chart_element(chart, lambda text: text)
    assert element is not None
    assert element["type"] == drawn
    assert "Prices" in str(element["fallback"])
    AdaptiveCard.model_validate(card([element]))


@pytest.mark.parametrize(("kind", "series", "points"), [("bar", 1, 3), ("bar", 2, 3), ("pie", 1, 3), ("line", 2, 1)])
def test_bars_below_zero_are_words_as_teams_draws_none(kind: str, series: int, points: int) -> None:
    values = [-1.25, 2.0, 0.5][:points]
    chart = {
        "kind": kind, "title": "Sectors", "labels": ["Energy", "Health", "Utilities"][:points], "unit": "percent",
        "source": "s", "series": [{"name": f"S{number}", "values": values} for number in range(series)],
    }  # fmt: skip
    element = chart_element(chart, lambda text: text)
    assert element is not None
    assert element["type"] == "Container"
    assert "-1.25" in str(element["items"])
    AdaptiveCard.model_validate(card([element]))


def test_lines_below_zero_are_drawn() -> None:
    chart = {
        "kind": "line", "title": "Return", "labels": ["2022-01-03", "2022-01-04"], "unit": "percent", "source": "s",
        "series": [{"name": "S", "values": [-1.0, 2.0]}],
    }  # fmt: skip
    element = chart_element(chart, lambda text: text)
    assert element is not None
    assert element["type"] == "Chart.Line"


def test_what_is_unasked_is_one_card_with_its_words_and_one_notification() -> None:
    cited = [
        {"name": "ECB", "as_of": "2026-11-20", "figures": [{"text": "1.20", "subject": "EUR", "attribute": "rate"}]}
    ]
    answer = "**Market close**\n\nA euro is 1.20 dollars.\n\n*As of 20 Nov 2026, ECB*"
    (message,) = messages(record(answer, citations=cited), HERE, is_unasked=True)
    assert "text" not in message
    told = texts(message["attachments"][0]["content"]["body"])
    assert told.index("Market close") < told.index("A euro is 1.20 dollars.")
    assert message["summary"].startswith("Market close\n\nA euro is 1.20 dollars.")
    (label,) = message["entities"]
    assert label["additionalType"] == ["AIGeneratedContent"]
    assert "citation" not in label  # numbers of sources are of a message's text
    assert message["channelData"]


def test_a_column_has_room_for_the_words_of_its_heading() -> None:
    (table,) = tables(
        Grid(
            ("", "return", "annualised volatility"),
            (("AAPL", "-28.6%", "35.7%"), ("A long name of a company", "1%", "2%")),
            (False, True, True),
        )
    )
    assert [column["width"] for column in table["columns"]] == [15, 9, 13]


def test_a_chart_without_values_is_left_out() -> None:
    chart = {
        "kind": "line",
        "title": "t",
        "labels": ["a"],
        "series": [{"name": "s", "values": [None]}],
        "unit": "",
        "source": "",
    }
    assert chart_element(chart, lambda text: text) is None


def test_a_notice_is_text_without_a_label() -> None:
    assert messages(notice_record("Please wait."), HERE) == [
        {"type": "message", "textFormat": "markdown", "text": "Please wait.", "summary": "Please wait."}
    ]
    assert messages(notice_record(""), HERE)[0]["text"] == "There is no answer to show."


def test_a_decision_takes_the_place_of_its_own_buttons_alone() -> None:
    proposals = [{"kind": "watchlist", "details": {}, "nonce": nonce} for nonce in ("one", "two")]
    _, message = messages(record("Shall I?", proposals=proposals), HERE)
    changed = decided(message, "one", "Confirmed.")
    assert "one" not in json.dumps(changed)
    assert "Confirmed." in json.dumps(changed)
    assert '"two"' in json.dumps(changed)
    assert '"one"' in json.dumps(message)
