"""Microsoft's side of Teams on loopback: connector, sign-in and signing keys; it can be slow or broken."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.fakes.teams_payloads import ACCOUNT, APP, SECRET, TENANT, USER
from tests.fakes.teams_replica import cloud_at

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.surfaces.teams.cloud import Cloud

LARGEST_CARD, LARGEST_MESSAGE = 28 * 1024, 80 * 1024
STOP = {"error": {"code": "ContentStreamNotAllowed", "message": "Content stream was canceled by user."}}
TOO_LONG = {"error": {"code": "ContentStreamNotAllowed", "message": "Content stream has exceeded streaming time."}}
TWO = {"error": {"code": "BadSyntax", "message": "Activity resulted into multiple skype activities"}}
OTHER_TEXT = {
    "error": {
        "code": "ContentStreamNotAllowed",
        "message": "Request streamed content should contain the previously streamed content",
    }
}

BODY: web.RequestKey[dict[str, Any]] = web.RequestKey("body", dict)
FAULT: web.RequestKey[Any] = web.RequestKey("fault", object)


@cache
def signing_key(name: str = "key-1") -> RSAKey:
    """A key of Microsoft's; made once, as that takes a while."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return RSAKey.import_key(private, {"kid": name})


@dataclass
class Shown:
    """One message as people see it; `history` are its texts, the present one last."""

    conversation: str
    id: str
    body: dict[str, Any]
    history: list[str] = field(default_factory=list)
    is_streaming: bool = False
    streamed: str = ""
    """What a stream has shown of its answer, with which all that follows in it must begin."""

    @property
    def text(self) -> str:
        return str(self.body.get("text") or "")

    @property
    def card(self) -> dict[str, Any]:
        cards = [each["content"] for each in self.body.get("attachments") or ()]
        return cards[0] if cards else {}


