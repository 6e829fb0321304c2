"""Every limit of Slack that a message or a view of ours meets, and how text is counted for it."""

from __future__ import annotations

from typing import Any

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_CHARACTERS = 13_200
"""All texts in the blocks of a message together; more is refused as `msg_blocks_too_long`."""
MESSAGE_TEXT = 40_000
MARKDOWN_CHARACTERS = 12_000
"""All `markdown` blocks of a message together."""
TEXT_OBJECT = 3_000
"""A section's text, and one text of a context."""
FIELDS, FIELD_TEXT = 10, 2_000
HEADER_TEXT = 150
CONTEXT_ELEMENTS = 10
ACTION_ELEMENTS = 25
BUTTON_TEXT, BUTTON_VALUE = 75, 2_000
IDENTIFIER = 255
"""`action_id` and `block_id`."""
CONTEXT_ACTIONS_ELEMENTS = 5
MODAL_TITLE = 24
PROMPTS, PROMPT_TITLE = 4, 60
"""Suggested prompts; of their titles Slack says nothing, and shows about so much."""
SESSION_TITLE = 80
"""Slack takes 200, and shows a line."""
PRIVATE_METADATA = 3_000
HINT = 2_000
TABLES = 1
"""Of `table` and `data_table` together, a message; another is refused as `only_one_table_allowed`."""
TABLE_ROWS, TABLE_COLUMNS = 100, 20
TABLE_CHARACTERS = 10_000
"""All cells of all tables of a message together."""
CHARTS = 2
CHART_TITLE = 50
CHART_SERIES = 6
CHART_SEGMENTS = 6
CHART_POINTS = 20
CHART_LABEL = 20
"""Of a point, a category, a segment and a series' name."""
AXIS_LABEL = 50
ALT_TEXT = 2_000

_TEXT_KEYS = frozenset({"text", "title", "label", "name", "x_label", "y_label", "caption", "alt_text"})


def length(text: str) -> int:
    """The length of a text in UTF-16 units, as the strictest of Slack's clients counts it."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def text_size(block: Any) -> int:
    """The length of all texts in a block together."""
    if isinstance(block, list):
        return sum(text_size(item) for item in block)
    if not isinstance(block, dict):
        return 0
    size = 0
    for key, value in block.items():
        if isinstance(value, str):
            size += length(value) if key in _TEXT_KEYS else 0
        elif key == "categories":
            size += sum(length(str(item)) for item in value)
        else:
            size += text_size(value)
    return size


def shortened(text: str, most: int) -> str:
    """At most `most` characters, cut at a word where that keeps half of them, and then ended with "…"."""
    if length(text) <= most:
        return text
    kept = text[: most - 1]
    while length(kept) > most - 1:
        kept = kept[:-1]
    head = kept.rsplit(" ", 1)[0].rstrip(" ,;:")
    return f"{head if len(head) >= most // 2 else kept.rstrip()}…"
