"""A fake Yahoo Finance over real HTTP on this machine, with faults by script, for tests and for people.

To try the assistant against it by hand: `python -m tests.fakes.yahoo_server --port 8765 --fault chart=throttled`
serves until Ctrl-C, and `curl "http://127.0.0.1:8765/v8/finance/chart/AAPL?range=5d"` shows what it says. Shapes are
those of the real endpoints, figures are made up.
"""

from __future__ import annotations

import argparse
import json
import math
import socket
import struct
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

from curl_cffi.const import CurlOpt

from tools.market_data.yahoo_session import YahooSession

if TYPE_CHECKING:
    from types import TracebackType

    from curl_cffi.requests import Response

NOW = datetime(2026, 11, 20, 21, 30, tzinfo=UTC)
"""A Friday evening, half an hour after New York closed."""

NEW_YORK = "America/New_York"
_HOURS = {NEW_YORK: (time(9, 30), time(16)), "Europe/London": (time(8), time(16, 30))}
_ROUND_THE_CLOCK = (time(0), time(23, 59))
_SATURDAY = 5
_CONSENT_PAGE = "<!DOCTYPE html><html lang=en><title>Yahoo is part of the Yahoo family of brands</title></html>"


@dataclass
class Listing:
    """What the server says of a symbol. `closes` are the last days' raw closes, oldest first, None for no price.

    `adjusted`, when left out, are the closes. `dividends` and `splits` are by date; a split is (new, old) shares.
    `meta`, `quote` and `summary` are laid over what is made from the rest; None removes a key.
    """

    closes: list[float | None]
    currency: str | None = "USD"
    kind: str = "EQUITY"
    zone: str = NEW_YORK
    name: str = "Made-up Inc."
    adjusted: list[float | None] | None = None
    volumes: list[int | None] | None = None
    dividends: dict[date, float] = field(default_factory=dict)
    splits: dict[date, tuple[int, int]] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    quote: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, dict[str, Any]] = field(default_factory=dict)
    stories: list[dict[str, Any]] = field(default_factory=list)
    last_day: date | None = None


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

    def __enter__(self) -> YahooServer:
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
        return response


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
            self._send(status, content if isinstance(content, str) else json.dumps(content), (("Content-Type", kind),))
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
        quotes = [_quote(name, each, yahoo.now) for name, each in yahoo.listings.items() if each.kind == "EQUITY"]
        return 200, {"finance": {"result": [{"total": len(quotes), "quotes": quotes}], "error": None}}
    if endpoint == "news":
        return 200, {"data": {"tickerStream": {"stream": listing.stories if listing else []}}, "status": "OK"}
    if endpoint == "quote":
        found = [] if listing is None else [_quote(symbol, listing, yahoo.now)]
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
        return 200, {"chart": {"result": [_chart(symbol, listing, query, yahoo.now)], "error": None}}
    return 404, {"chart" if endpoint == "chart" else "quoteSummary": {"result": None, "error": missing}}


def _chart(symbol: str, listing: Listing, query: dict[str, str], now: datetime) -> dict[str, Any]:
    """The chart endpoint's shape: any cell may be null."""
    days = trading_days(len(listing.closes), listing.last_day or now.date())
    opening, closing = _HOURS.get(listing.zone, _ROUND_THE_CLOCK)
    zone = ZoneInfo(listing.zone)
    stamps = [int(datetime.combine(day, opening, zone).timestamp()) for day in days]
    first, last = 0, len(days)
    if "range" in query:
        first = max(0, last - {"1d": 1, "5d": 5, "1mo": 21}.get(query["range"], last))
    else:
        since, until = int(query["period1"]), int(query["period2"])
        first = sum(stamp < since for stamp in stamps)
        last = sum(stamp < until for stamp in stamps)
    kept = slice(first, last)
    closes = listing.closes[kept]
    volumes = (listing.volumes or [1000 + i for i in range(len(days))])[kept]
    known = [close for close in listing.closes if close is not None and math.isfinite(close)]
    traded = days[-1] if days else now.date()
    meta = {
        "currency": listing.currency,
        "symbol": symbol,
        "exchangeName": "NMS",
        "instrumentType": listing.kind,
        "firstTradeDate": stamps[0] if stamps else None,
        "regularMarketTime": int(datetime.combine(traded, closing, zone).timestamp()),
        "exchangeTimezoneName": listing.zone,
        "regularMarketPrice": known[-1] if known else None,
        "regularMarketDayHigh": known[-1] * 1.01 if known else None,
        "regularMarketDayLow": known[-1] * 0.99 if known else None,
        "regularMarketVolume": volumes[-1] if volumes else None,
        "longName": listing.name,
        "chartPreviousClose": known[0] if known else None,
        "priceHint": 2,
        "currentTradingPeriod": {
            name: {
                "timezone": "EST",
                "start": int(datetime.combine(now.astimezone(zone).date(), begins, zone).timestamp()),
                "end": int(datetime.combine(now.astimezone(zone).date(), ends, zone).timestamp()),
                "gmtoffset": -18000,
            }
            for name, begins, ends in (("pre", time(4), opening), ("regular", opening, closing))
        }
        | {"post": {"timezone": "EST", "start": 0, "end": 0, "gmtoffset": 0}},
        "dataGranularity": "1d",
        "range": query.get("range", ""),
        "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"],
    }
    prices = {"open": closes, "high": closes, "low": closes, "close": closes, "volume": volumes}
    result: dict[str, Any] = {
        "meta": _laid_over(meta, listing.meta),
        "timestamp": stamps[kept],
        "indicators": {"quote": [prices], "adjclose": [{"adjclose": (listing.adjusted or listing.closes)[kept]}]},
    }
    stamp_of = dict(zip(days[kept], stamps[kept], strict=True))
    events: dict[str, Any] = {}
    paid = {day: amount for day, amount in listing.dividends.items() if day in stamp_of}
    if paid:
        events["dividends"] = {
            str(stamp_of[day]): {"amount": amount, "date": stamp_of[day]} for day, amount in paid.items()
        }
    split = {day: shares for day, shares in listing.splits.items() if day in stamp_of}
    if split:
        events["splits"] = {
            str(stamp_of[day]): {
                "date": stamp_of[day],
                "numerator": new,
                "denominator": old,
                "splitRatio": f"{new}:{old}",
            }
            for day, (new, old) in split.items()
        }
    if events:
        result["events"] = events
    if not closes:
        del result["timestamp"]
        result["indicators"] = {"quote": [{}], "adjclose": [{}]}
    return result


