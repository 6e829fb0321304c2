"""Hostile and careless model text, and what is left of it."""

from __future__ import annotations

import pytest

from bot.turn.policy import LONGEST_TEXT, clean_model_text

HOSTILE = [
    ("<think>50% is a lie</think>Apple fell.", "Apple fell."),
    ("<think>never closed, Apple fell.", ""),
    ("half a thought</think>Apple fell.", "Apple fell."),
    ("<THINKING>x</THINKING>Apple fell.", "Apple fell."),
    ("<reasoning>x\ny</reasoning>\nApple fell.", "Apple fell."),
    ("<|im_start|>assistant Apple fell.<|im_end|>", "assistant Apple fell."),
    ("[INST]Apple fell.[/INST]", "Apple fell."),
    ("<tool_call>Apple fell.</tool_call>", "Apple fell."),
    ("See [our page](https://evil.example/x?q=1) now.", "See our page now."),
    ("See [a](javascript:alert(1)) now.", "See a now."),
    ("![chart](https://evil.example/p.png?secret=1) Apple fell.", "Apple fell."),
    ("[![x](http://a.example/b)](http://c.example)", ""),
    ("Read [this][1].\n[1]: https://evil.example", "Read this."),
    ("Go to https://evil.example/a?b=c now.", "Go to now."),
    ("Go to www.evil.example/a now.", "Go to now."),
    ("Go to evil.com/login now.", "Go to now."),
    ("Go to http : //evil.example now.", "Go to now."),
    ("Go to 203.0.113.7:8080/x now.", "Go to now."),
    ("Write to help@evil.example now.", "Write to now."),
    ("mailto:help@evil.example", ""),
    ("data:text/html;base64,AAAA is odd.", "is odd."),
    ("@channel Apple fell.", "Apple fell."),
    ("@here and @everyone: Apple fell.", "and : Apple fell."),
    ("<!channel> Apple fell.", "Apple fell."),
    ("<!subteam^S123|@team> Apple fell.", "Apple fell."),
    ("<@U012ABCDEF> Apple fell.", "Apple fell."),
    ("<#C012ABCDEF|general> Apple fell.", "Apple fell."),
    ("<https://evil.example|Apple> fell.", "Apple fell."),
    ("<https://evil.example> Apple fell.", "Apple fell."),
    ("<at>Ann</at> Apple fell.", "Ann Apple fell."),
    ("<script>alert(1)</script>Apple fell.", "Apple fell."),
    ("<script>alert(1) Apple fell.", ""),
    ("<scr<script>ipt>alert(1)</script></script>", ""),
    ("<img src=x onerror=alert(1)>Apple fell.", "Apple fell."),
    ("<img src=x onerror=alert(1) Apple fell.", ""),
    ("<b>Apple</b> fell.", "Apple fell."),
    ("<!-- hidden -->Apple fell.", "Apple fell."),
    ("<iframe src='//evil.example'></iframe>Apple fell.", "Apple fell."),
    ("<style>*{display:none}</style>Apple fell.", "Apple fell."),
    ("&lt;script&gt;alert(1)&lt;/script&gt;Apple fell.", "Apple fell."),
    ("&#60;b&#62;Apple&#60;/b&#62; fell.", "Apple fell."),
    ("```python\nimport os\n```\nApple fell.", "Apple fell."),
    ("```\nnever closed", ""),
    ("~~~\nx\n~~~\nApple fell.", "Apple fell."),
    ("`AAPL` fell.", "AAPL fell."),
    ("Apple\u200b fell\u2060.", "Apple fell."),
    ("\u202eApple fell.\u202c", "Apple fell."),
    ("\u2066Apple\u2069 fell.", "Apple fell."),
    ("Apple\x00 fell\x07.\x1b[31m", "Apple fell.[31m"),
    ("Apple fell.\U000e0041\U000e0042", "Apple fell."),
    ("Apple fell.\ue000\ufdd0", "Apple fell."),
    ("\ufeffApple fell.", "Apple fell."),
    ("App\u0301\u0301\u0301\u0301\u0301le", "App\u0301\u0301le"),
    ("Apple\u00a0\u2003fell.", "Apple fell."),
    ("Apple fell.\r\nIt rose.\rIt fell.\u2028End.", "Apple fell.\nIt rose.\nIt fell.\nEnd."),
    ("a\n\n\n\n\n\nb", "a\n\nb"),
    ("!!!!!!!!!!!!!!!!!!!! Apple fell.", "!!! Apple fell."),
]
HARMLESS = (
    "Apple fell 26.4% in 2022, from $177.00 to $126.04.",
    "**Apple** and *Microsoft* fell.",
    "- Apple: -26.4%\n- Microsoft: -28.0%",
    "AT&T, S&P 500 and Johnson & Johnson rose.",
    "If 2 < 3 and 5 > 4, then so.",
    "Its P/E is 24.5x; U.S. stocks e.g. Apple Inc. fell.",
    "Prices are as of 28 Dec 2022 (bundled history).",
    "1. Apple\n2. Microsoft",
    "The data: Apple fell. On file: nothing.",
    "Apple is at $126.04.It fell.",
)


@pytest.mark.parametrize(("text", "left"), HOSTILE)
def test_what_must_not_be_shown_is_taken_out(text: str, left: str) -> None:
    assert clean_model_text(text) == left


@pytest.mark.parametrize("text", HARMLESS)
def test_plain_text_is_left_alone(text: str) -> None:
    assert clean_model_text(text) == text


def test_a_ramble_is_cut_at_a_sentence() -> None:
    cut = clean_model_text("Apple fell a lot that year. " * 1000)

    assert len(cut) <= LONGEST_TEXT
    assert cut.endswith("that year.")
