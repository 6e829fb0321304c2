"""Which slot of a phrase becomes which argument of which tool; a test holds this against the real tools."""

from __future__ import annotations

from typing import Any, NamedTuple

from tools import arguments as kinds
from tools.arguments import Kind


class Unusable(Exception):
    """A fill that the span finder can't offer at run time; another is drawn."""


class Argument(NamedTuple):
    """One argument: the slot meanings it may be filled from, its kind (None: closed), and its shape."""

    name: str
    slots: tuple[str, ...]
    kind: Kind | None
    is_list: bool = False
    required: bool = True


_SYMBOL = Argument("symbol", ("symbol",), kinds.SYMBOL)
_SYMBOLS = Argument("symbols", ("symbol",), kinds.SYMBOL, is_list=True)
_PERIOD = Argument("period", ("period",), kinds.PERIOD, required=False)
_YEARS = Argument("years", ("years",), kinds.YEARS)
_RATE = Argument("annual_rate_percent", ("rate",), kinds.PERCENT)


def _limit(name: str, slot: str, kind: Kind = kinds.NUMBER) -> Argument:
    return Argument(name, (slot,), kind, required=False)


SIGNATURES: dict[str, tuple[Argument, ...]] = {
    "find_symbol": (Argument("query", ("symbol",), kinds.NAME),),
    "get_quote": (_SYMBOLS,),
    "get_price_history": (_SYMBOL, _PERIOD),
    "compare_performance": (_SYMBOLS, _PERIOD),
    "get_fundamentals": (_SYMBOL,),
    "get_news": (_SYMBOL._replace(required=False),),
    "get_events": (_SYMBOL,),
    "get_technicals": (_SYMBOL,),
    "get_market_overview": (),
    "get_market_status": (_limit("exchange", "exchange", kinds.EXCHANGE),),
    "get_sector_performance": (_PERIOD,),
    "screen_stocks": (
        _limit("sector", "sector", kinds.SECTOR),
        _limit("max_price", "max_price", kinds.PRICE),
        _limit("min_price", "min_price", kinds.PRICE),
        _limit("max_pe", "max_pe", kinds.PRICE),
        _limit("min_dividend_yield_percent", "min_yield", kinds.PERCENT),
        _limit("min_market_cap", "min_cap", kinds.MARKET_VALUE),
        Argument("sort_by", (), None, required=False),
        _limit("limit", "limit", kinds.COUNT),
    ),
    "convert_currency": (
        Argument("amount", ("amount",), kinds.NUMBER, required=False),
        Argument("from_currency", ("from",), kinds.CURRENCY),
        Argument("to_currency", ("to",), kinds.CURRENCY),
        _limit("date", "date", kinds.DATE),
    ),
    "get_portfolio": (),
    "get_portfolio_performance": (_PERIOD,),
    "get_portfolio_risk": (),
    "get_portfolio_income": (_PERIOD,),
    "suggest_rebalance": (),
    "get_watchlist": (),
    "project_growth": (
        Argument("principal", ("money", "amount"), kinds.NUMBER, required=False),
        _RATE,
        _YEARS,
        _limit("monthly_contribution", "monthly"),
    ),
    "loan_payment": (Argument("principal", ("money", "amount"), kinds.NUMBER), _RATE, _YEARS),
    "define_term": (Argument("term", ("term",), kinds.TERM),),
    "propose_watchlist_change": (Argument("action", (), None), _SYMBOLS),
    "propose_price_alert": (
        _SYMBOL,
        Argument("condition", (), None),
        Argument("price", ("price", "money"), kinds.PRICE),
    ),
}


def arrange(tool: str, values: dict[str, Any]) -> dict[str, Any]:
    """Slot meanings and closed arguments → the arguments in the tool's order. Raises `Unusable` if one is missing."""
    arguments: dict[str, Any] = {}
    for argument in SIGNATURES[tool]:
        value = _value(argument, values)
        if value:
            arguments[argument.name] = value
        elif argument.required:
            raise Unusable(f"{tool} without {argument.name}")
    if tool == "compare_performance" and len(set(arguments["symbols"])) < 2:
        raise Unusable("compare with one name")
    return arguments


def _value(argument: Argument, values: dict[str, Any]) -> Any:
    if argument.kind is None:
        return values.get(argument.name)
    for slot in argument.slots:
        value = values.get(slot)
        if value:
            if slot == "symbol":
                return list(dict.fromkeys(value)) if argument.is_list else value[0]
            return value
    return None
