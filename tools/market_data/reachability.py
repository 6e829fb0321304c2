"""Whether Yahoo answers: asked once by a plain TLS request, and remembered in a small file."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROBE_URL = "https://query1.finance.yahoo.com/v1/test/getcrumb"
LONGEST_PROBE_SECONDS = 2.0
"""How long a start may wait for the answer."""

MEMORY_FILE = "yahoo-reachable.json"
_KEEP_YES = timedelta(hours=1)
_KEEP_NO = timedelta(hours=3)
_LARGEST_MEMORY = 1000


@dataclass(frozen=True, slots=True)
class Reachability:
    """Whether Yahoo answered at `asked_at`."""

    reachable: bool
    asked_at: datetime


async def is_reachable(
    home: Path,
    *,
    now: Callable[[], datetime],
    probe: Callable[[], bool],
    longest_seconds: float = LONGEST_PROBE_SECONDS,
) -> bool:
    """What is remembered from the last hours, else what `probe` says; no answer in time counts as no.

    "Yes" is kept an hour, "no" three hours, so that starts without a network don't wait again.
    """
    file = home / MEMORY_FILE
    known = _recall(file)
    if known is not None:
        age = now() - known.asked_at
        if timedelta(0) <= age < (_KEEP_YES if known.reachable else _KEEP_NO):
            return known.reachable
    reachable = await _in_time(probe, longest_seconds)
    _remember(file, Reachability(reachable, now()))
    return reachable


def yahoo_answers(url: str = PROBE_URL, timeout_seconds: float = LONGEST_PROBE_SECONDS) -> bool:
    """Whether Yahoo itself answers over verified TLS, with whatever status short of a server fault.

    The system's proxy settings hold. A redirect to another host, as of a login page, is no answer.
    """
    import urllib.error
    import urllib.request

    class NoRedirects(urllib.request.HTTPRedirectHandler):
        """Makes every redirect an `HTTPError`."""

        def redirect_request(self, *_: object) -> None:
            return None

    opener = urllib.request.build_opener(NoRedirects)
    request = urllib.request.Request(url, headers={"User-Agent": "Mozilla/5.0"})  # noqa: S310 (https, or a test's own)
    try:
        with opener.open(request, timeout=timeout_seconds):
            return True
    except urllib.error.HTTPError as answer:
        with answer:
            target = urlsplit(answer.headers.get("Location") or url).hostname or ""
            return answer.code < 500 and (target == urlsplit(url).hostname or target.endswith(".yahoo.com"))
    except (OSError, ValueError):  # no route, no name, no TLS, no HTTP
        return False


async def _in_time(probe: Callable[[], bool], longest_seconds: float) -> bool:
    """Runs `probe` in a thread of its own, which a slow name lookup may keep: a daemon, so that exits don't wait."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bool] = loop.create_future()

    def tell(reachable: bool) -> None:
        if not answer.done():
            answer.set_result(reachable)

    def run() -> None:
        reachable = probe()
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(tell, reachable)

    threading.Thread(target=run, name="yahoo-probe", daemon=True).start()
    try:
        return await asyncio.wait_for(answer, longest_seconds)
    except TimeoutError:
        return False


def _recall(file: Path) -> Reachability | None:
    """None for no file, or one that says nothing usable."""
    try:
        found = json.loads(file.read_text("utf-8")[:_LARGEST_MEMORY])
        asked_at = datetime.fromisoformat(found["asked_at"])
        reachable = found["reachable"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    if asked_at.tzinfo is None or not isinstance(reachable, bool):
        return None
    return Reachability(reachable, asked_at.astimezone(UTC))


def _remember(file: Path, known: Reachability) -> None:
    """A folder that can't be written to only costs the next start its two seconds."""
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"reachable": known.reachable, "asked_at": known.asked_at.isoformat()}), "utf-8")
