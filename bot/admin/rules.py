"""Pages about what is allowed: channels, kill switches, quotas, prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from starlette_admin.actions import row_action
from starlette_admin.exceptions import ActionFailed
from starlette_admin.fields import IntegerField, StringField, TextAreaField
from starlette_admin.flash import flash

from bot.admin.context import change
from bot.admin.fields import ChoiceField, MomentField, PersonField, YesNoField
from bot.admin.table_view import TableView
from bot.errors import TuppenceError
from bot.records import administration, prompts
from bot.records.admin_tables import SWITCHED, Channel, KillSwitch, PromptVersion, Quota

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession
    from starlette.requests import Request

    from bot.records.users import Actor

MAX = 255
_REASON = Markup(
    '<form><label class="form-label" for="reason">Reason</label>'
    '<input class="form-control" id="reason" name="reason" maxlength="2000" required></form>'
)


class Channels(TableView):
    """Shared places in which the assistant may answer."""

    record = Channel
    key, menu_label, display_name = "channels", "Channels", "channel"
    says = "Shared places. The assistant answers only where it is allowed, and never shows personal data there."
    empty = "No channel is known yet; the assistant answers in direct messages only."
    creates = edits = True
    fields = (
        StringField("id", "Id", required=True, maxlength=MAX, exclude_from_edit=True, help_text="e.g. C024BE91L"),
        StringField("name", "Name", required=True, maxlength=MAX),
        ChoiceField("kind", "Kind", choices=[(k, k.capitalize()) for k in administration.SHARED_PLACES], required=True),
        YesNoField("allowed", "Answers here"),
        YesNoField("external", "People of others", help_text="Whether people of another organisation are present."),
        MomentField("changed_at", "Changed", exclude_from_create=True, exclude_from_edit=True),
    )
    searched = ("id", "name")
    fields_default_sort = ("name",)

    async def save(self, session: AsyncSession, by: Actor, values: dict[str, Any], *, at: datetime) -> None:
        """Add or change a shared place."""
        await administration.save_channel(
            session,
            by,
            values["id"] or "",
            name=values["name"] or "",
            kind=values["kind"] or "",
            allowed=bool(values["allowed"]),
            external=bool(values["external"]),
            at=at,
        )


class KillSwitches(TableView):
    """What is stopped at once."""

    record = KillSwitch
    key, menu_label, display_name = "switches", "Kill switches", "kill switch"
    says = "What is stopped at once, and why. Letting go asks for a reason, too."
    empty = "Nothing is stopped."
    key_fields = ("kind", "subject")
    creates = True
    fields = (
        ChoiceField(
            "kind",
            "Stops",
            choices=[
                (kind, "Everything" if kind == "tenant" else f"A {kind}") for kind in (*SWITCHED[1:], SWITCHED[0])
            ],
            required=True,
        ),
        StringField(
            "subject", "Which", maxlength=MAX, help_text="The tool's, user's or model's name; empty for everything."
        ),
        StringField("reason", "Reason", required=True, maxlength=2000),
        StringField("pulled_by", "Pulled by", exclude_from_create=True),
        MomentField("pulled_at", "At", exclude_from_create=True),
    )
    searched = ("subject", "reason", "pulled_by")
    fields_default_sort = (("pulled_at", True),)
    row_actions = ("release",)

    async def save(self, session: AsyncSession, by: Actor, values: dict[str, Any], *, at: datetime) -> None:
        """Pull a switch."""
        subject, reason = values.get("subject") or "", values.get("reason") or ""
        await administration.pull_switch(session, by, values["kind"] or "", subject, reason=reason, at=at)

    @row_action(
        name="release",
        text="Let go",
        header="Let go",
        confirmation="It works again at once.",
        submit_btn_text="Let go",
        icon_class="fa-solid fa-play",
        form=str(_REASON),
    )
    async def release(self, request: Request, pk: Any) -> None:
        """Let go on what a switch had stopped."""
        row = await self.find_by_pk(request, pk)
        reason = str((await request.form()).get("reason") or "")
        if row is None:
            raise ActionFailed("It was let go already.")

        async def act(session: AsyncSession, by: Actor, at: datetime) -> None:
            await administration.release_switch(session, by, row.kind, row.subject, reason=reason, at=at)

        try:
            await change(request, act)
        except TuppenceError as error:
            raise ActionFailed(str(error)) from None
        flash(request, f"{row.subject or 'Everything'} works again.", "success")


class Quotas(TableView):
    """How much may be asked."""

    record = Quota
    key, menu_label, display_name = "quotas", "Quotas", "quota"
    says = "How many questions may be asked in an hour and a day: by each, or by one user instead."
    empty = "There is no limit."
    key_fields = ("user_id",)
    creates = edits = True
    fields = (
        PersonField("user_id", "User", exclude_from_edit=True, nobody="everyone", help_text="Empty: each user."),
        IntegerField("per_hour", "In an hour", min=1, help_text="Empty: any number."),
        IntegerField("per_day", "In a day", min=1, help_text="Empty: any number; without either, the quota goes."),
        StringField("changed_by", "Changed by", exclude_from_create=True, exclude_from_edit=True),
        MomentField("changed_at", "On", exclude_from_create=True, exclude_from_edit=True),
    )
    searched = ("user_id",)
    fields_default_sort = ("user_id",)

    async def save(self, session: AsyncSession, by: Actor, values: dict[str, Any], *, at: datetime) -> None:
        """Set how much may be asked."""
        await administration.set_quota(
            session, by, values["user_id"] or "", per_hour=values["per_hour"], per_day=values["per_day"], at=at
        )


class Prompts(TableView):
    """Versions of prompts."""

    record = PromptVersion
    key, menu_label, display_name = "prompts", "Prompts", "prompt version"
    says = (
        "What a larger model is told. A version is kept for ever; one of them, or the text that Tuppence came with, "
        "is in use."
    )
    empty = "The text that Tuppence came with is in use."
    key_fields = ("name", "version")
    creates = shows = True
    fields = (
        ChoiceField("name", "Prompt", choices=list(prompts.REPLACEABLE), required=True),
        IntegerField("version", "Version", exclude_from_create=True),
        YesNoField("active", "In use", exclude_from_create=True),
        TextAreaField(
            "text",
            "Text",
            required=True,
            rows=18,
            exclude_from_list=True,
            default=lambda: prompts.file_text(prompts.REPLACEABLE[0]),
            help_text="It starts as the text that Tuppence came with. It is kept; use it from the list.",
        ),
        StringField("changed_by", "Written by", exclude_from_create=True),
        MomentField("changed_at", "On", exclude_from_create=True),
    )
    searched = ("name", "changed_by")
    fields_default_sort = ("name", ("version", True))
    row_actions = ("view", "use", "withdraw")

    async def create(self, request: Request, data: dict[str, Any]) -> Any:
        """Keep another version."""

        async def act(session: AsyncSession, by: Actor, at: datetime) -> Any:
            name = data["name"] or ""
            version = await administration.save_prompt(session, by, name, data["text"] or "", at=at)
            return await session.get(PromptVersion, (by.tenant, name, version))

        return await self._try(request, act, "text")

    @row_action(
        name="use", text="Use", confirmation="It is used from the next question on.", icon_class="fa-solid fa-check"
    )
    async def use(self, request: Request, pk: Any) -> None:
        """Use a version from the next turn on."""
        row = await self.find_by_pk(request, pk)
        await self._activate(request, row.name, row.version)
        flash(request, f"Version {row.version} of {row.name} is in use.", "success")

    @row_action(
        name="withdraw",
        text="Back to the text that Tuppence came with",
        confirmation="The text that Tuppence came with is used from the next question on.",
        icon_class="fa-solid fa-rotate-left",
    )
    async def withdraw(self, request: Request, pk: Any) -> None:
        """Use the file again."""
        row = await self.find_by_pk(request, pk)
        await self._activate(request, row.name, 0)
        flash(request, f"The text of {row.name} that Tuppence came with is in use.", "success")

    async def is_row_action_allowed_for_obj(self, request: Request, name: str, obj: Any) -> bool:
        """A version in use can be withdrawn, another one used."""
        if name in ("use", "withdraw"):
            return bool(obj.active) == (name == "withdraw")
        return await super().is_row_action_allowed_for_obj(request, name, obj)

    async def _activate(self, request: Request, name: str, version: int) -> None:
        async def act(session: AsyncSession, by: Actor, at: datetime) -> None:
            await administration.activate_prompt(session, by, name, version, at=at)

        try:
            await change(request, act)
        except TuppenceError as error:
            raise ActionFailed(str(error)) from None
