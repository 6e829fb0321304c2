"""Pages of our own making: the dashboard, the tools, the policy, the models, and how the installation is."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from starlette.responses import RedirectResponse, Response
from starlette_admin.flash import flash, get_flashed_messages
from starlette_admin.routing import route
from starlette_admin.views import CustomView

from bot.admin.context import admin, change, services, view_of
from bot.admin.figures import overview
from bot.errors import TuppenceError
from bot.records import administration
from bot.records.admin_tables import KillSwitch, ToolSwitch
from bot.records.models import named_models
from bot.records.policies import OFFERED_MODES, POLICY_FIELDS, terms_of
from bot.records.scores import latest_scores

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession
    from starlette.requests import Request

    from bot.doctor import Finding
    from bot.records.users import Actor

CHECKED_FOR = timedelta(minutes=1)


class Page(CustomView):
    """A page with a template and a route of its own."""

    template: str = ""

    async def show(self, request: Request, status: int = 200, **context: Any) -> Response:
        """The page with `context`; what was flashed is said on top."""
        context |= {"title": self.menu_label, "page": self, "flashed_messages": get_flashed_messages(request)}
        if self.templates is None:
            raise TypeError("the page was not added to a site")
        return self.templates.TemplateResponse(request, self.template, context, status_code=status)

    def again(self, request: Request) -> Response:
        """Back to the page itself, so that loading it again sends nothing twice."""
        return RedirectResponse(request.url_for("admin", path=self.path), status_code=303)


class Dashboard(Page):
    """How the assistant is doing, at a glance."""

    menu_label, icon, path, route_name = "Dashboard", "fa-solid fa-gauge-high", "/", "index"
    template = "pages/dashboard.html"

    @route("")
    async def index(self, request: Request) -> Response:
        """Figures of the last day."""
        now = services(request).now()
        found = await overview(view_of(request), admin(request).tenant, now)
        most = max((hour.done + hour.failed for hour in found.hours), default=0)
        troubles = services(request).troubles(admin(request).tenant)
        return await self.show(request, found=found, most=most, now=now, troubles=troubles)


class Tools(Page):
    """The tools a model is offered, each with its switch."""

    menu_label, icon, path, route_name = "Tools", "fa-solid fa-toolbox", "/tools", "tools"
    template = "pages/tools.html"

    @route("")
    async def index(self, request: Request) -> Response:
        """All tools of the catalogue, and whether each is offered."""
        from tools.catalogue import TOOLS
        from tools.toolbox import Toolbox

        session, tenant = view_of(request), admin(request).tenant
        switches = {
            row.tool: row for row in await session.scalars(sa.select(ToolSwitch).where(ToolSwitch.tenant == tenant))
        }
        stopped = await session.scalars(
            sa.select(KillSwitch.subject).where(KillSwitch.tenant == tenant, KillSwitch.kind == "tool")
        )
        tools = [(tool.name, tool.description.partition("Use this")[0]) for tool in Toolbox(TOOLS).tools.values()]
        return await self.show(request, tools=tools, switches=switches, stopped=set(stopped))

    @route("/switch", methods=["POST"], name="switch-tool")
    async def switch(self, request: Request) -> Response:
        """Offer a tool, or do not."""
        form = await request.form()
        tool, enabled = str(form.get("tool") or ""), form.get("enabled") == "yes"

        async def act(session: AsyncSession, by: Actor, at: datetime) -> None:
            await administration.switch_tool(session, by, tool, enabled=enabled, at=at)

        try:
            await change(request, act)
        except TuppenceError as error:
            flash(request, str(error), "error")
        else:
            flash(request, f"{tool} is {'offered again' if enabled else 'not offered any more'}.", "success")
        return self.again(request)


class PolicyPage(Page):
    """What the tenant has decided."""

    menu_label, icon, path, route_name = "Policy", "fa-solid fa-scale-balanced", "/policy", "policy"
    template = "pages/policy.html"
    documents = ("disclosures", "retention_days", "quiet_hours")

    @route("")
    async def index(self, request: Request) -> Response:
        """The policy as it is, in a form."""
        terms = await terms_of(view_of(request), admin(request).tenant)
        values = {name: self._written(name, getattr(terms, name)) for name in POLICY_FIELDS}
        return await self.show(request, values=values, modes=OFFERED_MODES, problem="")

    @route("/save", methods=["POST"], name="save-policy")
    async def save(self, request: Request) -> Response:
        """Set what changed; a wrong part is said, and what was typed stays."""
        form = await request.form()
        values = {name: str(form.get(name) or "").strip() for name in POLICY_FIELDS}
        try:
            changes = {name: self._read(name, text) for name, text in values.items()}

            async def act(session: AsyncSession, by: Actor, at: datetime) -> bool:
                return await administration.set_policy(session, by, changes, at=at)

            changed = await change(request, act)
        except (TuppenceError, ValueError) as error:
            return await self.show(request, 422, values=values, modes=OFFERED_MODES, problem=str(error))
        flash(request, "The policy is saved." if changed else "Nothing was different.", "success")
        return self.again(request)

    def _written(self, name: str, value: Any) -> str:
        if name not in self.documents:
            return str(value)
        return json.dumps(value, ensure_ascii=False, indent=2) if value else ""

    def _read(self, name: str, text: str) -> Any:
        if name not in self.documents:
            return text
        if not text:
            return None if name == "quiet_hours" else {}
        try:
            return json.loads(text)
        except ValueError as error:
            label = name.replace("_", " ").capitalize()
            raise ValueError(f"{label} are no JSON ({error}); correct it, or leave it empty.") from None


class Models(Page):
    """Which models may answer, and what each reached on this machine."""

    menu_label, icon, path, route_name = "Models and scores", "fa-solid fa-brain", "/models", "models"
    template = "pages/models.html"

    @route("")
    async def index(self, request: Request) -> Response:
        """Named models, and the newest score of each in each suite."""
        session, tenant = view_of(request), admin(request).tenant
        models, scores = await named_models(session, tenant), await latest_scores(session, tenant)
        request.state.zone = (await terms_of(session, tenant)).time_zone
        return await self.show(request, models=models, scores=scores)


class Health(Page):
    """What is configured, reachable, stale or missing, with the fix."""

    menu_label, icon, path, route_name = "Health", "fa-solid fa-heart-pulse", "/health", "health"
    template = "pages/health.html"

    def __init__(self) -> None:
        super().__init__()
        self._last: tuple[datetime, list[Finding]] | None = None

    @route("")
    async def index(self, request: Request) -> Response:
        """The checks of `tuppence doctor`; run anew when the last run is a minute old."""
        from bot.doctor import look_at

        now = services(request).now()
        if self._last is None or now - self._last[0] > CHECKED_FOR:
            found = await look_at(services(request).settings)
            # Whether somebody holds anything is not for admins to see.
            self._last = now, [finding for finding in found if finding.part != "portfolio"]
        checked_at, findings = self._last
        return await self.show(request, findings=findings, checked_at=checked_at)
