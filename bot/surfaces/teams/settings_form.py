"""The form of a person's settings as a card, with its faults told beside the fields; what is entered, read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.records.platform_tables import RISK_PROFILES
from bot.records.preferences import VET
from bot.surfaces.answer import Span
from bot.surfaces.teams.buttons import DIALOG, SETTINGS
from bot.surfaces.teams.cards import card, remark, text
from bot.surfaces.teams.markup import inert
from tools.formatting import show_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.records.preferences import Choices
    from bot.surfaces.teams.cards import Element
    from bot.turn.daily_digest import Daily

FIELDS = {
    "currency": ("base_currency", "Base currency", "EUR", "In which your own portfolio is valued; empty for its own."),
    "zone": ("time_zone", "Time zone", "Europe/Berlin", "In which times are shown; empty for the one of your Teams."),
    "language": ("locale", "Numbers and dates", "de_DE", "How they are written; empty for the language of your Teams."),
}
"""Field → (choice, label, example, hint) of what is typed."""
RISK, DIGEST = "risk", "digest"
NOT_GIVEN = "none"
LONGEST = 64
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def settings_card(
    choices: Choices,
    daily: Daily,
    *,
    today: date,
    errors: Mapping[str, str] = {},
    typed: Mapping[str, Any] = {},
) -> dict[str, Any]:
    """The form, filled with what is chosen or, after a fault, with what was `typed`."""
    body: list[Element] = _fault(errors.get(""))
    for field, (name, label, example, hint) in FIELDS.items():
        value = _text(typed, field) if typed else getattr(choices, name) or ""
        entry: Element = {
            "type": "Input.Text",
            "id": field,
            "label": label,
            "maxLength": LONGEST,
            "placeholder": example,
        }
        body += [entry | ({"value": inert(value)} if value else {}), *remark(hint), *_fault(errors.get(field))]
    body += _risk(choices, today, _text(typed, RISK) if typed else "")
    time = _text(typed, DIGEST) if typed else daily.time
    when = f"Yours is sent {daily.other}; choose a time to have it then." if daily.other else "Empty for none."
    clock: Element = {"type": "Input.Time", "id": DIGEST, "label": "Daily digest of your portfolio"}
    body += [
        clock | ({"value": time} if _TIME.fullmatch(time or "") else {}),
        *remark(f"On weekdays, at this time. {when}"),
    ]
    body += _fault(errors.get(DIGEST))
    return card(body, [{"type": "Action.Submit", "title": "Save", "data": {DIALOG: SETTINGS}}])


def entered(data: Mapping[str, Any]) -> tuple[dict[str, str | None], str, dict[str, str]]:
    """(choices, time of the digest, field → what is wrong with it) of a form that was sent."""
    changes: dict[str, str | None] = {}
    errors: dict[str, str] = {}
    for field, (name, _, _, _) in FIELDS.items():
        given = _text(data, field).strip()
        try:
            changes[name] = VET[name](given) if given else None
        except ValueError as error:
            told = str(error)
            errors[field] = f"{told[:1].upper()}{told[1:]}."
    risk, time = _text(data, RISK), _text(data, DIGEST)
    changes["risk_profile"] = risk if risk in RISK_PROFILES else None
    return changes, time if _TIME.fullmatch(time) else "", errors


def _risk(choices: Choices, today: date, typed: str) -> list[Element]:
    chosen = typed if typed in (*RISK_PROFILES, NOT_GIVEN) else choices.risk_profile_at(today) or NOT_GIVEN
    options = [{"title": name.capitalize(), "value": name} for name in RISK_PROFILES]
    hint = "It counts for a year."
    if choices.risk_profile and choices.risk_profile_on:
        hint = f"Given on {show_day(choices.risk_profile_on)}; it counts for a year."
    entry: Element = {
        "type": "Input.ChoiceSet",
        "id": RISK,
        "label": "Risk profile",
        "style": "compact",
        "value": chosen,
        "choices": [*options, {"title": "Not given", "value": NOT_GIVEN}],
    }
    return [entry, *remark(hint)]


def _fault(words: str | None) -> list[Element]:
    blocks = text((Span(words),)) if words else []
    for block in blocks:
        for run in block["inlines"]:
            run["color"] = "Attention"
    return blocks


def _text(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name)
    return found[:LONGEST] if isinstance(found, str) else ""