@dataclass
class Fault:
    """What becomes of one call: an answer of its own; `after` it was carried out, or instead."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    after: bool = False
    drop: bool = False


class TeamsServer:
    """One tenant. `faults` are used up by the calls of their kind, one each: create, update, delete, member, open, token."""

    def __init__(self) -> None:
        self.messages: list[Shown] = []
        self.deleted: list[Shown] = []
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self.typing: list[str] = []
        self.faults: dict[str, list[Fault]] = defaultdict(list)
        self.gone: set[str] = set()
        """Conversations that the bot was taken out of."""
        self.held: dict[str, asyncio.Event] = {}
        self.members: dict[str, dict[str, Any]] = {
            USER: {"id": ACCOUNT, "aadObjectId": USER, "name": "Ada", "tenantId": TENANT, "userRole": "user"}
        }
        self.stopped: set[str] = set()
        """Streams whose Stop was pressed."""
        self.files: dict[str, bytes] = {}
        self.tokens = 0
        self.key_calls = 0
        self.keys: list[dict[str, Any]] = []
        self.keys_fail = False
        self.token_error: dict[str, Any] | None = None
        self.refusal: Callable[[dict[str, Any]], str] = lambda _: ""
        """What else it does not take of a message, "" for nothing."""
        self.is_open = False
        """Whether it takes what has no token."""
        self.address = ""
        self._ids = itertools.count(1)
        self.publish("key-1")

    @property
    def service_url(self) -> str:
        return f"{self.address}/teams"

    @property
    def cloud(self) -> Cloud:
        return cloud_at(self.address)

    # --- signatures ---

    def publish(self, name: str, endorsements: tuple[str, ...] = ("msteams",)) -> None:
        public = signing_key(name).as_dict(private=False)
        self.keys.append({**public, "kid": name, "use": "sig", "endorsements": list(endorsements)})

    def bearer(self, key: str = "key-1", algorithm: str = "RS256", **claims: Any) -> str:
        """A token as Microsoft makes one for a delivery; a claim of None is left out."""
        now = int(time.time())
        said = {
            "iss": "https://api.botframework.com",
            "aud": APP,
            "serviceurl": self.service_url,
            "nbf": now - 60,
            "iat": now - 60,
            "exp": now + 3600,
        }
        whole = {name: value for name, value in (said | claims).items() if value is not None}
        return f"Bearer {jwt.encode({'alg': algorithm, 'kid': key, 'typ': 'JWT'}, whole, signing_key(key))}"

    # --- HTTP ---

    async def _take(self, request: web.Request, kind: str, conversation: str) -> web.StreamResponse | None:
        """The fault of this call, if it comes instead of it."""
        body = await request.json() if request.can_read_body else {}
        request[BODY] = body
        self.calls.append((kind, conversation, body))
        if kind in self.held:
            await self.held[kind].wait()
        fault = self.faults[kind].pop(0) if self.faults[kind] else None
        request[FAULT] = fault
        if fault and not fault.after:
            return self._broken(request, fault)
        if not self.is_open and request.headers.get("Authorization") != f"Bearer token-{self.tokens}":
            return web.json_response({"error": {"code": "Unauthorized"}}, status=401)
        if conversation in self.gone:
            return web.json_response({"error": {"code": "BotNotInConversationRoster", "message": "gone"}}, status=403)
        return None

    def _answer(self, request: web.Request, body: Any, status: int = 200) -> web.StreamResponse:
        if fault := request[FAULT]:
            return self._broken(request, fault)
        return web.json_response(body, status=status)

    def _broken(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.drop:
            assert request.transport
            request.transport.abort()
            return web.Response()
        text = fault.body if isinstance(fault.body, str) else json.dumps(fault.body)
        return web.Response(status=fault.status, text=text, headers=fault.headers, content_type="application/json")

    async def _create(self, request: web.Request) -> web.StreamResponse:
        conversation = request.match_info["conversation"]
        if early := await self._take(request, "create", conversation):
            return early
        body = request[BODY]
        if error := wrong(body) or self.refusal(body):
            return web.json_response({"error": {"code": "BadSyntax", "message": error}}, status=400)
        if stream := next((each for each in body.get("entities") or () if each["type"] == "streaminfo"), None):
            return self._stream(request, conversation, body, stream)
        if body["type"] == "typing":
            self.typing.append(conversation)
            return self._answer(request, {})
        if is_two(body):
            return self._two(request, conversation, body)
        shown = Shown(conversation, f"m{next(self._ids)}", body, [told(body)])
        self.messages.append(shown)
        return self._answer(request, {"id": shown.id}, 201)

    def _stream(
        self, request: web.Request, conversation: str, body: dict[str, Any], stream: dict[str, Any]
    ) -> web.StreamResponse:
        if not conversation.startswith("a:"):
            return web.json_response(
                {"error": {"code": "ContentStreamNotAllowed", "message": "not allowed"}}, status=403
            )
        text = str(body.get("text") or "")
        name = stream.get("streamId")
        if name is None:
            if stream.get("streamSequence") != 1:
                return web.json_response({"error": {"code": "BadArgument", "message": "sequence"}}, status=400)
            shown = Shown(conversation, f"s{next(self._ids)}", body, [text], is_streaming=True)
            self.messages.append(shown)
            return self._answer(request, {"id": shown.id}, 201)
        shown = self.shown(name)
        if name in self.stopped:
            return web.json_response(STOP, status=403)
        if not shown.is_streaming:
            closed = {"code": "ContentStreamNotAllowed", "message": "Content stream is already completed"}
            return web.json_response({"error": closed}, status=403)
        if stream["streamType"] != "informative":
            if not text.startswith(shown.streamed):
                return web.json_response(OTHER_TEXT, status=403)
            shown.streamed = text
        if is_two(body):  # the words end the stream, and the card is another message
            self._two(request, conversation, {**body, "text": ""})
            body = {name: value for name, value in body.items() if name != "attachments"}
        shown.body, shown.is_streaming = body, stream["streamType"] != "final"
        shown.history.append(text)
        return self._answer(request, {}, 202)

    def _two(self, request: web.Request, conversation: str, body: dict[str, Any]) -> web.StreamResponse:
        """Words and a card are two messages, the card first, and their ids are not told."""
        for kept, left in (("attachments", "text"), ("text", "attachments")):
            part = {name: value for name, value in body.items() if name != left}
            if part.get(kept):
                self.messages.append(Shown(conversation, f"m{next(self._ids)}", part, [told(part)]))
        return self._answer(request, {}, 201)

    async def _update(self, request: web.Request) -> web.StreamResponse:
        conversation, name = request.match_info["conversation"], request.match_info["id"]
        if early := await self._take(request, "update", conversation):
            return early
        if error := wrong(request[BODY]) or self.refusal(request[BODY]):
            return web.json_response({"error": {"code": "BadSyntax", "message": error}}, status=400)
        if is_two(request[BODY]):
            return web.json_response(TWO, status=400)
        found = [shown for shown in self.messages if shown.id == name]
        if not found:
            return web.json_response({"error": {"code": "ActivityNotFoundInConversation"}}, status=404)
        found[0].body, found[0].is_streaming = request[BODY], False
        found[0].history.append(told(request[BODY]))
        return self._answer(request, {"id": name})

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        conversation, name = request.match_info["conversation"], request.match_info["id"]
        if early := await self._take(request, "delete", conversation):
            return early
        found = [shown for shown in self.messages if shown.id == name]
        self.deleted += found
        self.messages = [shown for shown in self.messages if shown.id != name]
        return self._answer(request, {}) if found else web.json_response({}, status=404)

    async def _member(self, request: web.Request) -> web.StreamResponse:
        if early := await self._take(request, "member", request.match_info["conversation"]):
            return early
        name = request.match_info["member"]  # either of a person's two ids will do
        member = next((each for each in self.members.values() if name in (each["id"], each["aadObjectId"])), None)
        if member is None:
            missing = {"error": {"code": "MemberNotFoundInConversation"}}
            return web.json_response(missing, status=404)
        return self._answer(request, member)

    async def _open(self, request: web.Request) -> web.StreamResponse:
        if early := await self._take(request, "open", ""):
            return early
        return self._answer(request, {"id": f"a:with-{request[BODY]['members'][0]['id']}"}, 201)

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        self.calls.append(("token", request.match_info["tenant"], dict(form)))  # type: ignore[arg-type]
        if self.token_error:
            return web.json_response(self.token_error, status=401)
        if (form["client_id"], form["client_secret"]) != (APP, SECRET):
            return web.json_response({"error_description": "AADSTS7000215: Invalid client secret."}, status=401)
        self.tokens += 1
        return web.json_response({"access_token": f"token-{self.tokens}", "expires_in": 3599, "token_type": "Bearer"})

    async def _openid(self, _: web.Request) -> web.StreamResponse:
        self.key_calls += 1
        if self.keys_fail:
            return web.Response(status=503)
        return web.json_response({"jwks_uri": f"{self.address}/keys"})

    async def _keys(self, _: web.Request) -> web.StreamResponse:
        return web.json_response({"keys": self.keys})

    async def _file(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.calls.append(("file", name, {}))
        if name == "redirect":
            raise web.HTTPFound("http://127.0.0.1:9/")
        if name == "broken":
            return web.Response(status=503)
        return web.Response(body=self.files[name]) if name in self.files else web.Response(status=404)

    def shown(self, name: str) -> Shown:
        return next(shown for shown in self.messages if shown.id == name)

    @property
    def said(self) -> list[Shown]:
        """The messages with words, the cards aside."""
        return [shown for shown in self.messages if shown.text]

    def in_(self, conversation: str) -> list[Shown]:
        return [shown for shown in self.messages if shown.conversation == conversation]

    def kinds(self) -> list[str]:
        return [kind for kind, _, _ in self.calls]

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[None]:
        app = web.Application(client_max_size=2**22)
        activities = "/teams/v3/conversations/{conversation}/activities"
        app.router.add_post(activities, self._create)
        app.router.add_put(activities + "/{id}", self._update)
        app.router.add_delete(activities + "/{id}", self._delete)
        app.router.add_get("/teams/v3/conversations/{conversation}/members/{member}", self._member)
        app.router.add_post("/teams/v3/conversations", self._open)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._sign_in)
        app.router.add_get("/files/{name}", self._file)
        app.router.add_get("/openid", self._openid)
        app.router.add_get("/keys", self._keys)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port)
        await site.start()
        assert site._server
        self.address = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}"  # type: ignore[attr-defined]
        try:
            yield
        finally:
            await runner.cleanup()


def is_two(body: dict[str, Any]) -> bool:
    """Whether it has words and a card, which Teams shows as two messages."""
    return bool(body.get("text") and body.get("attachments"))


def told(body: dict[str, Any]) -> str:
    """The words of a message; of one that is a card alone, those of its notification."""
    return str(body.get("text") or body.get("summary") or "")


def wrong(body: dict[str, Any]) -> str:
    """What Teams would not take of a message; "" for nothing."""
    cards = [each["content"] for each in body.get("attachments") or ()]
    if any(len(json.dumps(card, ensure_ascii=False).encode()) > LARGEST_CARD for card in cards):
        return "RequestEntityTooLarge"
    if len(json.dumps(body, ensure_ascii=False).encode()) > LARGEST_MESSAGE:
        return "Message size too large"
    if body["type"] == "message" and not (body.get("text") or cards):
        return "Activity must include non empty 'text' field or at least 1 attachment"
    return ""
