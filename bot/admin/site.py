"""The site itself: starlette-admin with our templates and files, and a nonce on each of its scripts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import BaseLoader, Environment
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette_admin.base import BaseAdmin
from starlette_admin.security.csrf import CSRFMiddleware

from bot.admin.security import OneView, nonce

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping
    from typing import Any

    from starlette.requests import Request
    from starlette.types import Receive, Scope, Send
    from starlette_admin.auth import BaseAuthProvider
    from starlette_admin.theme import BaseTheme
    from starlette_admin.views import CustomView

    from bot.admin.context import Services
    from bot.records.database import Database

FOLDER = Path(__file__).parent
_TAG = re.compile(r"<(script|style)(?=[\s>])")
# What starlette-admin writes as event attributes, which the policy forbids; static/admin.js does the same by hook.
_HANDLERS = {
    'onclick="applyColumnVisibility()"': 'data-tuppence="columns"',
    'onchange="window.location = this.value"': 'data-tuppence="go"',
}


class NonceLoader(BaseLoader):
    """Marks the scripts and styles of templates, as they stand in the file: never what a page puts into them."""

    def __init__(self, inner: BaseLoader) -> None:
        self.inner = inner

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Callable[[], bool] | None]:
        """The template with a nonce on each script and style, and hooks for its event attributes."""
        source, name, fresh = self.inner.get_source(environment, template)
        source = _TAG.sub(r'<\1 nonce="{{ nonce() }}"', source)
        for handler, hook in _HANDLERS.items():
            source = source.replace(handler, hook)
        return source, name, fresh


class TidyCsrf(CSRFMiddleware):
    """starlette-admin's check of tokens, which closes the files of a form that it looked into."""

    async def _get_submitted_token(self, request: Request) -> str | None:
        try:
            return await super()._get_submitted_token(request)
        finally:
            await request.close()


class Site(BaseAdmin):
    """All pages under one address. `app` is what serves them, wherever it is mounted."""

    def __init__(
        self, *, database: Database, secret_key: str, auth: BaseAuthProvider, index: CustomView, theme: BaseTheme
    ) -> None:
        self._signing_key = secret_key
        super().__init__(
            title="Tuppence",
            base_url="/",
            templates_dir=str(FOLDER / "templates"),
            static_dir=str(FOLDER / "static"),
            index_view=index,
            theme=theme,
            auth_provider=auth,
            secret_key=secret_key,
            timezone_config=None,
            middlewares=[Middleware(OneView, database=database)],
        )

    def _setup_templates(self) -> None:
        super()._setup_templates()
        environment = self.templates.env
        if environment.loader is not None:
            environment.loader = NonceLoader(environment.loader)
        names: MutableMapping[str, Any] = environment.globals
        names["nonce"] = nonce

    def _init_csrf(self) -> None:
        self.middlewares.append(Middleware(TidyCsrf, secret_key=self._signing_key))

    def mounted(self, services: Services) -> MountedSite:
        """The finished site, its pages working with `services`; no view can be added any more."""
        outer = Starlette()
        self.mount_to(outer)
        self.app.state.services = services
        return MountedSite(outer)


class MountedSite:
    """A site whose links work below whatever address another application mounts it at."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve as if nobody had mounted us, below the same address."""
        inner = {key: value for key, value in scope.items() if key not in ("router", "app", "endpoint", "path_params")}
        inner["app_root_path"] = scope.get("root_path", "")
        await self.app(inner, receive, send)
