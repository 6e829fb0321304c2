"""`tuppence serve`: one process with the worker, the admin pages, the platforms' routes, health and metrics.

Any number of replicas may run on one PostgreSQL; on SQLite a lock file keeps a second one from starting.
"""

from __future__ import annotations

import asyncio
import signal
import socket
import uuid
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import uvicorn
from filelock import FileLock, Timeout
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from bot.addresses import is_loopback
from bot.app import assemble
from bot.errors import AddressInUse, AlreadyServing, TuppenceError, UnauthenticatedElsewhere
from bot.jobs import alert_clock, notices
from bot.jobs import alerts as alert_pass
from bot.jobs.alert_clock import AlertClock, PassHandler
from bot.jobs.alert_delivery import AlertHandler
from bot.jobs.digest_delivery import DigestHandler
from bot.jobs.files import FILE, FileHandler
from bot.jobs.housekeeping import Housekeeping
from bot.jobs.imports import IMPORT, ImportHandler
from bot.jobs.intake import Intake
from bot.jobs.metrics import Metrics
from bot.jobs.questions import KIND, QuestionHandler
from bot.jobs.scheduler import Scheduler
from bot.jobs.waiting import WaitingLine
from bot.jobs.worker import Limits, Worker
from bot.llm.ollama import OllamaModel
from bot.public.pages import public_routes
from bot.records import digests
from bot.records.schema import schema_version
from bot.records.users import Actor
from bot.surfaces.platforms import open_surfaces
from bot.turn.assistant import Assistant
from migrations import HEAD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator, Sequence
    from pathlib import Path

    from starlette.requests import Request
    from starlette.routing import BaseRoute
    from starlette.types import ASGIApp

    from bot.jobs.worker import Handler
    from bot.settings import Settings
    from bot.surfaces.base import ChatSurface
    from bot.turn.assistant import Parts

_HEADERS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}


class Server(uvicorn.Server):
    """Ends by itself on SIGTERM or Ctrl-C, with status 0: uvicorn's own would raise the signal once more."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let the signals ask for the end."""
        loop = asyncio.get_running_loop()
        signals: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGINT)
        try:
            for number in signals:
                loop.add_signal_handler(number, self.handle_exit, number, None)
        except NotImplementedError:  # Windows: Ctrl-C is an exception there
            signals = ()
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)


