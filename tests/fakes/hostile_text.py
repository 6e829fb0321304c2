"""Hostile text of every kind that a name, a headline or a person's own words may hold."""

from __future__ import annotations

from hypothesis import strategies as st

FRAGMENTS = (
    "<!channel>", "<!here|here>", "<@U012ABCDEF>", "<#C012ABCDEF|general>", "<!subteam^S1>", "<!date^0^{date}|now>",
    "<https://evil.example/a?b=c|Apple>", "<mailto:a@evil.example>", "https://evil.example/x", "http://evil.example",
    "www.evil.example", "evil.com/login", "javascript:alert(1)", "mailto:me@evil.example", "@here", "@channel", "@U1",
    "#general", ":rocket:", ":+1:", "*bold*", "_slanted_", "~gone~", "`code`", "```", "> quoted", "&lt;!here&gt;", "&amp;",
    "[click](https://evil.example)", "![x](http://evil.example/x.png)", "**", "*", "|", "\\", "- ", "# ", "1. ", "---",
    "\u202eright to left\u202c", "\u200b", "\u2060", "\ufeff", "\u00ad", "\U000e0041\U000e0042", "\u200d", "\x00", "\x1b[31m",
    "שלום", "مرحبا", "👩\u200d💻", "🇩🇪", "👍🏽", "e\u0301\u0302\u0303", "株式会社", "£1,234.50", "€5", "¢", "¥", "AT&T", "S&P 500", "BRK.B",
    "SAP.DE", "L'Oréal", "Yahoo!", "\n", "\n\n", " ", "\t", "Dr. No. ", "x" * 90, "\ud800",
)  # fmt: skip
hostile = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=12), max_size=30).map("".join)
