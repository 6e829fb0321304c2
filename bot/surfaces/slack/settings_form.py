"""What can be pressed on the Home tab: the form of settings, with its faults told beside the fields, and pauses."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.errors import DigestRefused
from bot.records import controls, digests, preferences, users
from bot.records.identities import actor_of
from bot.records.platform_tables import RISK_PROFILES
from bot.records.preferences import VET
from bot.surfaces.pausing import is_pause, pause
from bot.surfaces.slack.events import COMMAND, NAME
from bot.surfaces.slack.home import ADMIN, PAUSE, SETTINGS
from bot.surfaces.slack.interactions import DONE, Answer
from bot.surfaces.slack.limits import HINT, shortened
from bot.surfaces.slack.markup import plain_text
from bot.turn.daily_digest import daily_of, set_daily
from bot.turn.prompting import sections
from tools.formatting import show_day

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.preferences import Choices
    from bot.surfaces.slack.desk import Desk
    from bot.surfaces.slack.interactions import Interactions
    from bot.surfaces.slack.presses import Press
    from bot.turn.daily_digest import Daily

FORM = "settings"
VALUE = "value"
"""The action of every field; which one it is, its block says."""
FIELDS = {
    "currency": ("base_currency", "Base currency", "EUR", "In which your own portfolio is valued; empty for its own."),
    "zone": (
        "time_zone",
        "Time zone",
        "Europe/Berlin",
        "In which times are shown; empty for the one you have in Slack.",
    ),
    "language": ("locale", "Numbers and dates", "de_DE", "How they are written; empty for your language in Slack."),
}
"""Block → (choice, label, example, hint) of what is typed."""
RISK, DIGEST = "risk", "digest"
NOT_GIVEN = "none"
LONGEST = 64
NOT_KEPT = "Your other settings are kept, but the time of your digest could not be; please set it again in a minute."
CANT_OPEN = f"The form can't be opened here now; type `{COMMAND} settings` instead."
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def register(interactions: Interactions, desk: Desk) -> None:
    """The form, the pauses, and the link to the admin pages, which Slack opens by itself."""
    pressed = HomeControls(desk)
    interactions.actions[SETTINGS] = pressed.ask
    interactions.submissions[FORM] = pressed.save
    interactions.actions[f"{PAUSE}_"] = pressed.pause
    interactions.actions[ADMIN] = _followed


async def _followed(_: Press) -> Answer:
    return DONE


class HomeControls:
    """Handles what is pressed on a Home tab, for the person who pressed and nobody else."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def ask(self, press: Press) -> Answer:
        """Open the form with what is chosen now."""
        async with self._desk.parts.database.read() as session:
            actor = await actor_of(session, press.tenant, NAME, press.user)
            choices = await preferences.choices_of(session, actor)
            daily = daily_of(await digests.digests_of(session, actor))
        view = settings_form(choices, daily, today=self._desk.parts.now().date())
        return Answer(then=partial(self._open, press, view))

    async def save(self, press: Press) -> Answer:
        """Keep what was entered, all or nothing; what can't be is told beside its field."""
        changes, time, errors = entered(press.state)
        was_zone = "" if errors else await self._zone(press)
        problem = "" if errors else await self._keep(press, changes)
        if errors or problem:
            return Answer({"response_action": "errors", "errors": errors or {next(iter(FIELDS)): problem}})
        return Answer(then=partial(self._schedule, press, time, was_zone))

    async def pause(self, press: Press) -> Answer:
        """Pause a digest or an alert of one's own, or take it up again."""
        act, kind, name = (*press.value.split(":", 2), "", "")[:3]
        if not is_pause(act, kind, name):
            return DONE
        problem = await pause(self._desk.parts, (press.tenant, NAME, press.user), act, kind, name)
        self._desk.home.refresh(press.tenant, press.user)
        return Answer(then=partial(self._desk.tell, press, problem)) if problem else DONE

    async def _open(self, press: Press, view: Mapping[str, Any]) -> None:
        if not await self._desk.open(press, view):
            await self._desk.tell(press, CANT_OPEN)

    async def _keep(self, press: Press, changes: dict[str, str | None]) -> str:
        """Keep the choices; returns why nothing was kept, "" once it is."""
        at = self._desk.parts.now()

        async def unit(session: AsyncSession) -> str:
            actor = await actor_of(session, press.tenant, NAME, press.user)
            await users.ensure_user(session, actor)
            if stop := (await controls.controls_of(session, actor)).stop:
                return sections("notices")[stop]
            known = await preferences.choices_of(session, actor)
            wanted = dict(changes)
            if wanted["risk_profile"] == known.risk_profile_at(at.date()):
                del wanted["risk_profile"]  # left as it was, which does not give it anew
            await preferences.choose(session, actor, wanted, at=at)
            return ""

        return await self._desk.parts.database.run(unit)

    async def _zone(self, press: Press) -> str:
        return (await self._desk.home.reader(press.tenant, press.user)).time_zone

    async def _schedule(self, press: Press, time: str, was_zone: str) -> None:
        """Set the time of the digest: after Slack heard, as reading a calendar takes longer than it waits."""
        parts = self._desk.parts
        try:
            async with parts.database.read() as session:
                actor = await actor_of(session, press.tenant, NAME, press.user)
            zone = await self._zone(press)
            await set_daily(parts.database, actor, NAME, time, zone, at=parts.now(), was_zone=was_zone)
        except DigestRefused as refused:
            await self._desk.tell(press, f"Your other settings are kept, but not the digest. {refused}")
        except Exception:
            await self._desk.tell(press, NOT_KEPT)  # the form is closed by now, and looked as if all were well
            raise
        self._desk.home.refresh(press.tenant, press.user)


