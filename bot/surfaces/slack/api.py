"""Slack's Web API as this program needs it: an answer is data, a refusal with its code, or a failure to try again."""

from __future__ import annotations

import base64
import logging
import random
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.addresses import is_loopback
from bot.jobs.posting import PostFailed
from bot.redaction import one_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from slack_sdk.web.async_slack_response import AsyncSlackResponse

log = logging.getLogger(__name__)
TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
LONGEST_BACK_OFF = 60.0
LONGEST_RETRY_AFTER = 600.0
chance = random.SystemRandom().random
SET_ANEW = "install the app again and set SLACK_BOT_TOKEN anew"
REINSTALL = "install the app again at /slack/install"
"""What mends a token that is worth nothing any more."""
AUTH_PAUSE = 60.0
"""Seconds for which nothing more is sent with a token that Slack refused."""

MISSING_METHOD = frozenset({"unknown_method", "method_not_supported_for_channel_type", "missing_scope", "http_404"})
"""What this Slack, or its stand-in, can't do: the caller goes on without."""
UNKNOWN_CLIENT = frozenset({"invalid_client_id", "bad_client_secret"})
REVOKED = frozenset(
    {"invalid_auth", "not_authed", "token_revoked", "token_expired", "account_inactive", "org_login_required"}
)
PASSING = frozenset(
    {"ratelimited", "rate_limited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"}
    | {"team_added_to_org", "external_channel_migrating"}
)

FORMS = frozenset(
    {
        "conversations.history",
        "conversations.info",
        "conversations.replies",
        "files.completeUploadExternal",
        "files.getUploadURLExternal",
        "files.info",
        "users.info",
    }
)
"""Methods that are sent a form, as not all of them take JSON; by POST, as some stand-ins know nothing else."""
LACKING = frozenset({404, 405, 501})
"""What a server answers, in place of Slack's `unknown_method`, for a method that it does not have."""


class SlackRefused(Exception):
    """Slack answered `ok: false`; `code` says why in its words, `needed` names a missing scope."""

    def __init__(self, method: str, code: str, needed: str = "") -> None:
        super().__init__(f"{method}: {code}")
        self.code, self.needed = code, needed


class SlackBusy(PostFailed):
    """Slack asks for a pause: what was asked for was not done."""


