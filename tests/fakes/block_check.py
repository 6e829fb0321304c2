"""Slack's published limits, written down a second time, and its shapes: what it would refuse of a message or a view."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from tests.fakes.slack_shapes import block_kinds, differences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXT_TYPES = ("plain_text", "mrkdwn")
HOME_TYPES = {
    "actions", "card", "carousel", "container", "context", "data_table", "data_visualization", "divider", "header",
    "image", "input", "rich_text", "section", "table", "video",
}  # fmt: skip
MODAL_TYPES = (HOME_TYPES | {"alert"}) - {"table", "data_table", "card", "carousel"}
_RICH = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")


def size(text: str) -> int:
    """UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def texts(value: Any) -> Iterator[str]:
    """Every text of a block that somebody sees."""
    if isinstance(value, list):
        for item in value:
            yield from texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str):
                if key in ("text", "title", "label", "name", "caption", "x_label", "y_label", "alt_text"):
                    yield item
            elif key == "categories":
                yield from item
            else:
                yield from texts(item)


def message_problems(message: dict[str, Any]) -> list[str]:
    """Everything that is wrong with a message of blocks, as it is drawn."""
    found = write_problems(message) + switch_problems(message, "unfurl_links", "unfurl_media", "link_names", "mrkdwn")
    return found if message.get("blocks") else [*found, "no blocks"]


def switch_problems(message: dict[str, Any], *switches: str) -> list[str]:
    """What would make something live of its words."""
    return [f"{key} is not off" for key in switches if message.get(key) is not False]


def write_problems(message: dict[str, Any]) -> list[str]:
    """Everything that is refused of a text, and of blocks where there are any."""
    found: list[str] = []
    text = message.get("text")
    if not isinstance(text, str) or not text.strip():
        found.append("no text for notifications")
    elif size(text) > 40_000:
        found.append(f"text of {size(text)}")
    return found + blocks_problems(message.get("blocks") or [])


def blocks_problems(blocks: list[dict[str, Any]]) -> list[str]:
    """Everything that is refused of the blocks of one message."""
    found = [] if len(blocks) <= 50 else [f"{len(blocks)} blocks"]
    kinds = Counter(block.get("type") for block in blocks)
    if kinds["table"] + kinds["data_table"] > 1:
        found.append("only_one_table_allowed")
    if kinds["data_visualization"] > 2:
        found.append("more than 2 charts")
    if sum(size(block["text"]) for block in blocks if block["type"] == "markdown") > 12_000:
        found.append("markdown too long")
    if (total := sum(size(each) for each in texts(blocks))) > 13_200:
        found.append(f"msg_blocks_too_long: {total}")
    return found + _block_problems(blocks, None)


def view_problems(view: dict[str, Any]) -> list[str]:
    """Everything that is wrong with a view."""
    found = differences({**view, "blocks": []}, "view")
    allowed = {"home": HOME_TYPES, "modal": MODAL_TYPES}[view["type"]]
    if not 1 <= len(view["blocks"]) <= 100:
        found.append(f"{len(view['blocks'])} blocks")
    if view["type"] == "modal":
        found += _text_problems(view.get("title"), 24, "plain_text")
        for name in ("submit", "close"):
            found += _text_problems(view[name], 24, "plain_text") if view.get(name) else []
        if "submit" not in view and any(block.get("type") == "input" for block in view["blocks"]):
            found.append("a form that can't be sent")
    if size(view.get("callback_id", "")) > 255:
        found.append("callback_id too long")
    if size(view.get("private_metadata", "")) > 3_000:
        found.append("private_metadata too long")
    return found + _block_problems(view["blocks"], allowed)


def _block_problems(blocks: list[dict[str, Any]], allowed: set[str] | None) -> list[str]:
    found = []
    for place, block in enumerate(blocks):
        kind = block.get("type", "")
        check = CHECKS.get(kind)
        if check is None or (allowed is not None and kind not in allowed):
            found.append(f"{place}: no block {kind!r} here")
            continue
        if size(block.get("block_id", "")) > 255:
            found.append(f"{place}: block_id too long")
        found += [f"{place} {kind}: {problem}" for problem in check(block)]
        found += [f"{place} {problem}" for problem in (differences(block, "block") if kind in block_kinds() else ())]
    pressed = [[*block.get("elements", ()), block.get("accessory", {})] for block in blocks]
    actions = [element.get("action_id") for elements in pressed for element in elements]
    repeated = [action for action, count in Counter(filter(None, actions)).items() if count > 1]
    many_proposals = {"proposal_confirm", "proposal_decline"}  # one pair for each proposal, in blocks of their own
    return found + [f"action_id {action} twice" for action in repeated if action not in many_proposals]


def _text_problems(text: Any, most: int, *types: str) -> list[str]:
    if not isinstance(text, dict) or text.get("type") not in (types or TEXT_TYPES):
        return [f"{text!r} is no text object"]
    found = [] if 1 <= size(text["text"]) <= most else [f"text of {size(text['text'])}, at most {most}"]
    if text["type"] == "mrkdwn":
        if text.get("verbatim") is not True:
            found.append("mrkdwn that makes links of words")
        found += [f"key {key}" for key in text.keys() - {"type", "text", "verbatim"}]
    else:
        found += [f"key {key}" for key in text.keys() - {"type", "text", "emoji"}]
    return found