def settings_form(choices: Choices, daily: Daily, *, today: date) -> dict[str, Any]:
    """The form, filled with what is chosen."""
    typed = [
        _field(
            block,
            label,
            hint,
            {"type": "plain_text_input", "max_length": LONGEST, "placeholder": plain_text(example)}
            | ({"initial_value": value} if (value := getattr(choices, name)) else {}),
        )
        for block, (name, label, example, hint) in FIELDS.items()
    ]
    time = {"initial_time": daily.time} if daily.time else {}
    when = f"Yours is sent {daily.other}; choose a time to have it then." if daily.other else "Empty for none."
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain_text("Settings"),
        "submit": plain_text("Save"),
        "close": plain_text("Cancel"),
        "blocks": [
            *typed,
            _risk(choices, today),
            _field(
                DIGEST,
                "Daily digest of your portfolio",
                f"On weekdays, at this time. {when}",
                {"type": "timepicker", **time},
            ),
        ],
    }


def entered(state: Mapping[str, Any]) -> tuple[dict[str, str | None], str, dict[str, str]]:
    """(choices, time of the digest, block → what is wrong with it) of a form that was sent."""
    changes: dict[str, str | None] = {}
    errors: dict[str, str] = {}
    for block, (name, _, _, _) in FIELDS.items():
        text = _text(state, block, "value").strip()
        try:
            changes[name] = VET[name](text) if text else None
        except ValueError as error:
            told = str(error)
            errors[block] = f"{told[:1].upper()}{told[1:]}."
    risk = _text(state, RISK, "selected_option", "value")
    changes["risk_profile"] = risk if risk in RISK_PROFILES else None
    time = _text(state, DIGEST, "selected_time")
    return changes, time if _TIME.fullmatch(time) else "", errors


def _text(state: Mapping[str, Any], block: str, *path: str) -> str:
    found: Any = state
    for name in (block, VALUE, *path):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _risk(choices: Choices, today: date) -> dict[str, Any]:
    options = [_option(name, name.capitalize()) for name in RISK_PROFILES]
    options = [*options, _option(NOT_GIVEN, "Not given")]
    chosen = choices.risk_profile_at(today)
    initial = next(each for each in options if each["value"] == (chosen or NOT_GIVEN))
    hint = "It counts for a year."
    if choices.risk_profile and choices.risk_profile_on:
        hint = f"Given on {show_day(choices.risk_profile_on)}; it counts for a year."
    element = {"type": "static_select", "options": options, "initial_option": initial}
    return _field(RISK, "Risk profile", hint, element)


def _option(value: str, text: str) -> dict[str, Any]:
    return {"text": plain_text(text), "value": value}


def _field(block: str, label: str, hint: str, element: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "input",
        "block_id": block,
        "optional": True,
        "label": plain_text(label),
        "hint": plain_text(shortened(hint, HINT)),
        "element": {**element, "action_id": VALUE},
    }
