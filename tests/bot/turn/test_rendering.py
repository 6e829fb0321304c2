"""Every result as markdown: exact, complete, and harmless whatever a name, a headline or a note says."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.messages import ToolCall, ToolResult
from bot.turn.rendering import MAX_PASSAGE, escape, render_result, source_line
from tools.values import Figure, Findings, Passage, Proposal, Source

DAY = date(2022, 12, 28)
BUNDLED = Source("bundled history", DAY)
HOSTILE = [
    "[click](https://evil.example)",
    "![x](https://evil.example/x.png)",
    "<https://evil.example>",
    "see https://evil.example or www.evil.example",
    "@everyone <!channel> <@U123>",
    "me@evil.example",
    "<script>alert(1)</script>",
    "&lt;b&gt; &#60;b&#62;",
    "**bold** __bold__ ~~gone~~ `code`",
    "| a | b |",
    "line\n# heading\n- item\n> quote",
    "\x1b[31mred\x07 \u202eback\u202c zero\u200bwidth \U000e0041tag",
    "back\\slash \\* \\[",
    "[ref]: https://evil.example",
]


def figure(attribute: str, value: str | None, subject: str = "AAPL", **more: object) -> Figure:
    number = None if value is None else Decimal(value)
    return Figure(subject, attribute, number, **{"unit": "percent", "source": BUNDLED, **more})  # type: ignore[arg-type]


def rendered(findings: Findings, *sentences: str) -> str:
    return render_result(ToolResult(ToolCall("get_quote", {}), {}, findings), sentences)


def shown(markdown: str) -> tuple[str, set[str]]:
    """(the characters a reader sees, the kinds of inline and block elements) of GitHub-like markdown with HTML on."""
    tokens = (
        MarkdownIt("commonmark", {"html": True, "linkify": False}).enable(["table", "strikethrough"]).parse(markdown)
    )
    inline = [child for token in tokens for child in token.children or ()]
    text = "".join(child.content if child.type != "softbreak" else " " for child in inline)
    return text, {token.type for token in (*tokens, *inline)}


def visible(text: str) -> str:
    """What of a hostile text a person should see: all that can be seen."""
    text = re.sub(r"[\x00-\x08\x0e-\x1f\x7f\u200b\u202a-\u202e\U000e0000-\U000e007f]", "", text)
    return " ".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_text_from_outside_shows_as_it_is_and_does_nothing(text: str) -> None:
    seen, kinds = shown(f"x {escape(text)}")
    assert seen.replace("\u2060", "") == f"x {visible(text)}"
    assert kinds <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}
    assert "://" not in escape(text)
    assert not re.search(r"@\w|\bwww\.", escape(text))


@given(st.text())
def test_any_text_from_outside_is_only_text(text: str) -> None:
    _, kinds = shown(f"x {escape(text)}")
    assert kinds <= {"paragraph_open", "inline", "paragraph_close", "text", "text_special"}
    assert not set("\x1b\x07\u202e\u200b\n\r") & set(escape(text))


@pytest.mark.parametrize("text", ["Apple Inc.", "AT&T Inc.", "S&P 500", "Yahoo! Inc", "L'Oréal", "-3.07%", "$1,234.50"])
def test_plain_names_and_figures_are_left_as_they_are(text: str) -> None:
    assert escape(text) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_place_of_a_result_lets_it_through(text: str) -> None:
    findings = Findings(
        title=text,
        figures=(figure(text, "1", subject=text, note=text), figure(text, "2", subject="MSFT")),
        passages=(Passage(text, "headline", text, Source(text, DAY)),),
        notes=(text,),
        names={text: text, "MSFT": text},
    )
    for markdown in (rendered(findings), rendered(findings, text), render_result(_failed(text), ())):
        _, kinds = shown(markdown)
        assert not kinds & {"link_open", "image", "html_inline", "html_block", "code_inline", "s_open", "heading_open"}
        assert "://" not in markdown
        assert "<!channel>" not in markdown
        assert "\x1b" not in markdown
        assert not re.search(r"@\w", markdown)


def _failed(text: str) -> ToolResult:
    return ToolResult(ToolCall("get_quote", {}), {}, None, text, "no_data")


def test_one_subject_gets_a_line_for_each_figure_and_its_source_below() -> None:
    money = figure("price", "125.67", unit="money", currency="USD")
    markdown = rendered(Findings("Apple: latest price", (money, figure("day change", "3.07"))))
    assert markdown.split("\n\n") == [
        "**Apple: latest price**",
        "- price: **$125.67**\n- day change: **+3.07%**",
        "*As of 28 Dec 2022, bundled history*",
    ]


def test_several_subjects_share_a_table_with_their_names() -> None:
    names = {"AAPL": "Apple Inc.", "MSFT": "Microsoft"}
    figures = (figure("total return", "-26.4"), figure("total return", "-28.02", subject="MSFT"))
    table = rendered(Findings("Compared", figures, names=names)).split("\n\n")[1]
    assert table.splitlines() == [
        "| | total return |",
        "|---|---:|",
        "| Apple Inc. (AAPL) | -26.40% |",
        "| Microsoft (MSFT) | -28.02% |",
    ]


def test_a_wide_table_names_its_rows_by_symbol() -> None:
    figures = tuple(figure(f"a{n}", "1", subject=symbol) for symbol in ("AAPL", "MSFT") for n in range(5))
    assert "| AAPL | 1.00% |" in rendered(Findings("Wide", figures, names={"AAPL": "Apple Inc."}))


def test_a_subject_with_other_figures_stands_under_its_own_name() -> None:
    figures = (figure("rate", "1", subject="portfolio"), figure("a", "1"), figure("a", "2", subject="MSFT"))
    markdown = rendered(Findings("Mixed", figures, names={"AAPL": "Apple"}))
    assert "portfolio:\n\n- rate: **1.00%**" in markdown
    assert "| Apple (AAPL) | 1.00% |" in markdown
    assert markdown.count("1.00%") == 2


@pytest.mark.parametrize("value", [None, "NaN", "Infinity"])
def test_what_is_not_known_is_called_unknown(value: str | None) -> None:
    assert "price: **unknown**" in rendered(Findings("x", (figure("price", value),)))


def test_every_source_stands_once_with_its_newest_time() -> None:
    moment = datetime(2026, 11, 20, 21, 0, tzinfo=UTC)
    sources = [BUNDLED, Source("bundled history", date(2022, 9, 1)), Source("your transactions"), Source("ECB", moment)]
    figures = tuple(figure(f"a{n}", "1", source=source) for n, source in enumerate(sources))
    expected = "As of 28 Dec 2022, bundled history; as of 20 Nov 2026, 21:00 UTC, ECB; your transactions"
    assert source_line(Findings("x", figures)) == expected
    assert source_line(Findings("x")) == ""


def test_a_long_passage_is_cut_and_a_note_is_set_apart() -> None:
    markdown = rendered(Findings("News", passages=(Passage("", "headline", "a" * 1000, BUNDLED),), notes=("old data",)))
    assert f"“{'a' * (MAX_PASSAGE - 1)}…” (bundled history, 28 Dec 2022)" in markdown
    assert "\n\n> old data\n\n" in markdown


def passage(subject: str, attribute: str, text: str, as_of: date | None = None) -> Passage:
    return Passage(subject, attribute, text, Source("a paper", as_of))


def test_headlines_are_a_list_with_who_wrote_them_and_when() -> None:
    headlines = (passage("AAPL", "headline", "Up", DAY), passage("AAPL", "headline", "Down", DAY))
    markdown = rendered(Findings("Apple: news", passages=headlines, names={"AAPL": "Apple"}))
    assert "**Apple**\n\n- “Up” (a paper, 28 Dec 2022)\n- “Down” (a paper, 28 Dec 2022)" in markdown


def test_a_definition_stands_under_its_term_once() -> None:
    texts = (passage("beta", "definition", "How much it moves."), passage("beta", "see also", "alpha"))
    assert rendered(Findings("beta", passages=texts)).split("\n\n")[:2] == [
        "**beta**",
        "- definition: How much it moves.\n- see also: alpha",
    ]


def test_several_listings_are_a_table() -> None:
    texts = [passage(s, attribute, f"{attribute} {s}") for s in ("A", "B") for attribute in ("name", "country")]
    table = "| | name | country |\n|---|---|---|\n| A | name A | country A |\n| B | name B | country B |"
    assert table in rendered(Findings("Matches", passages=tuple(texts)))


def test_only_symbols_stand_in_brackets() -> None:
    names = {"portfolio": "the sample portfolio", "^GSPC": "S&P 500"}
    figures = (figure("a", "1", subject="portfolio"), figure("a", "2", subject="^GSPC"))
    markdown = rendered(Findings("x", figures, names=names))
    assert "| the sample portfolio | 1.00% |" in markdown
    assert "| S&P 500 (^GSPC) | 2.00% |" in markdown


def test_a_proposal_says_that_nothing_happened_and_what_to_type() -> None:
    watch = Findings("Add Apple", proposal=Proposal("watchlist", "/watch add AAPL", {}))
    assert rendered(watch).endswith("Nothing has been changed. To do it, type `/watch add AAPL`.")
    assert rendered(watch, "To add Apple, type /watch add AAPL.") == "To add Apple, type /watch add AAPL."


def test_an_alert_is_offered_by_its_command() -> None:
    alert = Findings("Alert for Apple", proposal=Proposal("price_alert", "/alert AAPL above 150", {}))
    assert rendered(alert).endswith("Nothing has been changed. To do it, type `/alert AAPL above 150`.")
    said = "To be told, type /alert AAPL above 150."
    assert rendered(alert, said) == said


def test_an_error_stands_alone() -> None:
    assert render_result(_failed("I don't know “Foo|Bar”."), ("x",)) == "I don't know “Foo\\|Bar”."
