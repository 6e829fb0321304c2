"""Several Slack workspaces at one address, with the consent page and `oauth.v2.access`: shapes as Slack publishes them."""

from __future__ import annotations

import base64
import itertools
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web

from tests.fakes.slack_payloads import APP, BOT
from tests.fakes.slack_server import APP_TOKEN, BOT_TOKEN, Fault, SlackServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CLIENT_ID, CLIENT_SECRET = "1111111111.2222222222", "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
LASTS = 43_200


class Workspace(SlackServer):
    """One of them; ids of people and channels may be the same in all."""

    def __init__(self, team: str, name: str) -> None:
        super().__init__()
        self.team, self.name = team, name

    def auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"ok": True, "team_id": self.team, "team": self.name, "user_id": BOT, "bot_id": "BBOT"}

    def users_info(self, body: dict[str, Any]) -> dict[str, Any]:
        user = {"id": body["user"], "team_id": self.team, **self.users.get(body["user"], {})}
        return {"ok": True, "user": user}


class SlackOrganisation:
    """`chosen` is the workspace that the person at the consent page picks, "" for one who declines."""

    def __init__(self, *workspaces: Workspace) -> None:
        self.workspaces = {workspace.team: workspace for workspace in workspaces}
        self.chosen = workspaces[0].team if workspaces else ""
        self.rotating = False
        self.enterprise_wide = False
        self.by_form = False
        """Whether the app's id and secret are read in the form alone, as some emulators do."""
        self.tokens: dict[str, str] = {}
        """Bot token → workspace."""
        self.dead: set[str] = set()
        self.refreshable: dict[str, str] = {}
        self.codes: dict[str, tuple[str, str]] = {}
        self.exchanges: list[dict[str, Any]] = []
        self.fault: Fault | None = None
        self.address = ""
        self._numbers = itertools.count(1)

    def issue(self, team: str) -> str:
        """A bot token of a workspace."""
        prefix = "xoxe.xoxb-1" if self.rotating else "xoxb"
        token = f"{prefix}-{next(self._numbers):010}-{team.lower()}"
        self.tokens[token] = team
        return token

    def revoke(self, team: str) -> None:
        """The app is taken out of a workspace."""
        self.dead |= {token for token, of in self.tokens.items() if of == team}

    async def _authorize(self, request: web.Request) -> web.Response:
        asked = request.query
        assert asked["client_id"] == CLIENT_ID
        assert "chat:write" in asked["scope"].split(",")
        answer = {"state": asked["state"], "error": "access_denied"}
        if self.chosen:
            code = f"code-{next(self._numbers)}"
            self.codes[code] = (self.chosen, asked["redirect_uri"])
            answer = {"state": asked["state"], "code": code}
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode(answer)}")

    async def _api(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["method"] == "oauth.v2.access":
            return await self._access(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token == APP_TOKEN:
            team = next(iter(self.workspaces))
        elif token in self.dead:
            return web.json_response({"ok": False, "error": "token_revoked"})
        elif token in self.tokens:
            team = self.tokens[token]
        else:
            return web.json_response({"ok": False, "error": "invalid_auth"})
        known = token if token == APP_TOKEN else BOT_TOKEN
        return await self.workspaces[team]._api(
            request.clone(headers={**request.headers, "Authorization": f"Bearer {known}"})
        )

    async def _access(self, request: web.Request) -> web.Response:
        if self.fault:
            fault, self.fault = self.fault, None
            return web.Response(status=fault.status, text=str(fault.body), content_type=fault.content_type)
        assert request.content_type == "application/x-www-form-urlencoded"
        form = {name: str(value) for name, value in (await request.post()).items()}
        self.exchanges.append(form)
        if self.by_form or "Authorization" not in request.headers:
            login, password = form.get("client_id"), form.get("client_secret")
        else:
            scheme, _, pair = request.headers["Authorization"].partition(" ")
            assert scheme == "Basic"
            login, _, password = base64.b64decode(pair).decode().partition(":")
        if login != CLIENT_ID:
            return web.json_response({"ok": False, "error": "invalid_client_id"})
        if password != CLIENT_SECRET:
            return web.json_response({"ok": False, "error": "bad_client_secret"})
        if form.get("grant_type") == "refresh_token":
            team = self.refreshable.pop(form["refresh_token"], "")
            if not team:
                return web.json_response({"ok": False, "error": "invalid_refresh_token"})
            return web.json_response(self._granted(team))
        team, uri = self.codes.pop(form.get("code", ""), ("", ""))
        if not team:
            return web.json_response({"ok": False, "error": "invalid_code"})
        if form.get("redirect_uri") != uri:
            return web.json_response({"ok": False, "error": "bad_redirect_uri"})
        return web.json_response(self._granted(team))

    def _granted(self, team: str) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "ok": True,
            "access_token": self.issue(team),
            "token_type": "bot",
            "scope": "chat:write,im:history",
            "bot_user_id": BOT,
            "app_id": APP,
            "team": {"id": team, "name": self.workspaces[team].name},
            "enterprise": None,
            "authed_user": {"id": "UINSTALLER"},
            "is_enterprise_install": False,
        }
        if self.enterprise_wide:
            answer |= {"is_enterprise_install": True, "team": None, "enterprise": {"id": "E1", "name": "All of it"}}
        if self.rotating:
            refresh_token = f"xoxe-1-{next(self._numbers):010}"
            self.refreshable[refresh_token] = team
            answer |= {"refresh_token": refresh_token, "expires_in": LASTS}
        return answer

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[str]:
        """The base URL of the Web API while it runs."""
        app = web.Application()
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/oauth/v2/authorize", self._authorize)
        app.router.add_get("/link", self._link)
        runner = web.AppRunner(app, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        for workspace in self.workspaces.values():
            workspace.address = self.address
        try:
            yield f"{self.address}/api/"
        finally:
            await runner.cleanup()
        for workspace in self.workspaces.values():
            workspace.check()

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        return await next(iter(self.workspaces.values()))._link(request)


def in_team(body: dict[str, Any], team: str) -> dict[str, Any]:
    """The same event in another workspace: only what names the workspace differs."""
    authorization = {**body["authorizations"][0], "team_id": team}
    event = {**body["event"], **({"team": team} if "team" in body["event"] else {})}
    return {**body, "team_id": team, "context_team_id": team, "authorizations": [authorization], "event": event}


def removed(team: str, kind: str = "app_uninstalled", **more: Any) -> dict[str, Any]:
    """The event that tells of the end of an installation; Slack names no authorization in it any more."""
    return {
        "token": "unused",
        "team_id": team,
        "api_app_id": APP,
        "type": "event_callback",
        "event_id": f"Ev{time.monotonic_ns()}",
        "event_time": int(time.time()),
        "authorizations": [],
        "event": {"type": kind, **more},
    }
