"""Pages about people: users, their accounts of platforms, roles, clients, teams, and who owns which portfolio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from starlette_admin.fields import StringField

from bot.admin.fields import ChoiceField, MomentField, PersonField, YesNoField
from bot.admin.table_view import TableView
from bot.records import administration
from bot.records.admin_tables import PLATFORMS, ClientAssignment, Identity, RoleAssignment, TeamMember
from bot.records.tables import PortfolioRecord, User

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession
    from starlette.requests import Request

    from bot.records.users import Actor

MAX = 255


class Users(TableView):
    """Who may ask."""

    record = User
    key, menu_label, display_name = "users", "Users", "user"
    says = "Who may ask. Somebody who is not active gets no answer, and keeps all records."
    empty = "Nobody has asked yet. Add a user, or let someone ask once in the terminal."
    creates = edits = True
    fields = (
        StringField(
            "id", "Name", required=True, maxlength=MAX, exclude_from_edit=True, help_text="Never changes, e.g. ada"
        ),
        StringField("display_name", "Name to show", maxlength=MAX, help_text="e.g. Ada Lovelace"),
        YesNoField("active", "Active", default=True),
        MomentField("created_at", "Since", exclude_from_create=True, exclude_from_edit=True),
    )
    searched = ("id", "display_name")
    fields_default_sort = ("id",)

    async def save(self, session: AsyncSession, by: Actor, values: dict[str, Any], *, at: datetime) -> None:
        """Add or change a user."""
        shown, active = values.get("display_name") or "", bool(values.get("active"))
        await administration.save_user(session, by, values["id"] or "", display_name=shown, active=active, at=at)

    async def select2_result(self, obj: Any, request: Request) -> str:
        """A user in a list to choose from."""
        line = Markup("<span>{} <span class='text-secondary'>{}</span></span>")
        return str(line.format(obj.display_name or obj.id, obj.id if obj.display_name else ""))


class Identities(TableView):
    """Which account of a platform is which user."""

    record = Identity
    key, menu_label, display_name = "identities", "Identities", "identity"
    says = "Which Slack or Teams account is which user. An account that is not here is asked to wait for an admin."
    empty = "No account is linked yet."
    key_fields = ("platform", "external_id")
    creates = removes = True
    fields = (
        ChoiceField("platform", "Platform", choices=[(p, p.capitalize()) for p in reversed(PLATFORMS)], required=True),
        StringField(
            "external_id", "Id on the platform", required=True, maxlength=MAX, help_text="e.g. U024BE7LH in Slack"
        ),
        PersonField("user_id", "User", required=True),
        MomentField("created_at", "Since", exclude_from_create=True),
    )
    searched = ("external_id", "user_id")
    fields_default_sort = ("platform",)

    async def save(self, session: AsyncSession, by: Actor, values: dict[str, Any], *, at: datetime) -> None:
        """Link an account."""
        await administration.link_identity(
            session, by, values["platform"], values["external_id"] or "", values["user_id"], at=at
        )

    async def remove(self, session: AsyncSession, by: Actor, row: Any, *, at: datetime) -> None:
        """Unlink an account."""
        await administration.unlink_identity(session, by, row.platform, row.external_id, at=at)


class Roles(TableView):
    """Who may do more than ask about what is their own."""

    record = RoleAssignment
    key, menu_label, display_name = "roles", "Roles", "role"
    says = "Who may do more than ask about what is their own. Everyone is a member."
    empty = "Everyone is only a member."
    key_fields = ("user_id", "role")
    creates = removes = True
    fields = (
        PersonField("user_id", "User", required=True),
        ChoiceField("role", "Role", choices=[(r, r.capitalize()) for r in administration.GRANTED], required=True),
        StringField("granted_by", "Granted by", exclude_from_create=True),
        MomentField("granted_at", "On", exclude_from_create=True),
    )
    searched = ("user_id", "role", "granted_by")
    fields_default_sort = ("user_id",)

    async def save(self, session: AsyncSession, by: Actor, values: dict[str, Any], *, at: datetime) -> None:
        """Grant a role."""
        await administration.grant_role(session, by, values["user_id"], values["role"], at=at)

    async def remove(self, session: AsyncSession, by: Actor, row: Any, *, at: datetime) -> None:
        """Revoke a role, with what it stood on."""
        await administration.revoke_role(session, by, row.user_id, row.role, at=at)


class Clients(TableView):
    """Which adviser looks after which client."""

    record = ClientAssignment
    key, menu_label, display_name = "clients", "Clients", "client assignment"
    says = "Which adviser looks after which client, and so may ask about the client's portfolio."
    empty = "No adviser looks after anybody yet. Grant someone the role adviser first."
    key_fields = ("adviser_id", "client_id")
    creates = removes = True
    fields = (
        PersonField("adviser_id", "Adviser", required=True),
        PersonField("client_id", "Client", required=True),
        MomentField("assigned_at", "Since", exclude_from_create=True),
    )
    searched = ("adviser_id", "client_id")
    fields_default_sort = ("adviser_id",)

    async def save(self, session: AsyncSession, by: Actor, values: dict[str, Any], *, at: datetime) -> None:
        """Let an adviser look after a client."""
        await administration.assign_client(session, by, values["adviser_id"], values["client_id"], at=at)

    async def remove(self, session: AsyncSession, by: Actor, row: Any, *, at: datetime) -> None:
        """End it."""
        await administration.unassign_client(session, by, row.adviser_id, row.client_id, at=at)


class Teams(TableView):
    """Which adviser reports to which supervisor."""

    record = TeamMember
    key, menu_label, display_name = "teams", "Teams", "team member"
    says = "Which adviser reports to which supervisor, who may read what the adviser's clients hold."
    empty = "No adviser reports to anybody yet."
    key_fields = ("supervisor_id", "adviser_id")
    creates = removes = True
    fields = (
        PersonField("supervisor_id", "Supervisor", required=True),
        PersonField("adviser_id", "Adviser", required=True),
        MomentField("assigned_at", "Since", exclude_from_create=True),
    )
    searched = ("supervisor_id", "adviser_id")
    fields_default_sort = ("supervisor_id",)

    async def save(self, session: AsyncSession, by: Actor, values: dict[str, Any], *, at: datetime) -> None:
        """Let an adviser report to a supervisor."""
        await administration.join_team(session, by, values["supervisor_id"], values["adviser_id"], at=at)

    async def remove(self, session: AsyncSession, by: Actor, row: Any, *, at: datetime) -> None:
        """End it."""
        await administration.leave_team(session, by, row.supervisor_id, row.adviser_id, at=at)


class Portfolios(TableView):
    """Whose portfolio is whose: names and owners, never what is in them."""

    record = PortfolioRecord
    key, menu_label, display_name = "portfolios", "Portfolios", "portfolio"
    says = "Names and owners only: what a portfolio holds is not shown to admins."
    empty = "No portfolio yet. Import one from a broker's file."
    edits = True
    fields = (
        StringField("name", "Name", exclude_from_edit=True),
        PersonField("user_id", "Owner", required=True, help_text="A new owner's made-up sample portfolio is removed."),
        StringField("base_currency", "Currency", exclude_from_edit=True),
        YesNoField("is_sample", "Sample", exclude_from_edit=True),
        MomentField("created_at", "Since", exclude_from_edit=True),
    )
    searched = ("name", "user_id")
    fields_default_sort = ("user_id",)

    async def save(self, session: AsyncSession, by: Actor, values: dict[str, Any], *, at: datetime) -> None:
        """Give a portfolio another owner."""
        await administration.assign_portfolio(session, by, values["id"], values["user_id"], at=at)

    async def repr(self, obj: Any, request: Request) -> str:
        """By name: the key says nothing."""
        return str(obj.name)
