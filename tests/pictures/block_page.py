"""Slack's blocks as a page, near to how Slack's own client lays them out: for pictures, and to look at by eye."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from tests.pictures.chart_drawing import chart_svg

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STYLE = """
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.46 Lato, "Segoe UI", "DejaVu Sans", sans-serif; color: #1d1c1d; background: #fff; }
main { width: 720px; padding: 14px 18px 16px; }
.message { display: grid; grid-template-columns: 36px minmax(0, 1fr); gap: 0 10px; margin-bottom: 14px; }
.face { width: 36px; height: 36px; border-radius: 6px; background: #1d3b53; color: #fff; text-align: center;
  line-height: 36px; font-weight: 700; }
.face.person { background: #b4643c; }
.who b { margin-right: 6px; } .who small { color: #616061; } .app { background: #ddd; border-radius: 3px; font-size: 10px;
  padding: 1px 3px; color: #454245; margin-right: 6px; vertical-align: 1px; }
.section { margin: 4px 0; } .columns { display: grid; grid-template-columns: 1fr 1fr; gap: 6px 16px; }
.beside { display: flex; justify-content: space-between; align-items: center; gap: 12px; }
h3 { font-size: 17px; margin: 10px 0 4px; } hr { border: 0; border-top: 1px solid #ddd; margin: 10px 0; }
.context { color: #616061; font-size: 13px; margin: 5px 0; }
table { border-collapse: collapse; margin: 6px 0; border: 1px solid #ddd; } td { border: 1px solid #ddd; padding: 5px 10px; }
tr:first-child td { font-weight: 700; background: #f8f8f8; } td.right { text-align: right; font-variant-numeric: tabular-nums; }
button, .choice { font: inherit; font-weight: 700; font-size: 13px; background: #fff; border: 1px solid #bbb; border-radius: 6px;
  padding: 4px 11px; margin: 3px 6px 3px 0; color: #1d1c1d; }
button.primary { background: #007a5a; color: #fff; border-color: #007a5a; }
button.danger { color: #e01e5a; border-color: #e01e5a; }
.feedback { color: #616061; font-size: 13px; margin-top: 4px; } ul { margin: 2px 0; padding-left: 22px; }
code { background: #f6f6f6; border: 1px solid #ddd; border-radius: 3px; color: #c01343; font-size: 12px; padding: 1px 3px; }
figure { margin: 8px 0; border: 1px solid #ddd; border-radius: 8px; padding: 10px 12px 6px; } figcaption { font-weight: 700; }
.plan { border: 1px solid #ddd; border-radius: 8px; padding: 8px 12px; margin: 4px 0; } .plan b { display: block; }
.plan .source { color: #616061; font-size: 13px; margin-left: 22px; } .done { color: #007a5a; } .error { color: #e01e5a; }
.sheet { border: 1px solid #ccc; border-radius: 10px; box-shadow: 0 6px 18px #0002; } .sheet > header { padding: 12px 16px;
  border-bottom: 1px solid #ddd; font-weight: 900; font-size: 18px; } .sheet > div { padding: 6px 16px 12px; }
label { display: block; font-weight: 700; margin-top: 10px; } .field { border: 1px solid #bbb; border-radius: 5px; padding: 6px 10px;
  color: #1d1c1d; } .hint { color: #616061; font-size: 13px; }
blockquote { margin: 4px 0; padding-left: 10px; border-left: 4px solid #ddd; }
"""
_BOLD, _ITALIC, _CODE = (
    re.compile(r"\*([^*\n]+)\*"),
    re.compile(r"(?<!\w)_([^_\n]+)_(?!\w)"),
    re.compile(r"`([^`\n]+)`"),
)
_SPECIAL = re.compile(r"&lt;([@#!])([^&|]*)(?:\|([^&]*))?&gt;")


def page(body: str) -> str:
    """A whole document."""
    return f"<!doctype html><meta charset='utf-8'><style>{STYLE}</style><main>{body}</main>"


def said(text: str) -> str:
    """What a person wrote."""
    return _message("Ada", "person", "A", _escape(text), is_app=False)


def answered(blocks: Iterable[Mapping[str, Any]]) -> str:
    """A message of the app."""
    return _message("Tuppence", "", "2", "".join(map(block, blocks)), is_app=True)


def sheet(view: Mapping[str, Any]) -> str:
    """A form, or the Home tab."""
    title = (view.get("title") or {}).get("text", "Tuppence")
    submit = f"<button class='primary'>{_escape(view['submit']['text'])}</button>" if view.get("submit") else ""
    inside = "".join(map(block, view["blocks"]))
    return f"<div class='sheet'><header>{_escape(title)}</header><div>{inside}{submit}</div></div>"


def block(drawn: Mapping[str, Any]) -> str:
    """One block. Raises KeyError for a kind that the app does not use."""
    return _BLOCKS[drawn["type"]](drawn)


def _message(name: str, kind: str, letter: str, inside: str, *, is_app: bool) -> str:
    badge = "<span class='app'>APP</span>" if is_app else ""
    who = f"<div class='who'><b>{name}</b>{badge}<small>9:41 AM</small></div>"
    return f"<div class='message'><div class='face {kind}'>{letter}</div><div>{who}{inside}</div></div>"


def _escape(text: str) -> str:
    return html.escape(text.replace("\u2060", ""), quote=False).replace("\n", "<br>")


def _text(text: Mapping[str, Any] | None) -> str:
    if not text:
        return ""
    if text["type"] != "mrkdwn":
        return _escape(text["text"])
    shown = _escape(html.unescape(text["text"]))
    shown = _SPECIAL.sub(lambda found: f"<b>{found[1].replace('!', '')}{found[3] or found[2]}</b>", shown)
    for pattern, tag in ((_CODE, "code"), (_BOLD, "b"), (_ITALIC, "i")):
        shown = pattern.sub(rf"<{tag}>\1</{tag}>", shown)
    return shown


def _section(drawn: Mapping[str, Any]) -> str:
    fields = "".join(f"<div>{_text(field)}</div>" for field in drawn.get("fields", ()))
    inside = f"<div>{_text(drawn.get('text'))}</div>" + (f"<div class='columns'>{fields}</div>" if fields else "")
    beside = _element(drawn["accessory"]) if drawn.get("accessory") else ""
    return f"<div class='section{' beside' if beside else ''}'>{inside}{beside}</div>"


def _rich(drawn: Mapping[str, Any]) -> str:
    return "".join(map(_rich_part, drawn["elements"]))


def _rich_part(part: Mapping[str, Any]) -> str:
    match part["type"]:
        case "rich_text_list":
            return "<ul>" + "".join(f"<li>{_spans(item['elements'])}</li>" for item in part["elements"]) + "</ul>"
        case "rich_text_quote":
            return f"<blockquote>{_spans(part['elements'])}</blockquote>"
        case _:
            return f"<div class='section'>{_spans(part['elements'])}</div>"


def _spans(spans: Iterable[Mapping[str, Any]]) -> str:
    shown = []
    for span in spans:
        text = _escape(str(span.get("text", "")))
        for style, tag in (("code", "code"), ("bold", "b"), ("italic", "i")):
            text = f"<{tag}>{text}</{tag}>" if span.get("style", {}).get(style) else text
        shown.append(text)
    return "".join(shown)


def _table(drawn: Mapping[str, Any]) -> str:
    sides = [(setting or {}).get("align", "left") for setting in drawn.get("column_settings", ())]
    rows = ""
    for row in drawn["rows"]:
        cells = zip(row, [*sides, *["left"] * len(row)], strict=False)
        rows += "<tr>" + "".join(f"<td class='{side}'>{_cell(cell)}</td>" for cell, side in cells) + "</tr>"
    return f"<table>{rows}</table>"


def _cell(cell: Mapping[str, Any]) -> str:
    return _escape(cell["text"]) if "text" in cell else _rich(cell)


def _element(element: Mapping[str, Any]) -> str:
    match element["type"]:
        case "button":
            return f"<button class='{element.get('style', '')}'>{_text(element['text'])}</button>"
        case "feedback_buttons":
            return "<div class='feedback'>Good answer &nbsp;·&nbsp; Bad answer</div>"
        case "static_select":
            chosen = (element.get("initial_option") or {}).get("text") or element.get("placeholder")
            return f"<div class='field'>{_text(chosen)} ▾</div>"
        case "plain_text_input":
            filled = element.get("initial_value")
            return f"<div class='field'>{_escape(filled) if filled else _text(element.get('placeholder')) or '&nbsp;'}</div>"
        case "timepicker":
            return f"<div class='field'>{element.get('initial_time', '')} ▾</div>"
        case _:
            return _text(element)


def _plan(drawn: Mapping[str, Any]) -> str:
    """The task cards of a stream."""
    signs = {"complete": "<span class='done'>✓</span>", "error": "<span class='error'>✗</span>"}
    lines = "".join(
        f"<div>{signs.get(task['status'], '◌')} {_escape(task['title'])}</div>"
        + (f"<div class='source'>{_rich(task['output'])}</div>" if task.get("output") else "")
        for task in drawn["tasks"]
    )
    return f"<div class='plan'><b>{_escape(drawn['title'])}</b>{lines}</div>"


def _input(drawn: Mapping[str, Any]) -> str:
    hint = f"<div class='hint'>{_text(drawn['hint'])}</div>" if drawn.get("hint") else ""
    return f"<label>{_text(drawn['label'])}</label>{_element(drawn['element'])}{hint}"


def _elements(kind: str, drawn: Mapping[str, Any]) -> str:
    return f"<div class='{kind}'>{''.join(map(_element, drawn['elements']))}</div>"


_BLOCKS = {
    "actions": lambda drawn: _elements("actions", drawn),
    "context": lambda drawn: _elements("context", drawn),
    "context_actions": lambda drawn: _elements("context", drawn),
    "data_visualization": lambda drawn: (
        f"<figure><figcaption>{_escape(drawn['title'])}</figcaption>{chart_svg(drawn['chart'])}</figure>"
    ),
    "divider": lambda _: "<hr>",
    "header": lambda drawn: f"<h3>{_text(drawn['text'])}</h3>",
    "input": _input,
    "plan": _plan,
    "rich_text": _rich,
    "section": _section,
    "table": _table,
}
