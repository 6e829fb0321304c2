"""Other forms of a message, for a place that does not take it as it is."""

from __future__ import annotations

from typing import Any

from bot.surfaces.slack.blocks import plain_messages


def with_note(drawn: dict[str, Any], note: str) -> dict[str, Any]:
    """A message with a line before it, for which `bot.surfaces.slack.blocks` left room."""
    noted = {**drawn, "text": f"{note}\n\n{drawn.get('text', '')}"}
    if drawn.get("blocks"):
        first = {"type": "context", "elements": [{"type": "mrkdwn", "text": note, "verbatim": True}]}
        noted["blocks"] = [first, *drawn["blocks"]]
    return noted


def plainer(drawn: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The same message in blocks that every Slack knows, or in words alone."""
    record, part = body.get("record"), body.get("part", 0)
    if record is not None and drawn == body["message"]:
        plain = plain_messages(record, locale=body["locale"], time_zone=body["time_zone"])
        if len(plain) == body["parts"] and "blocks" in plain[part]:
            return dict(plain[part])
    return {name: value for name, value in drawn.items() if name != "blocks"}


def shorter(drawn: dict[str, Any]) -> dict[str, Any]:
    """So short that Slack can't find it too long."""
    return {"text": f"{drawn.get('text', '')[:3500]}…\n\n(The rest is too long for one message of Slack.)"}
