"""`/settings`: how a person wants figures told, and what they said of their attitude to risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.records import preferences
from bot.records.platform_tables import RISK_PROFILES
from bot.records.policies import terms_of
from bot.turn.rendering import escape
from tools.formatting import join_words, show_day

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.records.policies import Terms
    from bot.records.preferences import Choices
    from bot.turn.commands import CommandContext

DEFAULT = "default"
TERMINAL = "terminal"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it is typed: `field` is where it is kept, `usual` the policy's name for it, "" for none."""

    field: str
    title: str
    example: str
    usual: str = ""


SETTINGS = {
    "currency": Setting("base_currency", "Base currency", "EUR", "base_currency"),
    "zone": Setting("time_zone", "Time zone", "Europe/Berlin", "time_zone"),
    "language": Setting("locale", "Numbers and dates", "de_DE", "language"),
    "risk": Setting("risk_profile", "Risk profile", RISK_PROFILES[1]),
}


async def settings_command(context: CommandContext, words: Sequence[str]) -> str:
    """How you want figures told: `/settings`, `/settings currency EUR`, `/settings zone Europe/Berlin`."""
    if not words:
        async with context.database.read() as session:
            choices = await preferences.choices_of(session, context.actor)
            terms = await terms_of(session, context.actor.tenant)
        return _shown(choices, terms, context)
    name, value = words[0].lower(), words[1] if len(words) == 2 else ""
    setting = SETTINGS.get(name)
    if setting is None or not value:
        examples = [f"`/settings {name} {each.example}`" for name, each in SETTINGS.items()]
        return f"Say {join_words(examples, 'or')}; with `{DEFAULT}` in its place, it is as your administrator set it."
    try:
        async with context.database.write() as session:
            changes = {setting.field: None if value.lower() == DEFAULT else value}
            changed = await preferences.choose(session, context.actor, changes, at=context.now())
            choices = await preferences.choices_of(session, context.actor)
            terms = await terms_of(session, context.actor.tenant)
    except ValueError as error:
        return f"Nothing was changed: {escape(str(error))}."
    told = f"{setting.title}: {_told(setting, choices, terms, context)}."
    return told if changed else f"Nothing was changed. {told}"


def _shown(choices: Choices, terms: Terms, context: CommandContext) -> str:
    lines = [
        f"- {setting.title}: **{_told(setting, choices, terms, context)}** (`/settings {name} {setting.example}`)"
        for name, setting in SETTINGS.items()
    ]
    remark = "The terminal writes numbers and dates in one form; chat apps follow your choice."
    return "\n".join(["Your settings:", "", *lines, *(["", f"> {remark}"] if context.surface == TERMINAL else [])])


def _told(setting: Setting, choices: Choices, terms: Terms, context: CommandContext) -> str:
    """The value that holds, and whose choice it is."""
    value = getattr(choices, setting.field)
    if setting.field == "risk_profile":
        return _risk(choices, context)
    if value:
        return escape(value)
    return f"{escape(getattr(terms, setting.usual))}, as your administrator set it" if terms.is_set else "not chosen"


def _risk(choices: Choices, context: CommandContext) -> str:
    """The risk profile with its date; one that is too old says so."""
    if choices.risk_profile is None or choices.risk_profile_on is None:
        return "not given"
    day = show_day(choices.risk_profile_on)
    if choices.risk_profile_at(context.now().date()) is None:
        return f"out of date ({choices.risk_profile}, given on {day}); give it again"
    return f"{choices.risk_profile}, given on {day}"
