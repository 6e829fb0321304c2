"""yfinance itself: set up to our liking, and rid of what it keeps for too long."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tools.market_data.yahoo_session import YahooSession

log = logging.getLogger(__name__)


def set_up(folder: Path, make_session: Callable[[], YahooSession] | None) -> YahooSession:
    """Imports yfinance, keeps its files in `folder`, makes it raise instead of guess, and gives it our session."""
    import yfinance
    from yfinance.data import YfData

    from tools.market_data.yahoo_session import YahooSession

    yfinance.set_tz_cache_location(str(folder))  # cookies and symbols too, in spite of its name
    yfinance.config.debug.hide_exceptions = False
    # Its warnings tell what its exceptions tell.
    logging.getLogger("yfinance").setLevel(logging.CRITICAL)
    session = (make_session or YahooSession)()
    YfData(session=session)
    return session


def ticker(session: YahooSession, symbol: str) -> Any:
    """A `yfinance.Ticker` that uses `session`."""
    import yfinance

    # Always with the session: without, yfinance makes a new one for each ticker.
    return yfinance.Ticker(symbol, session=session)


def forget_answers(session: YahooSession) -> None:
    """Empties yfinance's own cache: it keeps answers about the past for ever, though each dividend changes them."""
    from yfinance.data import YfData

    YfData(session=session).cache_get.cache_clear()


def forget_login(session: YahooSession) -> None:
    """Drops cookie and crumb, which may be what made Yahoo answer with a page."""
    from yfinance.cache import get_cookie_cache
    from yfinance.data import YfData

    data = YfData(session=session)
    with data._cookie_lock:  # noqa: SLF001 (yfinance has no public way to drop them)
        data._crumb = None  # noqa: SLF001
        data._cookie = None  # noqa: SLF001
        session.cookies.clear()
        get_cookie_cache().store("curlCffi", None)


def keep_nothing() -> None:
    """Does without yfinance's files, as it does itself where it can't make them."""
    from yfinance.cache import get_cookie_cache, get_tz_cache

    log.warning("Yahoo Finance's cookies and time zones can't be kept: their files are damaged, or the disk is full")
    get_tz_cache().dummy = get_cookie_cache().dummy = True
