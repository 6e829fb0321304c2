"""An answer's markdown in parts: ours is understood, all else is shown as it was typed."""

from __future__ import annotations

import re

from hypothesis import given

from bot.surfaces.answer import Grid, Items, Paragraph, Span, parts_of, spans_of, text_of
from bot.surfaces.slack.markup import visible
from bot.turn.rendering import escape
from tests.fakes.hostile_text import hostile

ANSWER = """Apple closed at **$125.67**.

| | price | P\\|E |
|---|---:|---|
| Apple (AAPL) | $125.67 | 20 |
| Odd |

- price: **$125.67**
- type `/help`

# Heading

> Prices are old.

*As of 28 Dec 2022*"""


def test_what_code_writes() -> None:
    assert parts_of(ANSWER) == (
        Paragraph((Span("Apple closed at "), Span("$125.67", bold=True), Span("."))),
        Grid(("", "price", "P|E"), (("Apple (AAPL)", "$125.67", "20"), ("Odd", "", "")), (False, True, False)),
        Items(((Span("price: "), Span("$125.67", bold=True)), (Span("type "), Span("/help", code=True)))),
        Paragraph((Span("Heading", bold=True),)),
        Paragraph((Span("Prices are old."),), is_remark=True),
        Paragraph((Span("As of 28 Dec 2022", italic=True),), is_remark=True),
    )


def test_marks_without_a_partner_are_signs() -> None:
    assert text_of(spans_of("2 * 3 ** 4 and `x and **y")) == "2 * 3 ** 4 and `x and **y"
    assert spans_of(r"\*no\*") == (Span("*no*"),)


def test_a_row_too_long_makes_the_table_wider_and_loses_nothing() -> None:
    (grid,) = parts_of("| a |\n|---|\n| 1 | 2 | 3 |")
    assert grid == Grid(("a", "", ""), (("1", "2", "3"),), (False, False, False))


@given(hostile)
def test_escaped_text_comes_back_as_its_visible_text(text: str) -> None:
    def seen(text: str) -> str:
        return re.sub(r"[\s\u2060\u200d]", "", visible(text))

    answer = f"x {escape(text)}"
    parts = parts_of(answer)
    assert len(parts) == 1
    assert isinstance(parts[0], Paragraph)
    assert seen(text_of(parts[0].spans)) == f"x{seen(text)}"


@given(hostile)
def test_whatever_is_typed_every_letter_of_it_is_in_some_part(text: str) -> None:
    kept = []
    for part in parts_of(text):
        if isinstance(part, Paragraph):
            kept.append(text_of(part.spans))
        elif isinstance(part, Items):
            kept += map(text_of, part.items)
        else:
            kept += [*part.header, *(cell for row in part.rows for cell in row)]
    assert re.sub(r"[\W_]", "", "".join(kept)) == re.sub(r"[\W_]", "", text)
