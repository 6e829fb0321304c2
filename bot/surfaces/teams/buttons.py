"""The buttons under an answer: what to ask next, how it was found, and what it proposes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.surfaces.sending_buttons import sending_buttons
from bot.surfaces.slack.buttons import follow_ups
from bot.surfaces.slack.limits import shortened
from bot.surfaces.teams.events import ASK
from bot.surfaces.teams.markup import inert

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFIRM, REPLACE, DECLINE = "proposal_confirm", "proposal_replace", "proposal_decline"
STOP = "stop"
NONCE, OF = "nonce", "of"
"""What a verb's data names: a proposal's nonce, else the alert, the digest or the question it is about."""
SHOW_HOW, SETTINGS, HOME = "show_how", "settings", "home"
DIALOG = "dialog"
"""In the data of a button that opens a dialog, or is in one: which one; `of` says whose or what."""
ACT, KIND = "act", "kind"
"""In the data of a button of the home: what it does, to a "digest" or an "alert"."""
MOST_ACTIONS = 6
_TITLE = 40


def answer_actions(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What to ask next, as far as there is room beside how it was found and what an alert or a digest can do."""
    actions = [dialog("Show how", SHOW_HOW, record["turn"])] if record.get("calls") else []
    actions += [
        execute(each.label, each.action, {OF: each.id}, **({"style": "destructive"} if each.is_for_good else {}))
        for each in sending_buttons(record)
    ]
    asked = [ask(label, question) for label, question in follow_ups(dict(record))]
    return [*asked[: MOST_ACTIONS - len(actions)], *actions]


def ask(label: str, question: str) -> dict[str, Any]:
    """A button that asks for who presses it; Teams shows nothing of it, so the answer says what was asked."""
    return {"type": "Action.Submit", "title": _title(label), "data": {ASK: question}}


def dialog(label: str, name: str, of: str = "") -> dict[str, Any]:
    """A button that opens a dialog."""
    return {
        "type": "Action.Submit",
        "title": _title(label),
        "data": {DIALOG: name, OF: of, "msteams": {"type": "task/fetch"}},
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


def submit(label: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A button in a dialog, whose press sends the dialog's data and its own."""
    return {"type": "Action.Submit", "title": _title(label), "data": dict(data)}


def stop_button(event_id: str) -> dict[str, Any]:
    """A button that ends the work on a question: for who asked it."""
    return execute("Stop", STOP, {OF: event_id})


def _title(label: str) -> str:
    return shortened(inert(label), _TITLE)