class Replica:
    """One running server: its parts, its worker, and whether both are well."""

    def __init__(self, settings: Settings, parts: Parts, surfaces: Sequence[ChatSurface], limits: Limits) -> None:
        self.settings, self.parts, self.surfaces = settings, parts, surfaces
        self.metrics = Metrics()
        for surface in surfaces:
            surface.use(parts)
        owner = f"{socket.gethostname()}/{uuid.uuid4().hex[:12]}"
        named = {surface.name: surface for surface in surfaces}
        handler = QuestionHandler(
            parts.database, Assistant(parts), named, on_reply=self.metrics.turn_ended, now=parts.now
        )
        handlers: dict[str, Handler] = {
            KIND: handler,
            FILE: FileHandler(parts, named),
            IMPORT: ImportHandler(parts.database, named, parts.base_currency, parts.now),
            alert_pass.KIND: AlertHandler(parts, named),
            digests.KIND: DigestHandler(parts, named),
            notices.KIND: notices.NoticeHandler(parts.database, named),
            alert_clock.KIND: PassHandler(parts.database, alert_pass.AlertPass(parts, named), parts.now),
        }
        self.worker = Worker(parts.database, handlers, named, owner, limits)
        self.line = WaitingLine(parts.database, named, self.worker.holds)
        self.intake = Intake(parts.database, self.worker)
        self.scheduler = Scheduler(parts.database, self.worker.wake)
        self.alert_clock = AlertClock(parts.database, self.worker.accept, named, parts.now)
        self._running: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self, _app: Starlette) -> AsyncIterator[None]:
        """The worker at work; at the end it stops taking, finishes what it can in time, and hands back the rest."""
        self._running = asyncio.create_task(self.worker.run())
        keeping = asyncio.create_task(Housekeeping(self.parts.database, self.parts.now).run())
        alerting = asyncio.create_task(self.alert_clock.run())
        scheduling = asyncio.create_task(self.scheduler.run())
        telling = asyncio.create_task(self.line.run())
        fetching = [asyncio.create_task(surface.run(self.intake)) for surface in self.surfaces]
        try:
            yield
        finally:
            for task in fetching:  # nothing new comes in from here on
                task.cancel()
            await asyncio.gather(*fetching, return_exceptions=True)
            alerting.cancel()
            scheduling.cancel()
            telling.cancel()
            await self.worker.stop()
            keeping.cancel()
            await asyncio.gather(self._running, keeping, alerting, scheduling, telling, return_exceptions=True)
            for surface in self.surfaces:
                await surface.aclose()

    def routes(self) -> list[BaseRoute]:
        """Every route of the server."""
        routes: list[BaseRoute] = [
            Route("/healthz", self._alive),
            Route("/readyz", self._ready),
            Route("/metrics", self._metrics),
            *public_routes(),
        ]
        for surface in self.surfaces:
            routes += surface.routes(self.intake)
        return [*routes, Mount("/admin", app=self._admin())]

    def _admin(self) -> ASGIApp:
        from bot.admin.app import admin_app

        return admin_app(self.settings, self.parts.database, now=self.parts.now, troubles=self._troubles)

    def _troubles(self, tenant: str) -> list[tuple[str, str]]:
        """(platform, what its admins have to mend) for a tenant."""
        told = [(surface.name.capitalize(), surface.trouble(tenant)) for surface in self.surfaces]
        return [(name, text) for name, text in told if text]

    @property
    def _models(self) -> list[OllamaModel]:
        """Those of a server, which may be silent."""
        found = (self.parts.model, *self.parts.portfolio.models)
        return [model for model in found if isinstance(model, OllamaModel)]

    async def _alive(self, _: Request) -> Response:
        """Whether the process answers at all; a restart mends it when not."""
        return PlainTextResponse("ok\n", headers=_HEADERS)

    async def _ready(self, _: Request) -> Response:
        """Whether work may be sent here: database, schema, worker; of a model that is silent people are told."""
        checks = {"database": "ok", "migrations": "ok", "worker": "ok"}
        try:
            version = await schema_version(self.parts.database)
            if version != HEAD:
                checks["migrations"] = f"at {version}, not {HEAD}; start `tuppence serve` of this version once"
        except TuppenceError as error:
            checks["database"] = checks["migrations"] = str(error)
        if self._running is None or self._running.done():
            checks["worker"] = "stopped; restart this process"
        checks |= {surface.name: surface.problem or "ok" for surface in self.surfaces}
        ready = all(value == "ok" for value in checks.values())
        models = {model.name: model.breaker.trouble or "ok" for model in self._models}
        page = {"ready": ready, "checks": checks, **({"models": models} if models else {})}
        return JSONResponse(page, 200 if ready else 503, headers=_HEADERS)

    async def _metrics(self, _: Request) -> Response:
        """The figures for Prometheus."""
        try:
            silent = {model.name: bool(model.breaker.trouble) for model in self._models}
            page = await self.metrics.page(self.parts.database, silent)
        except TuppenceError as error:
            return PlainTextResponse(f"{error}\n", 503, headers=_HEADERS)
        return Response(page, media_type="text/plain; version=0.0.4; charset=utf-8", headers=_HEADERS)


@asynccontextmanager
async def replica(
    settings: Settings, surfaces: Sequence[ChatSurface] = (), limits: Limits | None = None
) -> AsyncIterator[Starlette]:
    """The ASGI app of one replica, with everything it needs open. Raises `TuppenceError` with the fix."""
    async with assemble(settings, Actor(settings.user)) as (parts, _):
        with only_one(parts.database.path):
            running = Replica(settings, parts, surfaces, limits or Limits())
            yield Starlette(routes=running.routes(), lifespan=running.running)


@contextmanager
def only_one(path: Path | None) -> Iterator[None]:
    """Keep a second server from a SQLite file; the lock goes with the process. Raises `AlreadyServing`."""
    if path is None:
        yield
        return
    try:
        with FileLock(f"{path}.serving", blocking=False):
            yield
    except Timeout:
        raise AlreadyServing(str(path)) from None


async def serve(
    settings: Settings,
    host: str,
    port: int,
    *,
    surfaces: Sequence[ChatSurface] | None = None,
    limits: Limits | None = None,
    announce: Callable[[str], None] = lambda _: None,
) -> None:
    """Serve until SIGTERM or Ctrl-C, on the platforms that are switched on, or on the `surfaces` given.

    Raises `AddressInUse`, or another `TuppenceError` at the start.
    """
    if settings.teams_allow_unauthenticated and not is_loopback(host):
        raise UnauthenticatedElsewhere(host)
    try:
        listening = socket.create_server((host, port), reuse_port=False)
    except OSError as error:
        raise AddressInUse(host, port, error.strerror or str(error)) from None
    with listening:
        given = open_surfaces(settings) if surfaces is None else surfaces
        async with replica(settings, given, limits) as app:
            config = uvicorn.Config(
                app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=25
            )
            announce(f"http://{host}:{listening.getsockname()[1]}")
            await Server(config).serve(sockets=[listening])
