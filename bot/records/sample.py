"""The sample portfolio of the first run, so that there is something to ask about. Always labelled as a sample.

Prices are the bundled history's adjusted closes in US dollars on those dates, so that gains agree with it.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from bot.records import portfolios, users
from tools.context import Portfolio, Transaction

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from bot.records.users import Actor

NAME = "Sample portfolio"
ACCOUNT = "Sample account"

_LOTS = (
    ("AAPL", "60", "42.083", date(2018, 3, 5)),
    ("MSFT", "30", "88.182", date(2018, 3, 5)),
    ("JNJ", "40", "107.372", date(2018, 6, 11)),
    ("JPM", "45", "94.309", date(2018, 11, 12)),
    ("KO", "80", "42.804", date(2019, 2, 4)),
    ("XOM", "60", "61.151", date(2019, 5, 20)),
    ("PG", "35", "108.473", date(2019, 9, 16)),
    ("UNH", "12", "239.901", date(2020, 3, 30)),
    ("HD", "20", "177.228", date(2020, 4, 6)),
    ("AAPL", "20", "114.586", date(2020, 10, 5)),
    ("WMT", "30", "137.512", date(2020, 11, 9)),
    ("MSFT", "10", "222.874", date(2021, 3, 8)),
    ("KO", "40", "52.334", date(2021, 6, 14)),
    ("XOM", "50", "57.093", date(2021, 6, 14)),
)
_TARGETS = {
    "AAPL": "0.12",
    "MSFT": "0.14",
    "JNJ": "0.10",
    "JPM": "0.10",
    "KO": "0.08",
    "XOM": "0.10",
    "PG": "0.08",
    "UNH": "0.10",
    "HD": "0.10",
    "WMT": "0.08",
}
WATCHLIST = ("LLY", "PEP", "CVX", "AMD", "BAC")


def sample_portfolio() -> Portfolio:
    """Ten US shares in fourteen lots, cash and target weights."""
    return Portfolio(
        name=NAME,
        base_currency="USD",
        transactions=tuple(
            Transaction(symbol, Decimal(quantity), Decimal(price), "USD", day, ACCOUNT)
            for symbol, quantity, price, day in _LOTS
        ),
        cash={"USD": Decimal("4250.00")},
        targets={symbol: Decimal(weight) for symbol, weight in _TARGETS.items()},
        is_sample=True,
    )


async def admit(session: AsyncSession, actor: Actor) -> bool:
    """Make the user known; a new one gets the sample portfolio and watchlist. True when it was new."""
    if not await users.ensure_user(session, actor):
        return False
    await portfolios.add_portfolio(session, actor, sample_portfolio())
    await portfolios.set_watchlist(session, actor, WATCHLIST)
    return True
