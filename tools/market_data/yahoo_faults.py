"""What goes wrong between yfinance and Yahoo, told as the errors of `tools.errors`."""

from __future__ import annotations

import math

from tools.errors import MarketDataError, NoData, RateLimited, Unreachable

_MINUTE = 60
_INSTEAD = "or set TUPPENCE_MARKET_DATA=snapshot to use the bundled history"


def is_surprise(error: Exception) -> bool:
    """Whether an error is none that Yahoo's and the network's known faults cause: a changed shape, or our mistake."""
    from curl_cffi.requests.exceptions import RequestException
    from yfinance.exceptions import YFException

    return not isinstance(error, MarketDataError | RequestException | YFException | ValueError)


def is_broken_cache(error: Exception) -> bool:
    """Whether yfinance's own files are unusable: damaged, or on a full disk."""
    return type(error).__module__ == "peewee"  # yfinance's database library, which is not ours to import


def is_not_data(error: Exception) -> bool:
    """Whether a page came instead of data, as a stale cookie or a consent form causes."""
    from tools.market_data.yahoo_session import NotData

    # JSON faults are ValueErrors; curl's own faults that are ValueErrors too are about our address, not its answer.
    return isinstance(error, NotData) or (isinstance(error, ValueError) and not isinstance(error, OSError))


def is_not_found(error: Exception) -> bool:
    """Whether Yahoo has nothing of that kind for the symbol."""
    from tools.market_data.yahoo_session import NotFound

    return isinstance(error, NotFound)


def told(error: Exception, subject: str) -> MarketDataError:
    """The error to raise for whatever yfinance, curl or the parsing of an answer raised."""
    from yfinance import exceptions as yahoo

    from tools.market_data.yahoo_session import Throttled

    if isinstance(error, MarketDataError):
        return error
    if isinstance(error, yahoo.YFRateLimitError):
        return _rate_limited(error.retry_after_seconds if isinstance(error, Throttled) else None)
    if is_not_found(error) or isinstance(error, yahoo.YFTickerMissingError | yahoo.YFInvalidPeriodError):
        # Its own words would be "possibly delisted", which it can't know.
        return NoData(f"Yahoo Finance has no data for {subject} right now; check the symbol, or ask again later.")
    return Unreachable(f"{_what_happened(error, subject)}, {_INSTEAD}.")


def _what_happened(error: Exception, subject: str) -> str:
    """The fault in words, and what may help."""
    from curl_cffi.requests import exceptions as curl

    from tools.market_data.yahoo_session import HostRefused

    if is_not_data(error):
        return "Yahoo Finance's answer was not data; ask again later"
    for kind, words in (
        (HostRefused, "Yahoo Finance sent us to another site, which was refused; check the network"),
        (curl.Timeout, "Yahoo Finance did not answer in time; ask again in a minute"),
        (
            curl.SSLError,
            "No safe (TLS) connection to Yahoo Finance could be made; check this machine's clock and certificates",
        ),
        (curl.RequestException, "Yahoo Finance can't be reached; check the network"),
    ):
        if isinstance(error, kind):
            return words
    return f"Yahoo Finance's answer on {subject} was not understood; update Tuppence if this goes on"


def _rate_limited(retry_after_seconds: float | None) -> RateLimited:
    wait = "in a few minutes"
    if retry_after_seconds is not None:
        minutes = math.ceil(retry_after_seconds / _MINUTE)
        wait = "in a minute" if minutes == 1 else f"in {minutes} minutes"
    return RateLimited(f"Yahoo Finance takes no more questions for now; ask again {wait}.", retry_after_seconds)
