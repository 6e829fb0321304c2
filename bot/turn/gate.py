"""What a turn may do, asked again at every step: it may be stopped, re-routed or refused while it runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.errors import ModelStopped
from bot.messages import Manner
from bot.records import controls, permissions, preferences, prompts
from bot.records.access import LOST, ClientAccess
from bot.records.controls import Controls
from bot.records.policies import Terms, terms_of
from bot.records.turns import recent_turns
from bot.turn.destination import is_allowed, is_full_member, place_now
from bot.turn.disclosing import disclosures, is_first_contact, last_disclosed
from bot.turn.prompting import sections
from bot.turn.rendering import escape
from tools.catalogue import PERSONAL_TOOLS
from tools.errors import AccessRefused
from tools.formatting import show_day

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.messages import ModelInfo, Reply, ToolResult
    from bot.records.database import Database
    from bot.records.permissions import Client
    from bot.records.turns import PastTurn
    from bot.records.users import Actor
    from bot.turn.agent import Decision
    from bot.turn.destination import Place

    Look = Callable[[], Awaitable[Controls]]


class Stopped(Exception):
    """The turn must end at once; the message is what the person reads."""


async def everything_allowed() -> Controls:
    """Where nobody is in charge of anything, as in a measurement."""
    return Controls()


def tool_off(tool: str) -> str:
    """What is said of a tool that is switched off, by the words of its name."""
    words = tool.removeprefix("get_").replace("_", " ")
    return sections("notices")["tool_off"].format(tool=words.capitalize())


class Gate:
    """The rules of one turn: who asks, where, and about whom. `base_currency` is that of a tenant without a policy."""

    def __init__(self, database: Database, actor: Actor, place: Place, base_currency: str = "USD") -> None:
        self.database, self.actor, self.place = database, actor, place
        self.base_currency = base_currency
        self.client: Client | None = None
        """Whose data the asker has chosen to ask about; None for their own."""
        self.access = ClientAccess(database, actor, base_currency)
        self.manner = Manner()
        self.advisor = ""
        self.terms = Terms()
        self._told_at: datetime | None = None
        """The template of the prompt of models that write, as it is in use in the tenant."""

    @property
    def client_id(self) -> str:
        """The user whose data is asked about, "" for the asker's own."""
        return self.client.id if self.client else ""

    async def look(self) -> Controls:
        """What is allowed now. Raises `Stopped` when this turn is not."""
        async with self.database.read() as session:
            return await self._look(session)

    async def _look(self, session: AsyncSession) -> Controls:
        now = await controls.controls_of(session, self.actor)
        if now.stop:
            raise Stopped(sections("notices")[now.stop])
        if self.place.kind != "direct" and not is_allowed(await place_now(session, self.actor, self.place)):
            raise Stopped(sections("notices")["channel_not_allowed"])
        return now

    async def enter(self, turn_id: str, conversation: str) -> None:
        """Begin the turn, which has been saved. Raises `Stopped` when it must not go on, by a quota, too."""
        async with self.database.read() as session:
            self._told_at = await last_disclosed(session, self.actor)
            terms = self.terms = await terms_of(session, self.actor.tenant)
            await self._look(session)
            spent = await controls.spent_quota(session, self.actor, turn_id)
            self.client = await permissions.chosen_client(session, self.actor, conversation)
            chosen = await preferences.choices_of(session, self.actor)
            advisor = await prompts.active_prompt(session, self.actor.tenant, "advisor")
        self.manner = preferences.manner(chosen, terms)
        self.advisor = advisor or prompts.file_text("advisor")
        if spent:
            asked = f"{spent.allowed:,} question{'' if spent.allowed == 1 else 's'}"
            again = _clock(spent.again_at, terms.time_zone)
            raise Stopped(sections("notices")["quota"].format(allowed=asked, period=spent.period, again=again))
        self.base_currency = chosen.base_currency or (terms.base_currency if terms.is_set else self.base_currency)
        self.access = ClientAccess(
            self.database,
            self.actor,
            self.base_currency,
            subject=self.client_id,
            told_in="" if self.client else chosen.base_currency or "",
            refusal="" if is_full_member(self.place) else sections("notices")["guest"],
        )

    async def past(self, conversation: str, limit: int) -> tuple[PastTurn, ...]:
        """The asker's earlier turns about the same person; what only the asker may read stays out of a shared place."""
        async with self.database.read() as session:
            turns = await recent_turns(session, self.actor, conversation, limit)
        is_shared = self.place.kind != "direct"
        return tuple(
            replace(turn, answer=sections("notices")["sent_direct"]) if is_shared and turn.is_personal else turn
            for turn in turns
            if turn.client == self.client_id
        )

    def disclosed(self, reply: Reply, now: datetime) -> Reply:
        """The reply with what has to be said beside it, and how it is read."""
        said = disclosures(reply, self.terms, self._told_at, now)
        return replace(reply, disclosures=tuple(said.items()), manner=self.manner)

    def is_first_contact(self, now: datetime) -> bool:
        """Whether the reply has to say that a machine answers: nothing of it may be read before it does."""
        return is_first_contact(self._told_at, now)

    def admit_command(self) -> None:
        """Raises `Stopped` when the asker may have nothing of their own here."""
        if not is_full_member(self.place):
            raise Stopped(sections("notices")["guest"])

    async def leave(self, reply: Reply, decision: Decision) -> Reply:
        """The reply as it may be said now, and for whom. Raises `Stopped`, `ModelStopped`, `AccessRefused`."""
        now = await self.look()
        check_tools(now, reply.results)
        for model in (decision.model, decision.writer):
            check_model(now, model)
        if self.access.was_opened and not await self.access.is_allowed():
            raise AccessRefused(LOST)
        answer = reply.answer
        if self.client and self.access.was_opened:
            first = sections("notices")["client"].format(client=escape(self.client.name))
            answer = f"{first}\n\n{answer}"
        return replace(reply, answer=answer, personal=self.is_personal(reply))

    def is_personal(self, reply: Reply) -> bool:
        """Whether it holds anything of a person's data, as far as it goes by now."""
        return reply.personal or self.access.was_asked or any(map(_is_personal, reply.results))


def check_model(now: Controls, model: ModelInfo | None) -> None:
    """Raises `ModelStopped` when an administrator has stopped it."""
    if model and model.name in now.models_off:
        raise ModelStopped(model.name)


def check_tools(now: Controls, results: Iterable[ToolResult]) -> None:
    """Raises `Stopped` when something was found by a tool that an administrator has switched off."""
    for result in results:
        if result.ok and result.call.name in now.tools_off:
            raise Stopped(tool_off(result.call.name))


def _clock(moment: datetime, zone: str) -> str:
    """A time in the tenant's zone, to the minute after."""
    local = (moment + timedelta(seconds=59)).astimezone(ZoneInfo(zone))
    return f"{local:%H:%M} on {show_day(local.date())} ({zone})"


def _is_personal(result: ToolResult) -> bool:
    """Whether a tool is about what a person holds, even where it found nothing."""
    return result.call.name in PERSONAL_TOOLS
