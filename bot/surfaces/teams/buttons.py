"""The buttons under an answer: what to ask next, how it was found, and what it proposes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.surfaces.slack.buttons import follow_ups
from bot.surfaces.slack.limits import shortened
from bot.surfaces.teams.events import ASK
from bot.surfaces.teams.markup import inert

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIRM, REPLACE, DECLINE = "proposal_confirm", "proposal_replace", "proposal_decline"
SNOOZE, DELETE = "alert_snooze", "alert_delete"
NONCE, ALERT = "nonce", "alert"
"""What a verb's data names."""
SHOW_HOW, SETTINGS, HOME = "show_how", "settings", "home"
DIALOG = "dialog"
"""In the data of a button that opens a dialog: which one; `of` says whose or what."""
_TITLE = 40


def answer_actions(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What to ask next, how it was found, and what can be done with an alert that went off."""
    actions = [ask(label, question) for label, question in follow_ups(dict(record))]
    if record.get("calls"):
        actions.append(dialog("Show how", SHOW_HOW, record["turn"]))
    if alert := record.get("alert"):
        actions.append(execute("Snooze for a day", SNOOZE, {ALERT: alert}))
        actions.append(execute("Delete alert", DELETE, {ALERT: alert}, style="destructive"))
    return actions


def ask(label: str, question: str) -> dict[str, Any]:
    """A button that asks for who presses it; Teams shows nothing of it, so the answer says what was asked."""
    return {"type": "Action.Submit", "title": _title(label), "data": {ASK: question}}


def dialog(label: str, name: str, of: str = "") -> dict[str, Any]:
    """A button that opens a dialog."""
    return {
        "type": "Action.Submit",
        "title": _title(label),
        "data": {DIALOG: name, "of": of, "msteams": {"type": "task/fetch"}},
    }


def proposal_actions(proposal: Mapping[str, Any]) -> dict[str, Any]:
    """Confirm and decline, with the proposal's nonce and nothing else: what is done is kept on the server."""
    nonce = {NONCE: proposal["nonce"]}
    confirming = [execute(label, verb, nonce, style=style) for label, verb, style in _confirming(proposal)]
    return {"type": "ActionSet", "actions": [*confirming, execute("Not now", DECLINE, nonce)]}


def _confirming(proposal: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """(label, verb, style) of the button that makes the change and, in an import, of the one that replaces."""
    details = proposal["details"]
    if proposal["kind"] == "import":
        if not details.get("again"):
            return [("Import", CONFIRM, "positive")]
        return [("Add to my holdings", CONFIRM, "positive"), ("Replace my holdings", REPLACE, "destructive")]
    if proposal["kind"] == "price_alert":
        return [("Set alert", CONFIRM, "positive")]
    if details.get("action") == "remove":
        return [("Remove", CONFIRM, "destructive")]
    return [("Add to watchlist", CONFIRM, "positive")]


def execute(label: str, verb: str, data: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A button whose press is answered at once."""
    return {"type": "Action.Execute", "title": _title(label), "verb": verb, "data": dict(data), **more}


def _title(label: str) -> str:
    return shortened(inert(label), _TITLE)
