"""What opens in a dialog: how an answer was found, a person's home, and the form of their settings."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bot.errors import DigestRefused, UnknownUser
from bot.records import controls, digests, preferences, users
from bot.records.answers import visible_turn
from bot.records.identities import actor_of
from bot.surfaces.answer import Span
from bot.surfaces.pausing import is_pause, pause
from bot.surfaces.quoting import NOT_SEEN
from bot.surfaces.teams.buttons import ACT, DIALOG, HOME, KIND, OF, SETTINGS, SHOW_HOW
from bot.surfaces.teams.cards import attached, card, text
from bot.surfaces.teams.desk import PATIENCE, shared
from bot.surfaces.teams.events import NAME
from bot.surfaces.teams.home import home_card
from bot.surfaces.teams.how import how_card
from bot.surfaces.teams.settings_form import entered, settings_card
from bot.turn.daily_digest import daily_of, set_daily
from bot.turn.destination import Place
from bot.turn.home import Homes
from bot.turn.prompting import sections

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.messages import Manner
    from bot.records.users import Actor
    from bot.surfaces.teams.desk import Desk
    from bot.surfaces.teams.events import Pressed
    from bot.turn.home import Home

UNKNOWN = "I don't know this button any more; please ask again."
SAVED = "Your settings are kept."
_LONGEST_TURN = 64
Answer = dict[str, Any]


class Dialogs:
    """Opens dialogs, and takes what is entered in them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._homes = Homes(desk.parts)

    async def open(self, press: Pressed) -> Answer:
        """The dialog that a button names. Raises `DatabaseError`."""
        data = _data(press)
        name, of = data.get(DIALOG), data.get(OF)
        if name == SHOW_HOW and isinstance(of, str):
            return await self.how(press, of)
        if name == SETTINGS:
            return await self._settings(press, {})
        if name == HOME:
            return await self._home(press)
        return told(UNKNOWN)

    async def submit(self, press: Pressed) -> Answer:
        """Keep what was entered, all or nothing; what can't be is told in the form."""
        data = _data(press)
        if data.get(DIALOG) == HOME:
            return await self._pause(press, data)
        if data.get(DIALOG) != SETTINGS:
            return told(UNKNOWN)
        changes, time, errors = entered(data)
        if not errors:
            errors = await self._keep(press, changes, time)
        return await self._settings(press, errors) if errors else told(SAVED)

    async def how(self, press: Pressed, turn_id: str) -> Answer:
        """How an answer was found, for who may see that answer now: what is personal only as a full member."""
        if not 0 < len(turn_id) <= _LONGEST_TURN or not turn_id.isprintable():
            return told(NOT_SEEN)
        async with self._desk.parts.database.read() as session:
            actor = await actor_of(session, press.event.tenant, NAME, press.event.user)
            turn = await visible_turn(session, actor, turn_id, await shared(session, press, turn_id))
            manner = await preferences.manner_of(session, actor)
        if turn is None or (turn.is_personal and await self._desk.standing(press) != "member"):
            return told(NOT_SEEN)
        return opened("How it was found", how_card(turn, self._desk.reader(press, manner)))

    async def _settings(self, press: Pressed, errors: dict[str, str]) -> Answer:
        async with self._desk.parts.database.read() as session:
            actor = await actor_of(session, press.event.tenant, NAME, press.event.user)
            choices = await preferences.choices_of(session, actor)
            daily = daily_of(await digests.digests_of(session, actor))
        today = self._desk.parts.now().date()
        form = settings_card(choices, daily, today=today, errors=errors, typed=_data(press) if errors else {})
        return opened("Settings", form)

    async def _keep(self, press: Pressed, changes: dict[str, str | None], time: str) -> dict[str, str]:
        """Field → what is wrong with it; {} once everything is kept."""
        parts, event = self._desk.parts, press.event
        at = parts.now()

        async def unit(session: AsyncSession) -> tuple[Actor, Manner] | str:
            actor = await actor_of(session, event.tenant, NAME, event.user)
            await users.ensure_user(session, actor)
            if stop := (await controls.controls_of(session, actor)).stop:
                return sections("notices")[stop]
            known, before = await preferences.choices_of(session, actor), await preferences.manner_of(session, actor)
            wanted = dict(changes)
            if wanted["risk_profile"] == known.risk_profile_at(at.date()):
                del wanted["risk_profile"]  # left as it was, which does not give it anew
            await preferences.choose(session, actor, wanted, at=at)
            return actor, before

        kept = await parts.database.run(unit)
        if isinstance(kept, str):
            return {"": kept}
        actor, before = kept
        async with parts.database.read() as session:
            manner = await preferences.manner_of(session, actor)
        try:
            was, zone = (self._desk.reader(press, each).time_zone for each in (before, manner))
            await set_daily(parts.database, actor, NAME, time, zone, at=at, was_zone=was)
        except (DigestRefused, UnknownUser) as refused:
            return {"digest": str(refused)}
        return {}

    async def _home(self, press: Pressed) -> Answer:
        """What the person owns and watches; where prices take too long, without them."""
        actor, standing = await self._desk.actor(press), await self._desk.standing(press)
        place = Place(surface=NAME, tenant=press.event.tenant, kind="direct", asker=standing)
        seen: list[Home] = []

        async def show(home: Home) -> None:
            seen.append(home)

        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                await self._homes.open(actor, place, show)
        if not seen:
            return told(UNKNOWN)
        return opened("Your home", home_card(seen[-1], self._desk.reader(press, seen[-1].manner)))

    async def _pause(self, press: Pressed, data: Mapping[str, Any]) -> Answer:
        """Pause a digest or an alert of one's own, or take it up again, and show the home as it is then."""
        act, kind, name = data.get(ACT), data.get(KIND), data.get(OF)
        if not is_pause(act, kind, name):
            return told(UNKNOWN)
        who = (press.event.tenant, NAME, press.event.user)
        problem = await pause(self._desk.parts, who, str(act), str(kind), str(name))
        return told(problem) if problem else await self._home(press)


def opened(title: str, drawn: dict[str, Any]) -> Answer:
    """The answer that opens a dialog."""
    value = {"title": title, "height": "large", "width": "medium", "card": attached(drawn)}
    return {"task": {"type": "continue", "value": value}}


def told(words: str) -> Answer:
    """A dialog that says one thing."""
    value = {"title": "Tuppence", "height": "small", "width": "medium", "card": attached(card(text((Span(words),))))}
    return {"task": {"type": "continue", "value": value}}


def _data(press: Pressed) -> dict[str, Any]:
    data = press.value.get("data")
    return data if isinstance(data, dict) else {}
