"""The whole list of tools a model is offered. To add one: write the function, name it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tools.knowledge.glossary import define_term
from tools.market.currency import convert_currency
from tools.market.events import get_events
from tools.market.fundamentals import get_fundamentals
from tools.market.news import get_news
from tools.market.overview import get_market_overview, get_sector_performance
from tools.market.price_history import compare_performance, get_price_history
from tools.market.quotes import get_quote
from tools.market.screener import screen_stocks
from tools.market.status import get_market_status
from tools.market.symbols import find_symbol
from tools.market.technicals import get_technicals
from tools.planning.calculators import loan_payment, project_growth
from tools.portfolio.holdings import get_portfolio
from tools.portfolio.income import get_portfolio_income
from tools.portfolio.performance import get_portfolio_performance
from tools.portfolio.rebalance import suggest_rebalance
from tools.portfolio.risk import get_portfolio_risk
from tools.portfolio.watchlist import get_watchlist
from tools.proposals import propose_price_alert, propose_watchlist_change

if TYPE_CHECKING:
    from tools.toolbox import ToolFunction

TOOLS: tuple[ToolFunction, ...] = (
    # one company, fund or index
    find_symbol,
    get_quote,
    get_price_history,
    compare_performance,
    get_fundamentals,
    get_news,
    get_events,
    get_technicals,
    # the market as a whole
    get_market_overview,
    get_market_status,
    get_sector_performance,
    screen_stocks,
    convert_currency,
    # the asker's own portfolio
    get_portfolio,
    get_portfolio_performance,
    get_portfolio_risk,
    get_portfolio_income,
    suggest_rebalance,
    get_watchlist,
    # plans and words
    project_growth,
    loan_payment,
    define_term,
    # changes that only a person can make
    propose_watchlist_change,
    propose_price_alert,
)
"""In the order the model reads them."""

PERSONAL_TOOLS = frozenset(tool.__name__ for tool in TOOLS if tool.__module__.startswith("tools.portfolio.")) | {
    propose_watchlist_change.__name__,
    propose_price_alert.__name__,
}
"""Those that read what a person holds or watches, or prepare a change of what is theirs alone, as an alert is."""
