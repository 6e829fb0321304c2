"""Pages that only show: what was done, what could not be done, what people scheduled and said, who may sign in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette_admin.actions import row_action
from starlette_admin.exceptions import ActionFailed
from starlette_admin.fields import IntegerField, StringField, TextAreaField
from starlette_admin.flash import flash

from bot.admin.context import admin, change, view_of
from bot.admin.fields import ChoiceField, DetailsField, MomentField, PersonField, YesNoField
from bot.admin.table_view import TableView
from bot.errors import AdminRefused, TuppenceError
from bot.records import audit, recall
from bot.records.admin_tables import AdminAccount, Feedback, LegalHold
from bot.records.inbox_tables import InboxEvent
from bot.records.schedule_tables import Alert
from bot.records.tables import AuditRecord

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.sql import Select
    from starlette.requests import Request
    from starlette_admin.filters.base import FilterGroup

    from bot.records.users import Actor

CHECKED = 1000
"""Acts that opening the audit trail checks; `tuppence admin audit verify` checks all."""
_GONE = "It is not given up any more; load the page again."


class AuditTrail(TableView):
    """What admins did, in a chain that shows a change."""

    record = AuditRecord
    key, menu_label, display_name = "audit", "Audit trail", "act"
    says = "What admins did. Each row is chained to the one before; the database refuses to change or delete one."
    empty = "No admin has changed anything yet."
    key_fields = ("sequence",)
    shows = True
    list_template = "audit.html"
    fields = (
        IntegerField("sequence", "No."),
        MomentField("at", "At"),
        StringField("actor", "Who"),
        StringField("action", "Act"),
        StringField("subject", "Of"),
        DetailsField("details", "Details"),
        StringField("previous_hash", "Hash before", exclude_from_list=True),
        StringField("hash", "Hash", exclude_from_list=True),
    )
    searched = ("actor", "action", "subject")
    sortable_fields = ("sequence", "at", "actor", "action")
    fields_default_sort = (("sequence", True),)

    async def find_all(
        self,
        request: Request,
        skip: int = 0,
        limit: int = 100,
        q: str | None = None,
        sorts: Sequence[tuple[str, str]] | None = None,
        filters: FilterGroup | None = None,
    ) -> Sequence[Any]:
        """The rows of a page, after the newest part of the chain was checked."""
        request.state.verdict = await audit.verify_newest(view_of(request), admin(request).tenant, CHECKED)
        request.state.checked = CHECKED
        return await super().find_all(request, skip, limit, q, sorts, filters)


class DeadLetters(TableView):
    """Events that were given up."""

    record = InboxEvent
    key, menu_label, display_name = "dead-letters", "Dead letters", "dead letter"
    says = "Questions and digests that were given up after several tries. Try one again when its reason is gone."
    empty = "Nothing was given up."
    fields = (
        MomentField("received_at", "Received"),
        PersonField("user_id", "From"),
        StringField("surface", "Surface"),
        StringField("kind", "Kind"),
        IntegerField("attempts", "Tries"),
        StringField("failure", "Reason"),
        StringField("id", "Event", exclude_from_list=True),
    )
    searched = ("id", "user_id", "surface", "failure")
    fields_default_sort = (("received_at", True),)
    row_actions = ("replay",)

    def get_list_query(self, request: Request) -> Select[Any]:
        """The tenant's events that were given up."""
        return super().get_list_query(request).where(InboxEvent.state == "dead")

    @row_action(
        name="replay",
        text="Try again",
        confirmation="It waits to be worked on again, in its conversation's order.",
        submit_btn_text="Try again",
        icon_class="fa-solid fa-rotate-right",
    )
    async def replay(self, request: Request, pk: Any) -> None:
        """Let an event be worked on again."""
        row = await self.find_by_pk(request, pk)
        if row is None:
            raise ActionFailed(_GONE)

        async def act(session: AsyncSession, by: Actor, at: datetime) -> None:
            if not await recall.replay(session, by.tenant, row.id, at=at):
                raise AdminRefused(_GONE)
            await audit.append(session, by, "event.replay", row.id, {"attempts": row.attempts}, at=at)

        try:
            await change(request, act)
        except TuppenceError as error:
            raise ActionFailed(str(error)) from None
        flash(request, "It waits to be worked on again.", "success")


class Alerts(TableView):
    """What people want to be told of; not of which company or at which price."""

    record = Alert
    key, menu_label, display_name = "alerts", "Alerts", "alert"
    says = "What people want to be told of. Of which company and at which price is theirs alone."
    empty = "Nobody set an alert yet."
    fields = (
        PersonField("user_id", "For"),
        StringField("condition", "Condition"),
        YesNoField("armed", "Armed"),
        YesNoField("paused", "Paused"),
        StringField("failure", "Switched off"),
        MomentField("last_fired_at", "Last told"),
        MomentField("created_at", "Since"),
    )
    searched = ("user_id", "condition")
    fields_default_sort = ("user_id",)


class Opinions(TableView):
    """What people thought of answers."""

    record = Feedback
    key, menu_label, display_name = "feedback", "Feedback", "feedback"
    says = "What people thought of answers. The questions and answers themselves are not shown to admins."
    empty = "Nobody said anything of an answer yet."
    key_fields = ("turn_id", "user_id")
    fields = (
        MomentField("given_at", "On"),
        PersonField("user_id", "From"),
        ChoiceField("rating", "Was it good?", choices=[(1, "Yes"), (-1, "No")], coerce=int),
        StringField("reason", "Why"),
        StringField("turn_id", "Turn"),
    )
    searched = ("user_id", "reason")
    fields_default_sort = (("given_at", True),)


class LegalHolds(TableView):
    """Whose records must stay."""

    record = LegalHold
    key, menu_label, display_name = "legal-holds", "Legal holds", "legal hold"
    says = "Whose records must not be deleted, whatever retention or the person says."
    empty = "Nobody's records are held."
    key_fields = ("user_id",)
    fields = (
        PersonField("user_id", "User"),
        TextAreaField("reason", "Reason"),
        StringField("placed_by", "Placed by"),
        MomentField("placed_at", "On"),
    )
    searched = ("user_id", "reason", "placed_by")
    fields_default_sort = ("user_id",)


class Accounts(TableView):
    """Who may sign in here."""

    record = AdminAccount
    key, menu_label, display_name = "accounts", "Admin accounts", "admin account"
    says = (
        "Who may sign in here. Add, disable or reset one on the server: tuppence admin account add|disable|reset NAME."
    )
    empty = "No account yet."
    key_fields = ("name",)
    fields = (
        StringField("name", "Name"),
        YesNoField("active", "Active"),
        YesNoField("enrolled", "Authenticator app", getter=lambda _request, row: row.totp_secret is not None),
        IntegerField("failures", "Wrong tries"),
        MomentField("locked_until", "Locked until"),
        MomentField("created_at", "Since"),
    )
    searched = ("name",)
    sortable_fields = ("name", "active", "failures", "created_at")
    fields_default_sort = ("name",)
