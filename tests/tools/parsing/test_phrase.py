"""The plain form of what people type."""

from __future__ import annotations

import pytest

from tools.parsing.phrase import plain, plain_ascii


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  last   6\u00a0months ", "last 6 months"),
        ("last year\u2019s", "last year's"),
        ("2015\u20132018", "2015-2018"),
        ("€5", "€5"),
        ("x" * 41, ""),
    ],
)
def test_plain_has_single_spaces_and_plain_signs(text: str, expected: str) -> None:
    assert plain(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("Last Year", "last year"), ("5\u212a", ""), ("٣", ""), ("€5", "")])
def test_plain_ascii_is_lower_case_and_refuses_look_alikes(text: str, expected: str) -> None:
    assert plain_ascii(text) == expected
