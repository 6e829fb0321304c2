"""Exports, which ask for the passphrase again: the audit trail as a CSV file that spreadsheets read as text."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response
from starlette_admin.helpers import view_list_url
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from bot.admin.context import change, services, signed_in
from bot.records import audit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession
    from starlette.requests import Request

    from bot.records.tables import AuditRecord
    from bot.records.users import Actor

COLUMNS = ("sequence", "at", "actor", "action", "subject", "details", "previous_hash", "hash")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Exports(CustomView):
    """Files to take away; without a page of their own."""

    menu_label, path, route_name, add_to_menu = "Exports", "/export", "exports", False

    @route("")
    async def index(self, request: Request) -> Response:
        """Back to the audit trail: there is nothing to see here."""
        return RedirectResponse(view_list_url(request, "audit"), 303)

    @route("/audit", methods=["POST"], name="export-audit")
    async def audit_trail(self, request: Request) -> Response:
        """The whole log of the tenant; that it was taken is a row of its own."""
        trail = view_list_url(request, "audit")
        if not signed_in(request).is_confirmed(services(request).now()):
            return RedirectResponse(request.url_for("admin:confirm").include_query_params(next=trail), 303)

        async def act(session: AsyncSession, by: Actor, at: datetime) -> Sequence[AuditRecord]:
            log = await audit.entries(session, by.tenant)
            await audit.append(session, by, "audit.export", by.tenant, {"rows": len(log)}, at=at)
            return log

        log: Sequence[AuditRecord] = await change(request, act)
        name = f"audit-{services(request).now():%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(log), media_type="text/csv; charset=utf-8", headers=headers)


def as_csv(log: Sequence[AuditRecord]) -> str:
    """The log, all cells quoted; what a spreadsheet would take for a formula begins with an apostrophe."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for row in log:
        details = json.dumps(row.details, ensure_ascii=False, sort_keys=True)
        cells = (row.sequence, row.at.isoformat(), row.actor, row.action, row.subject, details)
        writer.writerow([_safe(str(cell)) for cell in (*cells, row.previous_hash, row.hash)])
    return file.getvalue()


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
