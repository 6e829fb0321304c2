"""Importing a broker's file for a user: what was understood is shown, and kept when the admin confirms it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from starlette.datastructures import UploadFile
from starlette_admin.flash import flash
from starlette_admin.routing import route
from starlette_admin.tools import iterdecode

from bot.admin.context import admin, change, services, signed_in, view_of
from bot.admin.pages import Page
from bot.errors import TuppenceError, UnknownUser
from bot.records import administration, users
from bot.records.users import Actor

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession
    from starlette.requests import Request
    from starlette.responses import Response

    from tools.portfolio.importing import ImportPreview

MAX_BYTES = 2_000_000
MAX_WAITING = 20
WAITS = timedelta(minutes=10)
GONE = "The preview is gone; upload the file again."


@dataclass(frozen=True)
class Waiting:
    """A preview that waits for its confirmation: whose session made it, for whom, until when."""

    session: str
    user: str
    preview: ImportPreview
    until: datetime


class ImportPage(Page):
    """Upload, preview, confirm. Previews are kept in memory, for ten minutes, by the session that made them."""

    menu_label, icon, path, route_name = "Import holdings", "fa-solid fa-file-import", "/import", "import-holdings"
    template = "pages/import.html"

    def __init__(self) -> None:
        super().__init__()
        self._waiting: dict[str, Waiting] = {}

    @route("")
    async def index(self, request: Request) -> Response:
        """The form."""
        return await self.show(request)

    @route("/preview", methods=["POST"], name="preview-import")
    async def preview(self, request: Request) -> Response:
        """What was understood of a file, or every problem with its line."""
        async with request.form() as form:
            file, user = form.get("file"), iterdecode(str(form.get("user") or ""))[-1]
            if not isinstance(file, UploadFile) or not file.filename or not user:
                return await self.show(request, 422, problems=["Choose a user and a file."])
            name, content = file.filename[:100], await file.read(MAX_BYTES + 1)
        owner = Actor(user, admin(request).tenant)
        if not await users.is_known(view_of(request), owner):
            return await self.show(request, 422, problems=[str(UnknownUser(user))])
        from bot.app import make_resolver
        from tools.portfolio.importing import preview_import

        now, currency = services(request).now(), services(request).settings.base_currency
        found = preview_import(content, make_resolver(), today=now.date(), default_currency=currency)
        if found.problems:
            return await self.show(request, 422, problems=list(map(str, found.problems)))
        again = await administration.holdings_kept(view_of(request), admin(request), user, found.transactions)
        token = self._keep(Waiting(signed_in(request).token_hash, user, found, now + WAITS), now)
        return await self.show(request, preview=found, user=user, file=name, again=again, token=token)

    @route("/confirm", methods=["POST"], name="confirm-import")
    async def confirm(self, request: Request) -> Response:
        """Keep all rows of a preview, or none."""
        form = await request.form()
        waiting = self._waiting.pop(str(form.get("token") or ""), None)
        mine = waiting is not None and waiting.session == signed_in(request).token_hash
        if waiting is None or not mine or waiting.until < services(request).now():
            flash(request, GONE, "error")
            return self.again(request)
        count = len(waiting.preview.rows)
        replace, currency = form.get("replace") == "yes", services(request).settings.base_currency

        async def act(session: AsyncSession, by: Actor, at: datetime) -> None:
            rows = waiting.preview.transactions
            await administration.import_holdings(
                session, by, waiting.user, rows, base_currency=currency, replace=replace, at=at
            )

        try:
            await change(request, act)
        except TuppenceError as error:
            flash(request, str(error), "error")
        else:
            flash(request, f"Imported {count} row{'' if count == 1 else 's'} for {waiting.user}.", "success")
        return self.again(request)

    def _keep(self, waiting: Waiting, now: datetime) -> str:
        self._waiting = {token: each for token, each in self._waiting.items() if each.until > now}
        while len(self._waiting) >= MAX_WAITING:
            del self._waiting[next(iter(self._waiting))]
        token = secrets.token_urlsafe(16)
        self._waiting[token] = waiting
        return token
