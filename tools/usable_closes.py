"""Which closes of a history can be prices at all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tools.freshness import is_future

if TYPE_CHECKING:
    from tools.context import ToolContext
    from tools.market_data.base import PriceHistory

IMPOSSIBLE_FACTOR = 20
"""No listed company moves so far in a day; pence taken for pounds, an unadjusted split and a bad tick do."""


def usable_places(context: ToolContext, history: PriceHistory) -> list[int]:
    """The positions of closes that can be prices: finite, above zero, in order, not from the future."""
    kept: list[int] = []
    for i, day in enumerate(history.dates):
        prices = (history.adjusted[i], history.adjusted[i] if history.closes is None else history.closes[i])
        if not all(math.isfinite(price) and price > 0 for price in prices):
            continue
        if (kept and day <= history.dates[kept[-1]]) or is_future(context, day):
            continue
        kept.append(i)
    return kept
