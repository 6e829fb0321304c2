"""Installing the app in a workspace by OAuth: `/slack/install` leads to Slack, which leads back to us with a code."""

from __future__ import annotations

import hmac
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.errors import DatabaseError, EncryptionError
from bot.jobs.posting import PostFailed
from bot.records import installations, oauth_states
from bot.redaction import one_line
from bot.slack_keys import is_near
from bot.surfaces.slack.api import UNKNOWN_CLIENT, SlackRefused
from bot.surfaces.slack.manifest import SCOPES
from bot.surfaces.slack.pages import HEADERS, page
from bot.surfaces.slack.tokens import NotOneWorkspace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from bot.records.database import Database
    from bot.records.installations import Installation
    from bot.surfaces.slack.tokens import Exchange

log = logging.getLogger(__name__)
INSTALL, BACK = "/slack/install", "/slack/oauth_redirect"
_COOKIE = "tuppence_slack_install"
_OURS = UNKNOWN_CLIENT | {"oauth_authorization_url_mismatch"}
"""What the person who installs can't mend."""


class NotInstalled(Exception):
    """Why not, and what to do, for the person at the browser."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


class OAuth:
    """The two pages. Whatever goes wrong is one sentence with a next step."""

    def __init__(
        self,
        exchange: Exchange,
        database: Database,
        on_installed: Callable[[str], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._exchange, self._database, self._on_installed, self._now = exchange, database, on_installed, now
        self._slack = slack_address(exchange.api.client.base_url)

    def routes(self) -> Sequence[BaseRoute]:
        """Both."""
        return [Route(INSTALL, self.install, methods=["GET"]), Route(BACK, self.back, methods=["GET"])]

    async def install(self, request: Request) -> Response:
        """On to Slack, with a state that only this browser can bring back."""
        try:
            async with self._database.write() as session:
                state = await oauth_states.begin(session, now=self._now())
        except DatabaseError as error:
            return _failed(str(error), 503)
        if state is None:
            return _failed("Too many installations are under way; try again in ten minutes.", 503)
        asked = {
            "client_id": self._exchange.client_id,
            "scope": ",".join(SCOPES),
            "redirect_uri": redirect_uri(request),
            "state": state,
        }
        response = RedirectResponse(f"{self._slack}/oauth/v2/authorize?{urlencode(asked)}", 302, headers=HEADERS)
        response.set_cookie(
            _COOKIE,
            state,
            max_age=int(oauth_states.VALID_FOR.total_seconds()),
            path="/slack",
            secure=redirect_uri(request).startswith("https:"),
            httponly=True,
            samesite="lax",
        )
        return response

    async def back(self, request: Request) -> Response:
        """Back from Slack: the state is checked once, and the code becomes an installation."""
        try:
            await self._check(request)
            response = await self._keep(await self._exchanged(request))
        except NotInstalled as error:
            response = _failed(str(error), error.status)
        except (DatabaseError, EncryptionError) as error:
            response = _failed(str(error), 503)
        response.delete_cookie(_COOKIE, path="/slack")
        return response

    async def _check(self, request: Request) -> None:
        """Raises `NotInstalled` unless this browser began it, not too long ago, and it was allowed in Slack."""
        state = request.query_params.get("state", "")
        is_this_browser = hmac.compare_digest(state.encode(), request.cookies.get(_COOKIE, "").encode())
        async with self._database.write() as session:
            is_begun = await oauth_states.take(session, state, now=self._now())
        if not (state and is_this_browser and is_begun):
            raise NotInstalled("This link is too old, was used already, or was begun in another browser; begin again.")
        if denied := request.query_params.get("error"):
            log.info("an installation was not allowed in Slack: %s", one_line(denied)[:60])
            raise NotInstalled("It was not allowed in Slack; begin again, or ask an admin of your workspace to.")
        if not request.query_params.get("code"):
            raise NotInstalled("Slack sent no code; begin again.")

    async def _exchanged(self, request: Request) -> Installation:
        """What Slack gives for the code. Raises `NotInstalled`."""
        code = request.query_params["code"]
        try:
            return await self._exchange.for_code(code, redirect_uri(request), self._now())
        except SlackRefused as error:
            log.warning("Slack refuses an installation: %s", one_line(error.code)[:60])
            if error.code in _OURS:
                text = "Slack does not know this app; its operator has to check SLACK_CLIENT_ID and _SECRET."
                raise NotInstalled(text, 502) from None
            raise NotInstalled(f"Slack did not take its own code ({error.code[:60]}); begin again.") from None
        except PostFailed as error:
            raise NotInstalled(f"{error}; begin again in a minute.", 502) from None
        except NotOneWorkspace:
            text = "It can be installed in one workspace, not in a whole organisation; begin again."
            raise NotInstalled(text) from None

    async def _keep(self, installed: Installation) -> Response:
        at = self._now()
        await self._database.run(lambda session: installations.store(session, installed, at=at))
        self._on_installed(installed.tenant)
        log.info("installed in the workspace %s", installed.tenant)
        app = urlencode({"app": installed.app_id, "team": installed.tenant})
        return page(
            f"Tuppence is in {installed.name}",
            "Open it in Slack and ask it something, like “How did Apple do over the last 5 years?”. In a channel, "
            "invite it and mention it; an administrator of Tuppence allows the channel first.",
            link=f"{self._slack}/app_redirect?{app}",
            label="Open it in Slack",
        )


def slack_address(base_url: str) -> str:
    """Where people meet the Slack whose Web API is at `base_url`: the same host, without the path."""
    parts = urlsplit(base_url)
    return f"{parts.scheme}://{parts.netloc}"


def redirect_uri(request: Request) -> str:
    """Our address for the way back, as the browser sees it: https, except on this machine and in a private network.

    What terminates TLS before us need not tell.
    """
    host = request.url.hostname or ""
    scheme = request.url.scheme if is_near(host) else "https"
    return f"{scheme}://{request.url.netloc}{BACK}"


def _failed(text: str, status: int) -> Response:
    return page("Tuppence was not installed", text, link=INSTALL, label="Begin again", status=status)
