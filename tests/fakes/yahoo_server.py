"""A fake Yahoo Finance over real HTTP on this machine, with faults by script, for tests and for people.

To try the assistant against it by hand: `python -m tests.fakes.yahoo_server --port 8765 --fault chart=throttled`
serves until Ctrl-C, and `curl "http://127.0.0.1:8765/v8/finance/chart/AAPL?range=5d"` shows what it says. Shapes are
those of the real endpoints, figures are made up.
"""

from __future__ import annotations

import argparse
import json
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.cookiejar import Cookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from curl_cffi.const import CurlOpt

from tests.fakes.yahoo_payloads import NOW, Listing, as_written, chart_of, quote_of, sample_listings
from tools.market_data.yahoo_session import YahooSession

if TYPE_CHECKING:
    from types import TracebackType

    from curl_cffi.requests import Response

_CONSENT_PAGE = "<!DOCTYPE html><html lang=en><title>Yahoo is part of the Yahoo family of brands</title></html>"


@dataclass(frozen=True)
class Fault:
    """An answer that is none: a status, body and headers; or no answer at all."""

    status: int = 200
    body: str = ""
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"),)
    reset: bool = False
    hangs: bool = False


def throttled(retry_after: str | None = None) -> Fault:
    """429, as Yahoo writes it."""
    headers = (("Content-Type", "text/html"),) + ((("Retry-After", retry_after),) if retry_after else ())
    return Fault(429, "Too Many Requests\r\n", headers)


def redirected(to: str) -> Fault:
    """302 to another address."""
    return Fault(302, "", (("Location", to),))


CONSENT_PAGE = Fault(200, _CONSENT_PAGE, (("Content-Type", "text/html; charset=utf-8"),))
HTML_AS_JSON = Fault(200, _CONSENT_PAGE)
HALF_JSON = Fault(200, '{"chart": {"result": [{"meta": {"cur')
SERVER_FAULT = Fault(503, "<html>Service Unavailable</html>", (("Content-Type", "text/html"),))
UNAUTHORISED = Fault(401, '{"finance":{"result":null,"error":{"code":"Unauthorized","description":"Invalid Crumb"}}}')
EMPTY_CHART = Fault(200, '{"chart":{"result":[],"error":null}}')
RESET = Fault(reset=True)
SLOW = Fault(hangs=True)

FAULTS = {
    "throttled": throttled(),
    "consent-page": CONSENT_PAGE,
    "html-as-json": HTML_AS_JSON,
    "half-json": HALF_JSON,
    "server-fault": SERVER_FAULT,
    "unauthorised": UNAUTHORISED,
    "empty": EMPTY_CHART,
    "redirect": redirected("https://login.example/"),
    "reset": RESET,
    "slow": SLOW,
}
"""What `--fault` may name."""


class YahooServer:
    """Serves `listings`. `script` puts faults before the next answers of an endpoint, `always` before all of them.

    Endpoints: chart, summary, quote, series, news, screener, crumb, cookie, search, market. A fault for "chart:MSFT"
    is only for that symbol. `seen` are the endpoints asked, in order.
    """

    def __init__(self, listings: dict[str, Listing] | None = None, *, now: datetime = NOW, port: int = 0) -> None:
        self.listings = sample_listings(now) if listings is None else listings
        self.now = now
        self.script: dict[str, deque[Fault | None]] = {}
        self.always: dict[str, Fault] = {}
        self.seen: list[str] = []
        self.screens: list[dict[str, Any]] = []
        self.released = threading.Event()
        handler = type("Handler", (_Handler,), {"yahoo": self})
        self._http = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def next(self, endpoint: str, *faults: Fault | None) -> None:
        """The next answers of an endpoint; None is a good one."""
        self.script.setdefault(endpoint, deque()).extend(faults)

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()

    def serve_until_interrupted(self) -> None:
        """For people."""
        self._http.serve_forever()

    def session(self) -> YahooSession:
        """A session that takes this server for Yahoo."""
        return _SessionToFake(self.url)


class _SessionToFake(YahooSession):
    """Sends what would go to Yahoo to the fake, and lets the answer look as if it came from Yahoo."""

    def __init__(self, server_url: str) -> None:
        super().__init__()
        self._server_url = server_url
        self.curl_options = {CurlOpt.NOPROXY: "*"}

    def transfer(self, method: str, url: str, **options: Any) -> Response:
        parts = urlsplit(url)
        query = f"?{parts.query}" if parts.query else ""
        headers = {**(options.pop("headers", None) or {}), "X-Asked-Host": parts.netloc}
        response = super().transfer(method, f"{self._server_url}{parts.path}{query}", headers=headers, **options)
        response.url = url
        if parts.hostname == "fc.yahoo.com":
            self.cookies.jar.set_cookie(_login_cookie())
        return response


def _login_cookie() -> Cookie:
    """What Yahoo sets for its whole domain, and curl would refuse from another."""
    expires = int((datetime.now(UTC) + timedelta(days=365)).timestamp())
    domain = ".yahoo.com"
    return Cookie(
        0,
        "A3",
        "made-up",
        None,
        False,
        domain,
        True,
        True,
        "/",
        True,
        True,
        expires,
        False,
        None,
        None,
        {},
    )


