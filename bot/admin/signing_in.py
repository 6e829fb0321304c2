"""The door: sign in, enrol an authenticator app, confirm that it is still you, sign out."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import segno
from itsdangerous import BadSignature, URLSafeSerializer
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette_admin.auth import BaseAuthProvider
from starlette_admin.helpers import index_url, safe_redirect_url

from bot.admin.context import SignedInUser, admin, services, signed_in, view_of
from bot.records import admin_sessions, audit
from bot.records.admin_tables import AdminAccount
from bot.records.one_time_codes import enrolment_link, new_secret
from bot.records.users import Actor

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession
    from starlette.requests import Request
    from starlette.templating import Jinja2Templates

    from bot.admin.openid import OpenId
    from bot.records.sign_in import Doorkeeper

REFUSED = (
    "That name, passphrase or code is not right. After five wrong tries each further one has to wait: "
    "30 seconds at first, an hour at most."
)
NOT_THE_CODE = "That is not the code the app shows now. Wait for the next one and type it."
TOO_LATE = "That took too long, or the app was added elsewhere. Sign in again."
NOT_KNOWN = "The provider knows you, but there is no active account of your name here. Ask for one on the server."
ENROL_WITHIN = timedelta(minutes=10)


class Door(BaseAuthProvider):
    """Who may come in. The cookie holds a random token; who it stands for is looked up at every request."""

    def __init__(self, doorkeeper: Doorkeeper, signing_key: str, openid: OpenId | None) -> None:
        super().__init__(allow_routes=["enrol", "openid", "openid-back"])
        self.doorkeeper = doorkeeper
        self.openid = openid
        self._enrolments = URLSafeSerializer(signing_key, salt="enrolment")
        self._templates: Jinja2Templates | None = None

    async def authenticate(self, request: Request) -> SignedInUser | None:
        """Whose cookie it is, or None."""
        token = request.cookies.get(cookie_name(request))
        session: AsyncSession | None = getattr(request.state, "session", None)
        if not token or session is None:
            return None
        at = services(request).now()
        found = await admin_sessions.find(session, token, at=at)
        if found is None:
            return None
        if found.is_worth_writing(at):
            await services(request).database.run(lambda session: admin_sessions.touch(session, found.token_hash, at=at))
        return SignedInUser(username=found.actor.user, signed_in=found)

    def get_routes(self, templates: Jinja2Templates) -> list[Route]:
        """The pages of the door."""
        self._templates = templates
        routes = [
            Route("/login", self.sign_in, methods=["GET", "POST"], name="login"),
            Route("/enrol", self.enrol, methods=["POST"], name="enrol"),
            Route("/confirm", self.confirm, methods=["GET", "POST"], name="confirm"),
            Route("/logout", self.sign_out, methods=["POST"], name="logout"),
        ]
        if self.openid is not None:
            routes += [
                Route("/openid", self.openid_start, name="openid"),
                Route("/openid/back", self.openid_back, name="openid-back"),
            ]
        return routes

    async def sign_in(self, request: Request) -> Response:
        """The form, and what becomes of it."""
        if request.method == "GET":
            return RedirectResponse(wanted(request), 303) if _is_in(request) else await self._form(request)
        form = await request.form()
        await view_of(request).close()  # a refusal takes its time, and must not keep a connection from others
        name, passphrase = str(form.get("name") or "").strip(), str(form.get("passphrase") or "")
        outcome = await self.doorkeeper.check(name, passphrase, str(form.get("code") or ""), address(request))
        if outcome == "in":
            return await self._let_in(request, name, wanted(request))
        if outcome == "enrol":
            until = services(request).now() + ENROL_WITHIN
            kept = {"name": name, "secret": new_secret(), "until": until.isoformat(), "next": wanted(request)}
            return self._enrolment(request, kept)
        return await self._form(request, name=name, problem=REFUSED, status=401)

    async def enrol(self, request: Request) -> Response:
        """Add the authenticator app whose code is right, and let in."""
        form = await request.form()
        try:
            kept = self._enrolments.loads(str(form.get("token") or ""))
        except BadSignature:
            return await self._form(request, problem=TOO_LATE, status=401)
        if services(request).now() > datetime.fromisoformat(kept["until"]):
            return await self._form(request, problem=TOO_LATE, status=401)
        outcome = await self.doorkeeper.enrol(kept["name"], kept["secret"], str(form.get("code") or ""))
        if outcome == "wrong":
            return self._enrolment(request, kept, problem=NOT_THE_CODE, status=422)
        if outcome == "late":
            return await self._form(request, problem=TOO_LATE, status=401)
        return await self._let_in(request, kept["name"], kept["next"])

    async def confirm(self, request: Request) -> Response:
        """Ask who sits there to prove it again, as exports do."""
        who = admin(request)
        if request.method == "GET":
            return await self._form(request, confirming=True, name=who.user)
        form = await request.form()
        passphrase, code = str(form.get("passphrase") or ""), str(form.get("code") or "")
        await view_of(request).close()
        if await self.doorkeeper.check(who.user, passphrase, code, address(request)) != "in":
            return await self._form(request, confirming=True, name=who.user, problem=REFUSED, status=401)
        at, token_hash = services(request).now(), signed_in(request).token_hash
        await services(request).database.run(lambda session: admin_sessions.confirm(session, token_hash, at=at))
        return RedirectResponse(wanted(request), 303)

    async def sign_out(self, request: Request) -> Response:
        """End the session on the server; the cookie opens nothing any more, wherever it was copied to."""
        who, at, token = admin(request), services(request).now(), request.cookies[cookie_name(request)]

        async def leave(session: AsyncSession) -> None:
            await admin_sessions.end(session, token)
            await audit.append(session, who, "admin.sign_out", who.user, {}, at=at)

        await services(request).database.run(leave)
        response = RedirectResponse(request.url_for("admin:login"), 303)
        response.delete_cookie(cookie_name(request), path="/", secure=_is_https(request), httponly=True, samesite="lax")
        return response

    async def openid_start(self, request: Request) -> Response:
        """To the provider, which sends the browser back with a code."""
        if self.openid is None:
            raise TypeError("no provider is set up")
        return await self.openid.to_provider(request, wanted(request), again=_is_in(request))

    async def openid_back(self, request: Request) -> Response:
        """Back from the provider: let in whom it names, if there is an active account of that name."""
        if self.openid is None:
            raise TypeError("no provider is set up")
        subject, then, problem = await self.openid.subject(request)
        if subject is None:
            return await self._form(request, problem=problem, status=401)
        account = await request.state.session.get(AdminAccount, subject)
        if account is None or not account.active:
            return await self._form(request, problem=NOT_KNOWN, status=401)
        return await self._let_in(request, subject, then)

    async def _let_in(self, request: Request, name: str, then: str) -> Response:
        at, old = services(request).now(), request.cookies.get(cookie_name(request))

        async def come(session: AsyncSession) -> str:
            account = await session.get_one(AdminAccount, name)
            details = {"address": address(request)}
            await audit.append(session, Actor(name, account.tenant), "admin.sign_in", name, details, at=at)
            return await admin_sessions.begin(session, name, address(request), at=at, instead_of=old)

        token = await services(request).database.run(come)
        response = RedirectResponse(safe_redirect_url(then, request, index_url(request)), 303)
        response.set_cookie(
            cookie_name(request), token, path="/", secure=_is_https(request), httponly=True, samesite="lax"
        )
        return response

    async def _form(
        self, request: Request, *, name: str = "", problem: str = "", confirming: bool = False, status: int = 200
    ) -> Response:
        link = str(request.url_for("admin:openid").include_query_params(next=wanted(request))) if self.openid else ""
        context = {
            "title": "Confirm" if confirming else "Sign in",
            "name": name,
            "problem": problem,
            "confirming": confirming,
            "with_passphrase": True,
            "oidc_link": link,
            "oidc_host": urlsplit(self.openid.issuer).hostname if self.openid else "",
        }
        return self._page(request, "login.html", context, status)

    def _enrolment(self, request: Request, kept: dict[str, Any], *, problem: str = "", status: int = 200) -> Response:
        picture = segno.make(enrolment_link(kept["secret"], kept["name"]), error="m")
        context = {
            "title": "Add your authenticator app",
            "picture": Markup(picture.svg_inline(scale=4, border=2)),  # noqa: S704 (drawn here)
            "secret": kept["secret"],
            "token": self._enrolments.dumps(kept),
            "problem": problem,
        }
        return self._page(request, "enrol.html", context, status)

    def _page(self, request: Request, template: str, context: dict[str, Any], status: int) -> Response:
        if self._templates is None:
            raise TypeError("the door was not added to a site")
        return self._templates.TemplateResponse(request, template, context, status_code=status)


def cookie_name(request: Request) -> str:
    """The session cookie's; over https one that browsers bind to this very host."""
    return "__Host-tuppence" if _is_https(request) else "tuppence"


def address(request: Request) -> str:
    """Where the request came from."""
    return request.client.host if request.client else "unknown"


def wanted(request: Request) -> str:
    """The page of ours that was asked for before the door stood in the way, else the dashboard."""
    fallback = index_url(request)
    return safe_redirect_url(request.query_params.get("next") or fallback, request, fallback)


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"


def _is_in(request: Request) -> bool:
    return getattr(request.state, "admin_user", None) is not None
