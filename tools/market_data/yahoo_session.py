"""The one HTTP session to Yahoo: its hosts only, TLS always checked, never longer than the call's deadline."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from curl_cffi.requests import Session
from curl_cffi.requests.exceptions import RequestException, Timeout
from yfinance.exceptions import YFRateLimitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curl_cffi.requests import Response

_DOMAIN = "yahoo.com"
_DATA_HOSTS = frozenset({"query1.finance.yahoo.com", "query2.finance.yahoo.com", "finance.yahoo.com"})
_CRUMB_PATH = "/v1/test/getcrumb"
_LONGEST_CRUMB = 64
_MOST_REDIRECTS = 5
_LONGEST_SECONDS = 10.0
_TOO_MANY_REQUESTS = 429
_NOT_FOUND = 404
_SERVER_FAULT = 500
_SUCCESS = 200
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_KEEPS_METHOD = frozenset({307, 308})


class HostRefused(RequestException):
    """An address, or a redirect to one, that is not Yahoo's over TLS."""


class NotFound(RequestException):
    """Yahoo has nothing under that address."""


class NotData(RequestException):
    """Yahoo answered with a page, or a server fault, instead of data."""


class Throttled(YFRateLimitError):  # type: ignore[misc]
    """Yahoo asked to wait; `retry_after_seconds` is None where it did not say how long."""

    def __init__(self, retry_after_seconds: float | None) -> None:
        super().__init__()
        self.retry_after_seconds = retry_after_seconds


class YahooSession(Session["Response"]):
    """What yfinance sends its requests through.

    Statuses become exceptions here, because yfinance would meet them with more requests: on 429 and 404 it fetches
    cookie and crumb by another way and asks again.
    """

    def __init__(self) -> None:
        super().__init__(impersonate="chrome")
        self._local = threading.local()

    @contextmanager
    def until(self, deadline: float) -> Iterator[None]:
        """Requests of this thread end by `deadline`, in `time.monotonic` seconds."""
        self._local.deadline = deadline
        try:
            yield
        finally:
            self._local.deadline = None

    def request(self, method: str, url: str, **options: Any) -> Response:  # type: ignore[override]
        """Sends one request and follows redirects within Yahoo. Raises `RequestException` or `Throttled`."""
        options.update(allow_redirects=False, verify=True)
        timeout = options.pop("timeout", None)
        for _ in range(_MOST_REDIRECTS):
            _refuse_other_hosts(url)
            response = self.transfer(method, url, timeout=self._seconds_left(timeout), **options)
            if response.status_code not in _REDIRECTS or "location" not in response.headers:
                _refuse_other_answers(url, response)
                return response
            url = urljoin(url, response.headers["location"])
            options.pop("params", None)
            if response.status_code not in _KEEPS_METHOD:
                method = "GET"
                options.pop("data", None)
                options.pop("json", None)
        raise NotData(f"more than {_MOST_REDIRECTS} redirects")

    def transfer(self, method: str, url: str, **options: Any) -> Response:
        """One request on the wire; a fake overrides this to send it elsewhere."""
        response: Response = super().request(method, url, **options)  # type: ignore[arg-type]
        return response

    def _seconds_left(self, timeout: float | None) -> float:
        deadline = getattr(self._local, "deadline", None)
        left = min(timeout or _LONGEST_SECONDS, _LONGEST_SECONDS)
        if deadline is not None:
            left = min(left, deadline - time.monotonic())
        if left <= 0:
            raise Timeout("the call's deadline has passed")
        return left


def _refuse_other_hosts(url: str) -> None:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "https" or not (host == _DOMAIN or host.endswith(f".{_DOMAIN}")):
        raise HostRefused(f"refused to go to {parts.scheme}://{host}")


def _refuse_other_answers(url: str, response: Response) -> None:
    """Raises for what a data address answers that is not data. Cookie pages may be anything."""
    parts = urlsplit(url)
    if parts.hostname not in _DATA_HOSTS:
        return
    status = response.status_code
    if status == _TOO_MANY_REQUESTS:
        raise Throttled(_retry_after_seconds(response.headers.get("retry-after")))
    if parts.path == _CRUMB_PATH:
        # yfinance would take any body as the crumb and send it along from then on.
        if status != _SUCCESS or not 0 < len(response.text) <= _LONGEST_CRUMB or set("<{ ") & set(response.text):
            raise NotData(f"no crumb (status {status})")
        return
    if status == _NOT_FOUND:
        raise NotFound(f"nothing at {parts.path}")
    is_page = response.headers.get("content-type", "").startswith("text/html")
    if status >= _SERVER_FAULT or (status == _SUCCESS and is_page):
        raise NotData(f"status {status} and {'a page' if is_page else 'no data'} from {parts.hostname}")


def _retry_after_seconds(header: str | None) -> float | None:
    """Retry-After in seconds or as a date (RFC 9110, 10.2.3); None for neither, or a time gone by."""
    if header is None:
        return None
    if header.isascii() and header.isdigit():
        return float(header) or None
    try:
        moment = parsedate_to_datetime(header)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    seconds = (moment - datetime.now(UTC)).total_seconds()
    return seconds if seconds > 0 else None
