"""`/privacy` and `/terms`, where the package of Teams leads whoever wonders: fixed texts without anybody's data.

Who runs this server is not known to it, so the pages name its address, under which they are read.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.routing import BaseRoute

NAMES = ("privacy", "terms")
_HERE = Path(__file__).parent
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def public_routes() -> Sequence[BaseRoute]:
    """One route for each page."""
    return [Route(f"/{name}", Page(name).show, methods=["GET"], name=f"public-{name}") for name in NAMES]


class Page:
    """One text, read from its file once. Its own style is all that a browser may load or run."""

    def __init__(self, name: str) -> None:
        self._text = (_HERE / f"{name}.html").read_text(encoding="utf-8")
        style = _STYLE.search(self._text)
        digest = base64.b64encode(hashlib.sha256((style[1] if style else "").encode()).digest()).decode()
        self._headers = {
            "content-security-policy": (
                f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; "
                "frame-ancestors 'none'"
            ),
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "no-referrer",
            "cache-control": "public, max-age=3600",
        }

    async def show(self, _: Request) -> Response:
        """The page, the same for everybody."""
        return HTMLResponse(self._text, headers=self._headers)