def _section(block: dict[str, Any]) -> list[str]:
    fields = block.get("fields", [])
    found = [problem for field in fields for problem in _text_problems(field, 2_000)]
    if "text" in block:
        found += _text_problems(block["text"], 3_000)
    if not ("text" in block or fields) or len(fields) > 10:
        found.append("text or 1 to 10 fields")
    accessory = block.get("accessory")
    return found + (_actions({"elements": [accessory]}) if accessory else [])


def _header(block: dict[str, Any]) -> list[str]:
    return _text_problems(block.get("text"), 150, "plain_text")


def _context(block: dict[str, Any]) -> list[str]:
    elements = block.get("elements", [])
    found = [] if 1 <= len(elements) <= 10 else [f"{len(elements)} elements"]
    return found + [problem for element in elements for problem in _text_problems(element, 3_000)]


def _actions(block: dict[str, Any]) -> list[str]:
    elements = block.get("elements", [])
    found = [] if 1 <= len(elements) <= 25 else [f"{len(elements)} elements"]
    for element in elements:
        if element.get("type") != "button":
            found.append(f"no element {element.get('type')!r} is made here")
            continue
        found += _text_problems(element.get("text"), 75, "plain_text")
        if not 1 <= size(element.get("action_id", "")) <= 255:
            found.append("action_id")
        if size(element.get("value", "")) > 2_000:
            found.append("value too long")
        if element.get("style", "primary") not in ("primary", "danger"):
            found.append("style")
    return found


def _context_actions(block: dict[str, Any]) -> list[str]:
    elements = block.get("elements", [])
    found = [] if 1 <= len(elements) <= 5 else [f"{len(elements)} elements"]
    for element in elements:
        if element.get("type") != "feedback_buttons" or not element.get("action_id"):
            found.append("no feedback buttons")
            continue
        for key in ("positive_button", "negative_button"):
            found += _text_problems(element[key].get("text"), 75, "plain_text")
            if not 1 <= size(element[key].get("value", "")) <= 2_000:
                found.append("value")
            if size(element[key].get("accessibility_label", "")) > 75:
                found.append("accessibility_label too long")
    return found


def _rich_text(block: dict[str, Any]) -> list[str]:
    elements = block.get("elements", [])
    found = [] if elements else ["no elements"]
    for element in elements:
        if element.get("type") not in _RICH:
            found.append(f"no element {element.get('type')!r}")
        elif element["type"] == "rich_text_list":
            if element.get("style") not in ("bullet", "ordered") or not element.get("elements"):
                found.append("list without style or items")
            found += [problem for item in element["elements"] for problem in _rich_leaves(item)]
        else:
            found += _rich_leaves(element)
    return found


def _rich_leaves(section: dict[str, Any]) -> list[str]:
    leaves = section.get("elements", [])
    found = [] if leaves else ["no text"]
    for leaf in leaves:
        if leaf.get("type") != "text":
            found.append(f"a live {leaf.get('type')}")
        elif not leaf.get("text"):
            found.append("empty text")
        elif leaf.keys() - {"type", "text", "style"} or set(leaf.get("style", {})) - {"bold", "italic", "code"}:
            found.append("keys")
    return found


def _table(block: dict[str, Any]) -> list[str]:
    rows = block.get("rows", [])
    found = [] if 1 <= len(rows) <= 100 else [f"{len(rows)} rows"]
    if len({len(row) for row in rows}) > 1:
        found.append("rows of different widths")
    if any(not 1 <= len(row) <= 20 for row in rows) or len(block.get("column_settings", [])) > 20:
        found.append("columns")
    cells = [cell for row in rows for cell in row]
    if any(cell.get("type") != "raw_text" or not cell.get("text") for cell in cells):
        found.append("an empty cell")
    if (total := sum(size(cell.get("text", "")) for cell in cells)) > 10_000:
        found.append(f"{total} characters in cells")
    settings = block.get("column_settings", [])
    if any(setting.get("align", "left") not in ("left", "center", "right") for setting in settings):
        found.append("align")
    return found + (["column_settings"] if any(each.keys() - {"align", "is_wrapped"} for each in settings) else [])