class SlackApi:
    """One workspace's Web API."""

    def __init__(
        self, token: str, base_url: str, monotonic: Callable[[], float] = time.monotonic, remedy: str = SET_ANEW
    ) -> None:
        # Slack is asked once each time: what may be sent again, the outbox decides.
        self.client = AsyncWebClient(token=token, base_url=base_url, retry_handlers=[])
        if is_loopback(urlsplit(base_url).hostname or ""):
            self.client.proxy = None  # the SDK knows the variables for a proxy, and not NO_PROXY
        self._monotonic, self._remedy = monotonic, remedy
        self._resume_at = 0.0
        self._failures = 0
        self._refusal = self._lacking = ""
        self.refusal_code = ""
        """Why Slack last refused the token, in its words."""
        self.without: set[str] = set()
        """Methods that this Slack was found to lack when they were last tried."""

    @property
    def problem(self) -> str:
        """What an administrator has to mend; "" when nothing is known to be wrong."""
        return self._refusal or self._lacking

    @property
    def is_refused(self) -> bool:
        """Whether the token is worth nothing, as far as is known."""
        return bool(self._refusal)

    def use(self, token: str) -> None:
        """Go on with this token; a new one clears what was wrong with the one before."""
        if token != self.client.token:
            self.client.token = token
            self._resume_at, self._refusal, self._lacking = 0.0, "", ""

    async def call(self, method: str, **arguments: Any) -> dict[str, Any]:
        """Call a method once. Raises `SlackRefused` or `PostFailed`."""
        answer = await self.answer(method, **arguments)
        return answer.data if isinstance(answer.data, dict) else {}

    async def call_as(self, token: str, method: str) -> dict[str, Any]:
        """Call a method with another token, whose refusal says nothing of ours. Raises `SlackRefused`, `PostFailed`."""
        headers = {"Authorization": f"Bearer {token}"}
        return await self._apart(method, lambda client: client.api_call(method, headers=headers))

    async def exchange(self, client_id: str, client_secret: str, **data: str) -> dict[str, Any]:
        """Call `oauth.v2.access` as the app itself. Raises `SlackRefused`, `PostFailed`."""
        method, pair = "oauth.v2.access", f"{client_id}:{client_secret}"
        headers = {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}
        try:
            return await self._apart(method, lambda client: client.api_call(method, data=data, headers=headers))
        except SlackRefused as error:
            if error.code not in UNKNOWN_CLIENT:
                raise
        # Slack takes them in the form as well, and some stand-ins only there.
        form = {**data, "client_id": client_id, "client_secret": client_secret}
        return await self._apart(method, lambda client: client.api_call(method, data=form))

    async def _apart(
        self, method: str, send: Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]
    ) -> dict[str, Any]:
        """A call whose outcome says nothing of this token."""
        try:
            answer = await send(self._client())
        except SlackApiError as error:
            status, code, needed = _told(error)
            if status == 429 or status >= 500 or code in PASSING:
                raise PostFailed(f"Slack answered {status} {one_line(code)[:60]}".strip()) from None
            raise SlackRefused(method, code or f"http_{status}", needed) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise PostFailed(f"Slack could not be reached ({type(error).__name__})") from None
        except (AttributeError, TypeError, ValueError):
            raise PostFailed("Slack answered with something that is no JSON") from None
        return answer.data if isinstance(answer.data, dict) else {}

    async def answer(self, method: str, **arguments: Any) -> AsyncSlackResponse:
        """As `call`, with the headers."""
        if (wait := self._resume_at - self._monotonic()) > 0:
            raise PostFailed(self.problem, timedelta(seconds=wait))
        try:
            sent = {"data": _form(arguments)} if method in FORMS else {"json": arguments}
            answer = await self._client().api_call(method, **sent)
        except SlackApiError as error:
            raise self._reason(method, error) from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._failed(f"Slack could not be reached ({type(error).__name__})") from None
        except (AttributeError, TypeError, ValueError):  # the SDK, on what is no JSON object
            raise self._failed("Slack answered with something that is no JSON") from None
        self._failures, self._refusal = 0, ""
        return answer

    async def try_call(self, method: str, **arguments: Any) -> dict[str, Any] | None:
        """As `call`, None where this Slack lacks the method or the scope for it."""
        self.without.discard(method)
        try:
            return await self.call(method, **arguments)
        except SlackRefused as error:
            if error.code not in MISSING_METHOD:
                raise
            log.debug("Slack lacks %s: %s", method, error.code)
            self.without.add(method)
            return None

    def lost(self, what: str) -> None:
        """The app is not in the workspace any more, as far as is known; told once, until a call succeeds."""
        problem = f"{what}; {self._remedy}."
        if problem != self._refusal:
            log.error("%s", problem)
        self._refusal = problem

    def lacks(self, scopes: str) -> None:
        """Scopes are missing, "" for none."""
        problem = f"The Slack app lacks the scopes {scopes}; update its manifest and install it again."
        if scopes and problem != self._lacking:
            log.error("%s", problem)
        self._lacking = problem if scopes else ""

    async def aclose(self) -> None:
        """Close the connections."""
        if self.client.session is not None:
            await self.client.session.close()
            self.client.session = None

    def _client(self) -> AsyncWebClient:
        """The SDK's client, with connections of its own since there is a loop that they belong to."""
        if self.client.session is None:
            self.client.session = aiohttp.ClientSession(timeout=TIMEOUT)
        return self.client

    def _reason(self, method: str, error: SlackApiError) -> Exception:
        """What an answer other than a good one means."""
        status, code, needed = _told(error)
        if status == 429 or code in ("ratelimited", "rate_limited"):
            given = (error.response.headers or {}).get("Retry-After")
            self._failures += 1
            return SlackBusy(
                "Slack asks for a pause", timedelta(seconds=seconds_to_wait(given, self._failures, chance()))
            )
        if code in REVOKED:
            return self._revoked(code)
        if status in LACKING and (not code or code in MISSING_METHOD):
            return SlackRefused(method, "http_404")
        if code in PASSING or status >= 500:
            return self._failed(f"Slack answered {status} {one_line(code)[:60]}".strip())
        return SlackRefused(method, code, needed) if code else self._failed("Slack answered with no JSON")

    def _failed(self, reason: str) -> PostFailed:
        self._failures += 1
        return PostFailed(reason, timedelta(seconds=back_off(self._failures, chance())))

    def _revoked(self, code: str) -> PostFailed:
        """The token is worth nothing any more: told once, and nothing more is sent for a while."""
        self.refusal_code = code
        self.lost(f"Slack refuses the bot token ({code})")
        self._resume_at = self._monotonic() + AUTH_PAUSE
        return PostFailed(self.problem, timedelta(seconds=AUTH_PAUSE))


def _form(arguments: Mapping[str, object]) -> dict[str, str]:
    """Arguments as the fields of a form."""
    return {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in arguments.items()
        if value is not None
    }


def _told(error: SlackApiError) -> tuple[int, str, str]:
    """(HTTP status, error code, missing scope) of an answer that is no good one."""
    status = getattr(error.response, "status_code", None) or getattr(error.response, "status", 0) or 0
    data = getattr(error.response, "data", None)
    told = data if isinstance(data, dict) else {}
    return status, str(told.get("error") or ""), str(told.get("needed") or "")


def seconds_to_wait(retry_after: str | None, failures: int, chance: float) -> float:
    """How long Slack asks to wait; a back-off where it says nothing that makes sense. `chance` is in [0, 1)."""
    try:
        seconds = float(retry_after or 0)
    except ValueError:
        seconds = 0.0
    return min(seconds, LONGEST_RETRY_AFTER) if 0 < seconds < float("inf") else back_off(failures, chance)


def back_off(failures: int, chance: float) -> float:
    """Twice as long after each failure, up to a minute, and shifted by chance so that not all come back at once."""
    return min(LONGEST_BACK_OFF, 2.0 ** min(failures, 10)) * (0.5 + chance / 2)
