"""How files get into Slack: an address is asked for, the content sent there, and the file shown in one channel."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from aiohttp import web

if TYPE_CHECKING:
    from tests.fakes.slack_server import Shown


@dataclass
class Upload:
    """A file on its way."""

    name: str
    filename: str
    length: int
    alt_text: str
    content: bytes = b""
    title: str = ""
    tokens: str = ""
    """What the sender said of itself: the address is secret enough."""


class _Server(Protocol):
    address: str
    upload_host: str
    uploads: dict[str, Upload]

    def post(self, body: dict[str, Any]) -> Shown: ...


class UploadMethods:
    """The methods, for the server to mix in."""

    def files_getUploadURLExternal(self: _Server, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        if not body.get("filename") or not int(body.get("length", 0)):
            return {"ok": False, "error": "invalid_arguments"}
        name = f"F{len(self.uploads) + 1}"
        self.uploads[name] = Upload(name, body["filename"], int(body["length"]), body.get("alt_txt", ""))
        return {"ok": True, "upload_url": f"{self.upload_host or self.address}/upload/v1/{name}", "file_id": name}

    async def take_upload(self: _Server, request: web.Request) -> web.Response:
        upload = self.uploads[request.match_info["name"]]
        upload.content, upload.tokens = await request.read(), request.headers.get("Authorization", "")
        return web.Response(text=f"OK - {len(upload.content)}")

    def files_completeUploadExternal(self: _Server, body: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        files = json.loads(body["files"])
        for file in files:
            upload = self.uploads[file["id"]]
            if len(upload.content) != upload.length:
                return {"ok": False, "error": "invalid_arguments"}
            upload.title = file["title"]
        where = {"channel": body["channel_id"], **({"thread_ts": body["thread_ts"]} if "thread_ts" in body else {})}
        self.post({**where, "text": "", "files": [{"id": file["id"], "title": file["title"]} for file in files]})
        return {"ok": True, "files": files}
