"""The market-data socket: one protocol, one file for each provider, and the table of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from tools.market_data.reachability import is_reachable, yahoo_answers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tools.market_data.base import MarketData

MarketDataMode = Literal["auto", "yahoo", "snapshot"]

SNAPSHOT_NOTE = "Prices are from the bundled history; set TUPPENCE_MARKET_DATA=yahoo to connect Yahoo Finance."
UNREACHABLE_NOTE = "Yahoo Finance can't be reached, so the bundled history answers; check the network for live prices."

UNCHANGING = "bundled history"
"""The name of the source whose data stays as it is for ever; a test holds it to the source's own."""


def unchanging_note(market: MarketData, consequence: str) -> str:
    """That the data never changes, what that means for what was set just now, and the fix; "" for live data."""
    if market.name != UNCHANGING:
        return ""
    return f"The {UNCHANGING} never changes, so {consequence}; set TUPPENCE_MARKET_DATA=yahoo to connect Yahoo Finance."


def _yahoo(home: Path) -> MarketData:
    """Yahoo behind a cache; its cookies and symbols are kept in the data folder, its import begins at once."""
    from tools.market_data.cache import CachedMarketData
    from tools.market_data.yahoo import YahooMarketData

    provider = YahooMarketData(home / "yahoo")
    provider.warm_up()
    return CachedMarketData(provider)


def _snapshot(home: Path) -> MarketData:  # noqa: ARG001 (it keeps nothing)
    from tools.market_data.snapshot import SnapshotMarketData

    return SnapshotMarketData()


PROVIDERS: dict[str, Callable[[Path], MarketData]] = {"yahoo": _yahoo, "snapshot": _snapshot}
"""What `TUPPENCE_MARKET_DATA` may name besides "auto" → how it is made from the data folder."""


async def choose_market_data(
    mode: MarketDataMode,
    *,
    home: Path,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    probe: Callable[[], bool] = yahoo_answers,
) -> tuple[MarketData, str]:
    """The provider to use, and a note for people, "" where there is nothing to say.

    "auto" is Yahoo when it answers within two seconds, or did within the last hour, else the bundled history.
    """
    if mode != "auto":
        return PROVIDERS[mode](home), SNAPSHOT_NOTE if mode == "snapshot" else ""
    if await is_reachable(home, now=now, probe=probe):
        return PROVIDERS["yahoo"](home), ""
    return PROVIDERS["snapshot"](home), UNREACHABLE_NOTE
