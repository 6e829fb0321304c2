"""A page with a table of one tenant's rows: read by starlette-admin, changed by our records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import sqlalchemy as sa
from starlette_admin.contrib.sqla import ModelView
from starlette_admin.exceptions import ActionFailed, FormValidationError
from starlette_admin.tools import iterdecode
from starlette_admin.types import RowActionsPosition

from bot.admin.context import admin, change, view_of
from bot.admin.fields import PersonField
from bot.errors import AdminRefused, TuppenceError
from bot.records.encrypted_columns import EncryptedText
from bot.records.policies import terms_of
from bot.records.tables import User

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.sql import Select
    from starlette.requests import Request
    from starlette_admin.filters.base import FilterGroup

    from bot.records.users import Actor


class TableView(ModelView):
    """Reading is starlette-admin's, within the tenant; writing goes through `save` and `remove`, never to the table.

    `key_fields` are the parts of the key besides the tenant.
    """

    record: ClassVar[type[Any]]
    says: ClassVar[str] = ""
    """One sentence on top of the table."""
    empty: ClassVar[str] = "Nothing here yet."
    searched: ClassVar[tuple[str, ...]] = ()
    """The fields that a search looks into; filters take every field that the database can compare."""
    key_fields: ClassVar[tuple[str, ...]] = ("id",)
    creates: ClassVar[bool] = False
    edits: ClassVar[bool] = False
    removes: ClassVar[bool] = False
    shows: ClassVar[bool] = False

    exporters = ()
    importers = ()
    actions = ()
    page_size = 25
    page_size_options = (25, 50, 100)
    list_template = "table.html"
    detail_template = "row.html"
    create_template = "form_create.html"
    edit_template = "form_edit.html"
    row_actions_position = RowActionsPosition.AFTER_COLUMNS

    def __init__(self) -> None:
        self.searchable_fields = [field.name for field in self.fields]
        super().__init__(self.record)
        self.row_click_navigate = self.shows
        columns = self.record.__mapper__.columns
        self._encrypted = frozenset(c.key for c in columns if isinstance(c.type, EncryptedText))
        for field in self.fields:
            if field.name not in columns or field.name in self._encrypted:
                field.orderable, field.filters = False, []  # the database can't compare what it can't read

    async def save(self, session: AsyncSession, by: Actor, values: dict[str, Any], *, at: datetime) -> None:
        """Write what the form says, through the records. Raises `AdminRefused`."""
        raise NotImplementedError

    async def remove(self, session: AsyncSession, by: Actor, row: Any, *, at: datetime) -> None:
        """Take a row away, through the records. Raises `AdminRefused`."""
        raise NotImplementedError

    def can_create(self, request: Request) -> bool:
        """Whether there is a form for a new row."""
        return self.creates

    def can_edit(self, request: Request) -> bool:
        """Whether there is a form for a row."""
        return self.edits

    def can_delete(self, request: Request) -> bool:
        """Whether a row can be taken away."""
        return self.removes

    def can_view_detail(self, request: Request) -> bool:
        """Whether a row has a page of its own."""
        return self.shows

    def can_export(self, request: Request) -> bool:
        """No table is exported here: exports ask for the passphrase again."""
        return False

    def can_import(self, request: Request) -> bool:
        """No table is imported here."""
        return False

    def get_list_query(self, request: Request) -> Select[Any]:
        """The tenant's rows, and no others, for lists and single rows alike."""
        return sa.select(self.record).where(self.record.tenant == admin(request).tenant)

    def get_count_query(self, request: Request) -> Select[Any]:
        """How many those are."""
        rows = self.get_list_query(request).with_only_columns(sa.func.count())
        return rows.order_by(None)

    async def build_full_text_search_query(self, request: Request, term: str, model: Any) -> Any:
        """Rows with the term in a searched field, or in the name to show of a person in one.

        What is encrypted is looked through here, a row at a time: the database can't do it.
        """
        session, tenant, term = view_of(request), admin(request).tenant, term.casefold()
        names = self.searched
        plain = [getattr(model, name) for name in names if name not in self._encrypted]
        found = [sa.func.lower(sa.cast(column, sa.String)).contains(term, autoescape=True) for column in plain]
        keys = [getattr(model, name) for name in self.key_fields]
        for column in [getattr(model, name) for name in names if name in self._encrypted]:
            rows = await session.execute(sa.select(column, *keys).where(model.tenant == tenant))
            matching = [tuple(key) for text, *key in rows if term in (text or "").casefold()]
            found.append(sa.tuple_(*keys).in_(matching))
        people = [field.name for field in self.fields if isinstance(field, PersonField)]
        if people:
            rows = await session.execute(sa.select(User.display_name, User.id).where(User.tenant == tenant))
            named = [user for name, user in rows if term in name.casefold()]
            found += [getattr(model, name).in_(named) for name in people]
        return sa.or_(*found)

    def build_order_clauses(self, request: Request, sorts: Sequence[tuple[str, str]], stmt: Select[Any]) -> Select[Any]:
        """In the order asked for, and then by key, so that pages never overlap."""
        known = [(name, way) for name, way in sorts if name in self.record.__mapper__.columns]
        ordered = super().build_order_clauses(request, known, stmt)
        return ordered.order_by(*(getattr(self.record, name) for name in self.key_fields))

    async def find_all(
        self,
        request: Request,
        skip: int = 0,
        limit: int = 100,
        q: str | None = None,
        sorts: Sequence[tuple[str, str]] | None = None,
        filters: FilterGroup | None = None,
    ) -> Sequence[Any]:
        """The rows of a page, with the names of the people in them and the tenant's zone at hand."""
        request.state.zone = (await terms_of(view_of(request), admin(request).tenant)).time_zone
        rows = await super().find_all(request, skip, limit, q, sorts, filters)
        await self._know_people(request, rows)
        return rows

    async def find_by_pk(self, request: Request, pk: Any) -> Any:
        """One row of the tenant; a key that names none, or is none, finds nothing."""
        if len(iterdecode(pk or "")) != len(self.record.__mapper__.primary_key):
            return None
        try:
            row = await super().find_by_pk(request, pk)
        except (ValueError, TypeError):
            return None
        request.state.zone = (await terms_of(view_of(request), admin(request).tenant)).time_zone
        await self._know_people(request, [row] if row else [])
        return row

    async def create(self, request: Request, data: dict[str, Any]) -> Any:
        """Write a new row; one that is there already is refused rather than changed."""

        async def act(session: AsyncSession, by: Actor, at: datetime) -> Any:
            if await session.get(self.record, self._key(by, data)) is not None:
                raise AdminRefused("There is one already; change that one, or choose another.")
            return await self._save(session, by, data, at)

        return await self._try(request, act, next(iter(data), ""))

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        """Write a row anew."""
        row = await self.find_by_pk(request, pk)
        values = {**{name: getattr(row, name) for name in self.key_fields}, **data}

        async def act(session: AsyncSession, by: Actor, at: datetime) -> Any:
            return await self._save(session, by, values, at)

        return await self._try(request, act, next(iter(data), ""))

    async def delete(self, request: Request, pks: list[Any]) -> int:
        """Take rows away, all or none."""
        rows = [row for pk in pks if (row := await self.find_by_pk(request, pk)) is not None]

        async def act(session: AsyncSession, by: Actor, at: datetime) -> None:
            for row in rows:
                await self.remove(session, by, row, at=at)

        try:
            await change(request, act)
        except TuppenceError as error:
            raise ActionFailed(str(error)) from None
        return len(rows)

    async def repr(self, obj: Any, request: Request) -> str:
        """A row in the messages of starlette-admin: by its key, without the tenant."""
        return " · ".join(str(getattr(obj, name)) or "everyone" for name in self.key_fields)

    async def _save(self, session: AsyncSession, by: Actor, values: dict[str, Any], at: datetime) -> Any:
        await self.save(session, by, values, at=at)
        saved = await session.get(self.record, self._key(by, values))
        if saved is None:  # saved as nothing, such as a quota without a limit
            saved = self.record(tenant=by.tenant, **{name: values[name] for name in self.key_fields})
        return saved

    async def _try(self, request: Request, act: Any, field: str) -> Any:
        try:
            return await change(request, act)
        except TuppenceError as error:
            raise FormValidationError({field: str(error)}) from None

    def _key(self, by: Actor, values: dict[str, Any]) -> tuple[Any, ...]:
        columns = [column.key for column in self.record.__mapper__.primary_key]
        return tuple(by.tenant if name == "tenant" else values.get(name) for name in columns)

    async def _know_people(self, request: Request, rows: Sequence[Any]) -> None:
        """Names to show, in one query for the page."""
        session, tenant = view_of(request), admin(request).tenant
        fields = [field.name for field in self.fields if isinstance(field, PersonField)]
        ids = {getattr(row, name) for row in rows for name in fields}
        if not ids:
            return
        found = await session.execute(
            sa.select(User.id, User.display_name).where(User.tenant == tenant, User.id.in_(ids))
        )
        request.state.names = {user: name for user, name in found if name != user}
