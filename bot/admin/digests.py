"""The page about digests: who gets which when, added and changed by a form, paused, resumed and run by a button."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from starlette_admin.actions import row_action
from starlette_admin.exceptions import ActionFailed, FormValidationError
from starlette_admin.fields import StringField
from starlette_admin.flash import flash

from bot.admin.context import change, services
from bot.admin.fields import ChoiceField, PersonField, YesNoField
from bot.admin.table_view import TableView
from bot.errors import DigestRefused, TuppenceError
from bot.records import digests
from bot.records.digest_terms import HOLIDAYS, SURFACES, DigestTerms, terms_of, vet
from bot.records.quiet_hours import read_quiet_hours, shown_quiet_hours
from bot.records.schedule_tables import DIGEST_KINDS, Digest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession
    from starlette.requests import Request

    from bot.records.users import Actor

_GONE = "It is not there any more; load the page again."
_MAX = 255


def _choices(names: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ").capitalize()) for name in names]


class Digests(TableView):
    """Scheduled summaries; what a person's own are about is shown to that person alone."""

    record = Digest
    key, menu_label, display_name = "digests", "Digests", "digest"
    says = "Summaries that are sent on schedule: to one person directly, or to a channel that is allowed."
    empty = "Nobody scheduled a digest yet."
    creates = edits = removes = True
    fields = (
        PersonField("user_id", "For", exclude_from_edit=True),
        ChoiceField("kind", "Kind", choices=_choices(DIGEST_KINDS), required=True),
        ChoiceField("surface", "Surface", choices=_choices(SURFACES), required=True),
        StringField(
            "channel",
            "Channel",
            maxlength=_MAX,
            getter=lambda _request, row: terms_of(row).channel,
            help_text="Its id; empty for a direct message.",
        ),
        StringField(
            "schedule",
            "When",
            maxlength=64,
            help_text="08:00 mon-fri, open-30m, close+30m; empty for the kind's usual.",
        ),
        StringField("time_zone", "Zone", required=True, maxlength=64, help_text="e.g. Europe/Berlin"),
        StringField("calendar", "Exchange", required=True, maxlength=64, help_text="e.g. XNYS, London"),
        ChoiceField("holidays", "Without a session", choices=_choices(HOLIDAYS), exclude_from_list=True),
        StringField(
            "quiet",
            "Quiet hours",
            exclude_from_list=True,
            getter=lambda _request, row: shown_quiet_hours(row.quiet_hours),
            help_text="e.g. 22:00-07:00, none, or default: as the policy has it.",
        ),
        StringField(
            "sections_named",
            "Sections",
            exclude_from_list=True,
            getter=lambda _request, row: ", ".join(row.sections or ()),
            help_text="e.g. headline, movers; empty for the kind's usual.",
        ),
        StringField(
            "symbols_named",
            "Symbols",
            exclude_from_list=True,
            getter=lambda _request, _row: "",
            help_text="What a team follows, e.g. AAPL, MSFT; empty leaves them as they are.",
        ),
        YesNoField("paused", "Paused", exclude_from_create=True, exclude_from_edit=True),
        StringField("failure", "Switched off", exclude_from_create=True, exclude_from_edit=True),
        StringField("last_slot", "Last sent", exclude_from_create=True, exclude_from_edit=True),
    )
    searched = ("user_id", "kind", "surface")
    fields_default_sort = ("user_id",)
    row_actions = ("edit", "pause", "resume", "run", "delete")

    async def create(self, request: Request, data: dict[str, Any]) -> Any:
        """Schedule one."""
        terms = await self._vetted(request, data, DigestTerms("", ""))

        async def act(session: AsyncSession, by: Actor, at: datetime) -> Any:
            return await digests.add(session, by, data["user_id"] or "", terms, at=at)

        return await self._try(request, act, "user_id")

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        """Give one other terms."""
        row = await self.find_by_pk(request, pk)
        terms = await self._vetted(request, data, terms_of(row))

        async def act(session: AsyncSession, by: Actor, at: datetime) -> Any:
            await digests.change(session, by, row.id, terms, at=at, of_anyone=True)
            return await digests.digest_of(session, by, row.id, of_anyone=True)

        return await self._try(request, act, "schedule")

    async def remove(self, session: AsyncSession, by: Actor, row: Any, *, at: datetime) -> None:
        """End one."""
        await digests.delete(session, by, row.id, at=at, of_anyone=True)

    async def is_row_action_allowed_for_obj(self, request: Request, name: str, obj: Any) -> bool:
        """What is sent can be paused, and what is not, resumed."""
        is_off = bool(obj.paused or obj.failure)
        if name in ("pause", "resume"):
            return is_off == (name == "resume")
        return await super().is_row_action_allowed_for_obj(request, name, obj)

    @row_action(
        name="pause",
        text="Pause",
        confirmation="Nothing is sent until it is resumed.",
        submit_btn_text="Pause",
        icon_class="fa-solid fa-pause",
    )
    async def pause(self, request: Request, pk: Any) -> None:
        """Send nothing for now."""
        await self._act(request, pk, digests.pause, "It is paused.")

    @row_action(
        name="resume",
        text="Resume",
        confirmation="It is sent again, from its next time on.",
        submit_btn_text="Resume",
        icon_class="fa-solid fa-play",
    )
    async def resume(self, request: Request, pk: Any) -> None:
        """Send it again."""
        await self._act(request, pk, digests.resume, "It is sent again, from its next time on.")

    @row_action(
        name="run",
        text="Send now",
        confirmation="It is sent now, besides its times.",
        submit_btn_text="Send now",
        icon_class="fa-solid fa-paper-plane",
    )
    async def run(self, request: Request, pk: Any) -> None:
        """Send it once more."""
        await self._act(request, pk, digests.run_now, "It is on its way.")

    async def _act(self, request: Request, pk: Any, do: Callable[..., Awaitable[Any]], done: str) -> None:
        row = await self.find_by_pk(request, pk)
        if row is None:
            raise ActionFailed(_GONE)

        async def act(session: AsyncSession, by: Actor, at: datetime) -> None:
            await do(session, by, row.id, at=at, of_anyone=True)

        try:
            await change(request, act)
        except TuppenceError as error:
            raise ActionFailed(str(error)) from None
        flash(request, done, "success")

    async def _vetted(self, request: Request, data: dict[str, Any], before: DigestTerms) -> DigestTerms:
        """The form's terms, before any unit begins. Raises `FormValidationError` with the fix."""
        try:
            quiet = read_quiet_hours(data["quiet"] or "")
        except ValueError as error:
            raise FormValidationError({"quiet": f"{error}."}) from None
        symbols = tuple(name.upper() for name in _listed(data["symbols_named"]))
        terms = replace(
            before,
            **{name: data[name] or "" for name in _PLAIN},
            quiet_hours=quiet,
            sections=tuple(_listed(data["sections_named"])),
            symbols=symbols or before.symbols,
        )
        try:
            return await vet(terms, services(request).now())
        except DigestRefused as refused:
            raise FormValidationError({"schedule": str(refused)}) from None


_PLAIN = ("kind", "surface", "channel", "schedule", "time_zone", "calendar", "holidays")


def _listed(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]