def _quote(symbol: str, listing: Listing, now: datetime) -> dict[str, Any]:
    """The quote endpoint's shape: yields and changes in percent."""
    known = [close for close in listing.closes if close is not None]
    base = {
        "symbol": symbol,
        "quoteType": listing.kind,
        "longName": listing.name,
        "currency": listing.currency,
        "exchangeTimezoneName": listing.zone,
        "regularMarketPrice": known[-1] if known else None,
        "regularMarketTime": int(now.timestamp()) - 1800,
        "regularMarketChangePercent": (known[-1] / known[-2] - 1) * 100 if len(known) > 1 else None,
    }
    return _laid_over(base, listing.quote)


def _laid_over(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in {**base, **changes}.items() if value is not ...}


def trading_days(how_many: int, last: date) -> list[date]:
    """That many weekdays up to `last`, oldest first; no holidays."""
    days: list[date] = []
    day = last
    while len(days) < how_many:
        if day.weekday() < _SATURDAY:
            days.append(day)
        day -= timedelta(days=1)
    return days[::-1]


def story(title: str, published: str = "2026-11-20T14:05:00Z", publisher: str = "A Newspaper") -> dict[str, Any]:
    """One news item in the stream's shape."""
    return {
        "id": "0f0f",
        "content": {"title": title, "pubDate": published, "provider": {"displayName": publisher}, "contentType": "STORY"},
    }


def sample_listings(now: datetime = NOW) -> dict[str, Listing]:
    """A small market: two US shares, one in pence, an index and a pair, with thirty days of prices."""
    start = math.log(100)
    rising = [round(math.exp(start + 0.002 * i), 2) for i in range(30)]
    apple = Listing(
        [struct.unpack("f", struct.pack("f", price))[0] for price in rising],
        name="Apple Inc.",
        adjusted=[price * (0.99 if i < 20 else 1.0) for i, price in enumerate(rising)],  # noqa: PLR2004
        dividends={trading_days(30, now.date())[20]: 1.0},
        summary={
            "quoteType": {"symbol": "AAPL"},
            "assetProfile": {"sector": "Technology", "industry": "Consumer Electronics"},
            "financialData": {"totalRevenue": 400000000000, "debtToEquity": 150.0, "profitMargins": 0.25}
            | {"financialCurrency": "USD"},
            "summaryDetail": {"dividendYield": 0.0041, "trailingPE": 33.5, "beta": 1.2, "exDividendDate": 1794182400},
        },
        quote={
            "marketCap": 3_500_000_000_000,
            "trailingPE": 33.5,
            "forwardPE": 30.1,
            "epsTrailingTwelveMonths": 6.5,
            "trailingEps": 6.5,
            "priceToBook": 50.2,
            "dividendYield": 0.41,
            "trailingAnnualDividendYield": 0.0039,
            "dividendDate": 1794441600,
            "earningsTimestampStart": 1801170000,
        },
        stories=[story("Apple shows a new telephone"), story("Older news", "2026-11-19T09:00:00Z")],
    )
    return {
        "AAPL": apple,
        "MSFT": Listing([400.0 + i for i in range(30)], name="Microsoft Corporation"),
        "VOD.L": Listing([7000.0 + i for i in range(30)], "GBp", zone="Europe/London", name="Vodafone Group"),
        "^GSPC": Listing([6000.0 + i for i in range(30)], kind="INDEX", name="S&P 500", stories=[story("Markets rise")]),
        "EURUSD=X": Listing([1.1 + i / 1000 for i in range(30)], kind="CURRENCY", zone="Europe/London"),
    }


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
