"""A finished turn as JSON, with the source of each figure: what Teams' citations are made from."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bot.surfaces.slack.record import Extras, notice_record, turn_record

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import Reply
    from bot.turn.proposals import Offered

MOST_CITED = 20
"""Of the sources of a message."""


def answer_record(reply: Reply | None, text: str, offered: Sequence[Offered] = (), digest: str = "") -> dict[str, Any]:
    """The record of a turn, or of a notice; `digest` is the id of the digest that the reply is."""
    if reply is None:
        return notice_record(text)
    record = turn_record(reply, text=text, extras=Extras(offered=tuple(offered), digest=digest))
    return {**record, "citations": _citations(reply)}


def _citations(reply: Reply) -> list[dict[str, Any]]:
    """Each source with the figures that it gave, as they are shown, in the order in which they are told."""
    found: dict[str, dict[str, Any]] = {}
    for shown, figure, _ in reply.figures:
        cited = found.setdefault(figure.source.name, {"name": figure.source.name, "as_of": None, "figures": []})
        as_of = figure.source.as_of
        if as_of is not None:
            moment = as_of.isoformat() if isinstance(as_of, datetime) else str(as_of)
            cited["as_of"] = max(moment, cited["as_of"] or "")
        cited["figures"].append({"text": shown, "subject": figure.subject, "attribute": figure.attribute})
    return list(found.values())[:MOST_CITED]