def _chart(block: dict[str, Any]) -> list[str]:
    chart = block.get("chart", {})
    found = [] if 1 <= size(block.get("title", "")) <= 50 else ["title"]
    if chart.get("type") == "pie":
        segments = chart.get("segments", [])
        found += [] if 1 <= len(segments) <= 6 else [f"{len(segments)} segments"]
        found += ["a slice of nothing"] if any(segment["value"] <= 0 for segment in segments) else []
        return found + _label_problems([segment["label"] for segment in segments])
    if chart.get("type") not in ("bar", "line", "area"):
        return [*found, f"no chart {chart.get('type')!r}"]
    series, axis = chart.get("series", []), chart.get("axis_config", {})
    categories = axis.get("categories", [])
    found += [] if 1 <= len(series) <= 6 else [f"{len(series)} series"]
    found += [] if 1 <= len(categories) <= 20 else [f"{len(categories)} points"]
    found += _label_problems(categories) + _label_problems([each["name"] for each in series])
    for each in series:
        if [point["label"] for point in each["data"]] != categories:
            found.append("a series that lacks a category")
        if any(
            isinstance(point["value"], bool) or not isinstance(point["value"], int | float) for point in each["data"]
        ):
            found.append("a value that is no number")
    if any(size(axis.get(key, "x")) not in range(1, 51) for key in ("x_label", "y_label")):
        found.append("axis label")
    return found


def _label_problems(labels: list[str]) -> list[str]:
    found = [f"label of {size(label)}" for label in labels if not 1 <= size(label) <= 20]
    return found + (["the same label twice"] if len(set(labels)) < len(labels) else [])


def _input(block: dict[str, Any]) -> list[str]:
    element, found = block.get("element", {}), _text_problems(block.get("label"), 2_000, "plain_text")
    if hint := block.get("hint"):
        found += _text_problems(hint, 2_000, "plain_text")
    if placeholder := element.get("placeholder"):
        found += _text_problems(placeholder, 150, "plain_text")
    if not 1 <= size(element.get("action_id", "")) <= 255:
        found.append("action_id")
    match element.get("type"):
        case "plain_text_input":
            if not element.get("initial_value", "x") or not 1 <= element.get("max_length", 3_000) <= 3_000:
                found.append("initial_value or max_length")
        case "static_select":
            options = element.get("options", [])
            found += [] if 1 <= len(options) <= 100 else [f"{len(options)} options"]
            found += [problem for each in options for problem in _text_problems(each.get("text"), 75, "plain_text")]
            if element.get("initial_option") and element["initial_option"] not in options:
                found.append("initial_option is none of the options")
        case "timepicker":
            if not re.fullmatch(r"\d\d:\d\d", element.get("initial_time", "00:00")):
                found.append("initial_time")
        case kind:
            found.append(f"no element {kind!r} is made here")
    return found


def _markdown(block: dict[str, Any]) -> list[str]:
    return [] if block.get("text") else ["no text"]


def _plan(block: dict[str, Any]) -> list[str]:
    found = [] if 1 <= size(block.get("title", "")) <= 256 else ["title"]
    return found + [problem for task in block.get("tasks", ()) for problem in _task(task)]


def _task(block: dict[str, Any]) -> list[str]:
    found = [] if block.get("task_id") and 1 <= size(block.get("title", "")) <= 256 else ["task_id or title"]
    if block.get("status") not in ("pending", "in_progress", "complete", "error"):
        found.append("status")
    return found + [problem for name in ("details", "output") if name in block for problem in _rich_text(block[name])]


CHECKS: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "context_actions": _context_actions,
    "rich_text": _rich_text,
    "table": _table,
    "data_visualization": _chart,
    "divider": lambda _: [],
    "markdown": _markdown,
    "plan": _plan,
    "task_card": _task,
    "input": _input,
}


LIVE = re.compile(
    r"@\w|<[@#!]|\w:\/\/|\bwww\.\w|(?:mailto|javascript|\btel):[^\s\u2060]|:[a-z0-9_+-]+:|(?<!\w)#\w"
    r"|\u200d(?=[\w\s]|$)|[\u200b\u200c\u200e\u200f\u202a-\u202e\u2061-\u206f\ufeff\u00ad\U000e0000-\U000e007f]",
    re.IGNORECASE,
)
"""What a client makes a mention, a channel, a link or a picture of, and signs that hide or turn text."""


def live_parts(message: dict[str, Any]) -> list[str]:
    """All that is not just text in a message or a view."""
    found = [part[0] for text in texts(message) for part in LIVE.finditer(text)]
    for text in [message.get("text", ""), *_marked(message.get("blocks", []))]:
        found += re.findall(r"[<>]|&(?!(?:amp|lt|gt);)", text)
    return found


def _marked(value: Any) -> Iterator[str]:
    """Every text that is read as mrkdwn."""
    if isinstance(value, list):
        for item in value:
            yield from _marked(item)
    elif isinstance(value, dict):
        if value.get("type") == "mrkdwn":
            yield value["text"]
        for item in value.values():
            yield from _marked(item)


def shown(messages: list[dict[str, Any]]) -> str:
    """What a reader sees of the answer over all messages, without blanks: buttons and small print are left out."""
    parts = []
    for message in messages:
        for block in message["blocks"]:
            if block["type"] not in ("actions", "context_actions", "context"):
                marked = set(_marked(block))
                parts += [_as_seen(text) if text in marked else text for text in texts(block)]
    return re.sub(r"[\s\u2060•]", "", "".join(parts))


def _as_seen(text: str) -> str:
    """mrkdwn, with its entities read and its marks of ours taken away."""
    text = re.sub(r"^```\n|\n```$|[*_`─]", "", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
