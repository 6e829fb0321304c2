"""Text from outside in a message: all of it to be seen, none of it alive."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.surfaces.answer import Span
from bot.surfaces.slack.limits import length, shortened
from bot.surfaces.slack.markup import JOINER, entities, harmless, plain_text, room, text_object, visible
from tests.fakes.block_check import LIVE
from tests.fakes.hostile_text import hostile


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("<!channel>", "<\u2060!channel>"),
        ("@here", "@\u2060here"),
        ("<@U012ABCDEF>", "<\u2060@\u2060U012ABCDEF>"),
        ("#general", "#\u2060general"),
        ("https://evil.example", "https:\u2060//evil.example"),
        ("www.evil.example", "www\u2060.evil.example"),
        ("evil.com", "evil.\u2060com"),
        (":rocket:", ":\u2060rocket:"),
        ("mailto:me", "mailto:\u2060me"),
        ("\u202eabc\u202c \u200bx\U000e0041", "abc x"),
        ("a\r\nb\u2028c", "a\nb\nc"),
    ],
)
def test_what_would_be_live_is_broken(text: str, seen: str) -> None:
    assert harmless(text) == seen


@pytest.mark.parametrize(
    "text",
    [
        "AT&T Inc.",
        "S&P 500",
        "£0.84",
        "42p",
        "€247.70B",
        "SAP.DE",
        "BRK.B",
        "VOD.L",
        "-3.07%",
        "14:05",
        "a: b",
        "שלום",
        "👩\u200d💻",
        "👍🏽",
        "🇩🇪",
        "株",
    ],
)
def test_names_figures_and_emoji_stay_as_they_are(text: str) -> None:
    assert harmless(text) == text


@given(hostile)
def test_nothing_live_is_left_and_nothing_visible_is_lost(text: str) -> None:
    result = harmless(text)
    assert LIVE.search(result) is None
    assert result.replace(JOINER, "") == visible(text)
    assert not any(unicodedata.category(character) == "Cs" for character in result)
    marked = entities(text)
    assert "<" not in marked
    assert ">" not in marked
    assert marked.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == result
    assert length(marked) <= room(visible(text))


@given(hostile)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert visible(visible(text)) == visible(text)
    assert harmless(harmless(text)) == harmless(text)


def test_emphasis_needs_text_that_holds_no_marks() -> None:
    safe = text_object((Span("Price: "), Span("$5 ", bold=True), Span("& more")))
    assert safe == {"type": "mrkdwn", "text": "Price: *$5* &amp; more", "verbatim": True}
    assert text_object((Span("*not bold*"), Span("bold", bold=True))) == plain_text("*not bold*bold")
    assert text_object((Span("no emphasis"),))["type"] == "plain_text"


def test_an_empty_text_is_a_blank() -> None:
    assert plain_text("\u200b")["text"] == " "


@given(st.text(max_size=80), st.integers(4, 40))
def test_a_shortened_text_fits(text: str, most: int) -> None:
    short = shortened(text, most)
    assert length(short) <= most
    assert short == text or short.endswith("…")