class _Handler(BaseHTTPRequestHandler):
    yahoo: YahooServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Silent."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _answer(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        endpoint, symbol = _endpoint(self.headers.get("X-Asked-Host", ""), unquote(parts.path), query, body)
        self.yahoo.seen.append(endpoint)
        fault = self._fault(endpoint, symbol)
        if fault is None:
            status, content = _content(self.yahoo, endpoint, symbol, query, body)
            plain = endpoint in ("crumb", "cookie")
            kind = "text/plain" if plain else "application/json;charset=utf-8"
            self._send(
                status,
                content if isinstance(content, str) else json.dumps(as_written(content)),
                (("Content-Type", kind),),
            )
        elif fault.reset:
            # Closing with nothing lingering sends RST instead of FIN.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        elif fault.hangs:
            self.yahoo.released.wait(60)
            self.close_connection = True
        else:
            self._send(fault.status, fault.body, fault.headers)

    def _fault(self, endpoint: str, symbol: str) -> Fault | None:
        for key in (f"{endpoint}:{symbol}", endpoint):
            waiting = self.yahoo.script.get(key)
            if waiting:
                return waiting.popleft()
            if key in self.yahoo.always:
                return self.yahoo.always[key]
        return None

    def _send(self, status: int, body: str, headers: tuple[tuple[str, str], ...]) -> None:
        data = body.encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def _endpoint(host: str, path: str, query: dict[str, str], body: bytes) -> tuple[str, str]:
    """The short name of an address, and the symbol it is about."""
    last = path.rsplit("/", 1)[-1]
    by_prefix = {
        "/v8/finance/chart/": "chart",
        "/v10/finance/quoteSummary/": "summary",
        "/ws/fundamentals-timeseries/": "series",
    }
    for prefix, name in by_prefix.items():
        if path.startswith(prefix):
            return name, last
    if path == "/xhr/ncp":
        symbols = json.loads(body)["serviceConfig"]["s"]
        return "news", symbols[0]
    fixed = {
        "/v7/finance/quote": ("quote", query.get("symbols", "")),
        "/v1/finance/search": ("search", query.get("q", "")),
        "/v1/finance/screener": ("screener", ""),
        "/v6/finance/quote/marketSummary": ("market", ""),
        "/v1/test/getcrumb": ("crumb", ""),
    }
    if path in fixed:
        return fixed[path]
    return ("cookie", "") if host in ("fc.yahoo.com", "guce.yahoo.com", "consent.yahoo.com") else ("unknown", path)


def _content(
    yahoo: YahooServer, endpoint: str, symbol: str, query: dict[str, str], body: bytes
) -> tuple[int, dict[str, Any] | str]:
    """Status and body of a good answer."""
    listing = yahoo.listings.get(symbol)
    if endpoint == "crumb":
        return 200, "aCrumb.123"
    if endpoint == "cookie":
        return 404, "nothing but a cookie"
    if endpoint == "series":
        return 200, {"timeseries": {"result": [{"meta": {"symbol": [symbol]}}], "error": None}}
    if endpoint == "screener":
        yahoo.screens.append(json.loads(body))
        quotes = [quote_of(name, each, yahoo.now) for name, each in yahoo.listings.items() if each.kind == "EQUITY"]
        return 200, {"finance": {"result": [{"total": len(quotes), "quotes": quotes}], "error": None}}
    if endpoint == "news":
        return 200, {"data": {"tickerStream": {"stream": listing.stories if listing else []}}, "status": "OK"}
    if endpoint == "quote":
        found = [] if listing is None else [quote_of(symbol, listing, yahoo.now)]
        return 200, {"quoteResponse": {"result": found, "error": None}}
    if endpoint == "search":
        found = [{"symbol": name, "longname": each.name} for name, each in yahoo.listings.items() if name == symbol]
        return 200, {"quotes": found, "news": []}
    if endpoint == "market":
        return 200, {"marketSummaryResponse": {"result": [], "error": None}}
    missing = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
    if endpoint == "summary" and listing is not None and listing.summary:
        return 200, {"quoteSummary": {"result": [listing.summary], "error": None}}
    if endpoint == "chart" and listing is not None:
        return 200, {"chart": {"result": [chart_of(symbol, listing, query, yahoo.now)], "error": None}}
    return 404, {"chart" if endpoint == "chart" else "quoteSummary": {"result": None, "error": missing}}


def main() -> None:
    """Serves the sample market until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument(
        "--fault", action="append", default=[], metavar="ENDPOINT=FAULT", help=f"faults: {', '.join(FAULTS)}"
    )
    options = parser.parse_args()
    server = YahooServer(port=options.port, now=datetime.now(UTC))
    for each in options.fault:
        endpoint, _, fault = each.partition("=")
        if fault not in FAULTS:
            parser.error(f"no fault {fault!r}; write one like chart=throttled, with one of {', '.join(FAULTS)}")
        server.always[endpoint] = FAULTS[fault]
    print(f"A fake Yahoo Finance listens on {server.url}; stop it with Ctrl-C.")  # noqa: T201
    try:
        server.serve_until_interrupted()
    except KeyboardInterrupt:
        print("Stopped.")  # noqa: T201


if __name__ == "__main__":
    main()
