"""What goes wrong between yfinance and Yahoo, told as the errors of `tools.errors`."""

from __future__ import annotations

import logging
import math

from tools.errors import MarketDataError, NoData, RateLimited, Unreachable

log = logging.getLogger(__name__)

_MINUTE = 60
_INSTEAD = "or set TUPPENCE_MARKET_DATA=snapshot to use the bundled history"


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
    from curl_cffi.requests import exceptions as curl
    from yfinance import exceptions as yahoo

    from tools.market_data.yahoo_session import HostRefused, Throttled

    if isinstance(error, MarketDataError):
        return error
    if isinstance(error, yahoo.YFRateLimitError):
        return _rate_limited(error.retry_after_seconds if isinstance(error, Throttled) else None)
    if is_not_found(error) or isinstance(error, yahoo.YFTickerMissingError | yahoo.YFInvalidPeriodError):
        # Its own words would be "possibly delisted", which it can't know.
        return NoData(f"Yahoo Finance has no data for {subject} right now; check the symbol, or ask again later.")
    if isinstance(error, HostRefused):
        return Unreachable(f"Yahoo Finance sent us to another site, which was refused; check the network, {_INSTEAD}.")
    if isinstance(error, curl.Timeout):
        return Unreachable("Yahoo Finance did not answer in time; ask again in a minute.")
    if isinstance(error, curl.SSLError):
        return Unreachable(
            "Yahoo Finance's TLS certificate could not be verified; check this machine's clock, certificates and "
            f"proxy, {_INSTEAD}."
        )
    if is_not_data(error):
        return Unreachable(f"Yahoo Finance answered with a page instead of data; ask again later, {_INSTEAD}.")
    if isinstance(error, curl.RequestException):
        return Unreachable(f"Yahoo Finance can't be reached; check the network, {_INSTEAD}.")
    log.warning("Yahoo Finance's answer on %s could not be read: %s: %s", subject, type(error).__name__, error)
    return Unreachable(
        f"Yahoo Finance's answer on {subject} was not understood; update Tuppence if this goes on, {_INSTEAD}."
    )


def _rate_limited(retry_after_seconds: float | None) -> RateLimited:
    wait = "in a few minutes"
    if retry_after_seconds is not None:
        minutes = math.ceil(retry_after_seconds / _MINUTE)
        wait = "in a minute" if minutes == 1 else f"in {minutes} minutes"
    return RateLimited(f"Yahoo Finance takes no more questions for now; ask again {wait}.", retry_after_seconds)
