"""The Bot Framework's connector over the SDK: each call is an answer, a refusal, or a failure to try again."""

from __future__ import annotations

import random
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from pydantic import ValidationError

from bot.jobs.posting import PostFailed, PostRefused
from bot.surfaces.teams.cloud import Local
from bot.surfaces.teams.failures import TeamsRefused, Unauthorised, Unreachable
from bot.surfaces.teams.sdk import (
    Account,
    ChannelData,
    Client,
    ClientOptions,
    ConversationAccount,
    ConversationClient,
    CreateConversationParams,
    MessageActivityInput,
    TypingActivityInput,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.surfaces.teams.cloud import Cloud
    from bot.surfaces.teams.tokens import BotToken

TIMEOUT = 15.0
LONGEST_BACK_OFF = 60.0
LONGEST_RETRY_AFTER = 600.0
AUTH_PAUSE = 60.0
PASSING = frozenset({408, 412, 429, 500, 502, 503, 504})
"""Microsoft asks to try these again."""
_NO_ID = "DO_NOT_USE_PLACEHOLDER_ID"
chance = random.SystemRandom().random
_Activity = TypeVar("_Activity", MessageActivityInput, TypingActivityInput)


class TeamsApi:
    """Everything that is sent to Teams. Each call is made once: what may be sent again, the outbox decides."""

    def __init__(self, cloud: Cloud, bot_id: str, token: BotToken | None = None) -> None:
        self._cloud, self._bot, self._token = cloud, Account(id=bot_id), token
        self._client = Client(
            ClientOptions(timeout=TIMEOUT, headers={"User-Agent": "tuppence"}, token=token.get if token else None)
        )
        self._failures = 0
        self._refusal = ""

    @property
    def problem(self) -> str:
        """What an administrator has to mend; "" when nothing is known to be wrong."""
        return (self._token.problem if self._token else "") or self._refusal

    async def send(self, where: Mapping[str, Any], message: Mapping[str, Any]) -> str:
        """Post a message; returns its id. `where` names `service_url` and `conversation`. Raises as `_asking` says."""
        activity = self._activity(where, message)
        with self._asking(where):
            sent = await self._at(where).create_activity(where["conversation"], activity)
        return "" if sent.id == _NO_ID else str(sent.id)

    async def update(self, where: Mapping[str, Any], message_id: str, message: Mapping[str, Any]) -> None:
        """Put a message in the place of one of our own."""
        activity = self._activity(where, {**message, "id": message_id})
        with self._asking(where):
            await self._at(where).update_activity(where["conversation"], message_id, activity)

    async def delete(self, where: Mapping[str, Any], message_id: str) -> None:
        """Delete a message of our own."""
        with self._asking(where):
            await self._at(where).delete_activity(where["conversation"], message_id)

    async def typing(self, where: Mapping[str, Any]) -> None:
        """Show that somebody types. In a thread the Playground's client knows of no typing, and loses what is next."""
        if isinstance(self._cloud, Local) and ";messageid=" in where["conversation"]:
            return
        activity = self._signed(where, TypingActivityInput())
        with self._asking(where):
            await self._at(where).create_activity(where["conversation"], activity)

    async def inform(
        self, where: Mapping[str, Any], text: str, stream: str, number: int, *, is_answer: bool = False
    ) -> str:
        """Show what is being done: the `number`th line of a stream, or, without one, of a new one; returns its id.

        With `is_answer` it is all that is written of the answer by now, which must begin with all that was shown of it.
        """
        kind = ChannelData(stream_type="streaming" if is_answer else "informative")
        activity = TypingActivityInput().with_text(text).with_channel_data(kind)
        if stream:
            activity.with_id(stream)
        activity = self._signed(where, activity.add_stream_update(number))
        with self._asking(where):
            sent = await self._at(where).create_activity(where["conversation"], activity)
        return stream or ("" if sent.id == _NO_ID else str(sent.id))

    async def end_stream(self, where: Mapping[str, Any], stream: str, message: Mapping[str, Any]) -> None:
        """Make a message the end of a stream, in its place."""
        activity = self._activity(where, {**message, "id": stream})
        activity = activity.add_stream_final()
        with self._asking(where):
            await self._at(where).create_activity(where["conversation"], activity)

    async def member(self, where: Mapping[str, Any], user: str) -> dict[str, Any]:
        """A person of a conversation."""
        with self._asking(where):
            found = await self._at(where).get_member_by_id(where["conversation"], user)
        return dict(found.model_dump(by_alias=True))

    async def open_direct(self, service_url: str, tenant: str, user: str) -> str:
        """The id of the conversation with one person alone, begun if there is none."""
        where = {"service_url": service_url}
        params = CreateConversationParams(
            members=[Account(id=user)], tenant_id=tenant, channel_data={"tenant": {"id": tenant}}
        )
        with self._asking(where):
            created = await self._at(where).create(params)
        return str(created.id)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.http.aclose()

    def _at(self, where: Mapping[str, Any]) -> ConversationClient:
        """The SDK's client for the address of a conversation, over the same connections."""
        return ConversationClient(where["service_url"], self._client)

    def _activity(self, where: Mapping[str, Any], message: Mapping[str, Any]) -> MessageActivityInput:
        try:
            return self._signed(where, MessageActivityInput.model_validate(message))
        except ValidationError as error:
            raise TeamsRefused(400, "BadSyntax", f"{error.error_count()} fields") from None

    def _signed(self, where: Mapping[str, Any], activity: _Activity) -> _Activity:
        activity.from_ = self._bot
        activity.conversation = ConversationAccount(id=where["conversation"])
        return activity

    @contextmanager
    def _asking(self, where: Mapping[str, Any]) -> Iterator[None]:
        """Whatever comes of a call as one of ours. Raises `TeamsRefused`, `PostFailed`, or `PostRefused` for a host."""
        if not self._cloud.serves(where["service_url"]):
            raise PostRefused("that conversation's address is not one of Microsoft's")
        try:
            yield
        except httpx.HTTPStatusError as error:
            raise self._reason(error.response) from None
        except Unauthorised as error:
            raise PostFailed(str(error), timedelta(seconds=error.wait)) from None
        except Unreachable as error:
            raise self._failed(str(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._failed(f"Teams could not be reached ({type(error).__name__})") from None
        except (ValueError, KeyError, TypeError, AttributeError) as error:  # the SDK, on what is no such JSON
            raise self._failed(f"Teams answered with something else ({type(error).__name__})") from None
        self._failures, self._refusal = 0, ""

    def _reason(self, answer: httpx.Response) -> Exception:
        """What an answer other than a good one means."""
        code, message = _said(answer)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            return self._unauthorised()
        if answer.status_code in PASSING:
            self._failures += 1
            wait = seconds_to_wait(answer.headers.get("Retry-After"), self._failures, chance())
            return PostFailed(f"Teams answered {answer.status_code}", timedelta(seconds=wait))
        return TeamsRefused(answer.status_code, code, message)

    def _unauthorised(self) -> PostFailed:
        """Our token is refused: a new one is got next time, and an administrator sees it if that does not help."""
        self._failures += 1
        if self._token:
            self._token.forget()
        if self._failures > 1:
            self._refusal = "Teams refuses the bot's token; check that CLIENT_ID is the app of your Azure Bot."
        return PostFailed("Teams refuses the bot's token", timedelta(seconds=1 if self._failures == 1 else AUTH_PAUSE))

    def _failed(self, reason: str) -> PostFailed:
        self._failures += 1
        return PostFailed(reason, timedelta(seconds=back_off(self._failures, chance())))


def _said(answer: httpx.Response) -> tuple[str, str]:
    """The code and the message of a refusal, as far as there are any."""
    try:
        error = answer.json()["error"]
        return str(error.get("code", "")), str(error.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", ""


def seconds_to_wait(retry_after: str | None, failures: int, chance: float) -> float:
    """How long Teams asks to wait; a back-off where it says nothing that makes sense. `chance` is in [0, 1)."""
    try:
        seconds = float(retry_after or 0)
    except ValueError:
        seconds = 0.0
    return min(seconds, LONGEST_RETRY_AFTER) if 0 < seconds < float("inf") else back_off(failures, chance)


def back_off(failures: int, chance: float) -> float:
    """Twice as long after each failure, up to a minute, shifted by chance so that not all come back at once."""
    return min(LONGEST_BACK_OFF, 2.0 ** min(failures, 10)) * (0.5 + chance / 2)
