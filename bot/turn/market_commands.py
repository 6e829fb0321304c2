"""Typed commands that look something up: no model reads them, and their calls run like a model's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.messages import ToolCall
from tools.parsing.periods import parse_period
from tools.toolbox import MAX_LIST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tools.context import SymbolResolver

    Asked = tuple[ToolCall, ...] | str
    """The calls of a command, or what to say instead."""

_BETWEEN = frozenset("& + a about and at between for from in of on or the to versus vs vs. with".split())
"""Words around names, in small letters: "compare Apple with Microsoft", but "ON" is a ticker."""
_LONGEST_NAME = 6
_PORTFOLIO = {
    "": ("get_portfolio", False),
    "performance": ("get_portfolio_performance", True),
    "risk": ("get_portfolio_risk", False),
    "income": ("get_portfolio_income", True),
}
"""What can follow `/portfolio` → the tool, and whether it takes a period."""


def quote(words: Sequence[str], symbols: SymbolResolver) -> Asked:
    """Prices now: `/quote NVDA MSFT`."""
    names = names_in(words, symbols)
    if not names:
        return "Say whose price, as in `/quote NVDA MSFT`."
    return _refused(names) or _of_each(names, symbols, lambda known: ToolCall("get_quote", {"symbols": known}))


def chart(words: Sequence[str], symbols: SymbolResolver) -> Asked:
    """How a price moved: `/chart AAPL 5y`, `/chart AAPL since 2020`."""
    names, period = _with_period(words, symbols)
    if not names:
        return "Say of what, and over which time if not a year, as in `/chart AAPL 5y`."
    if len(names) > 1:
        return _refused(names) or (ToolCall("compare_performance", {"symbols": names, **period}),)
    return (ToolCall("get_price_history", {"symbol": names[0], **period}),)


def compare(words: Sequence[str], symbols: SymbolResolver) -> Asked:
    """Which did better: `/compare AAPL MSFT since 2020`."""
    names, period = _with_period(words, symbols)
    if not names:
        return "Say two or more, and over which time if not a year, as in `/compare AAPL MSFT since 2020`."
    return _refused(names) or (ToolCall("compare_performance", {"symbols": names, **period}),)


def news(words: Sequence[str], symbols: SymbolResolver) -> Asked:
    """Headlines: `/news AAPL`, `/news` for the market."""
    names = names_in(words, symbols)
    if not names:
        return (ToolCall("get_news", {}),)
    return _refused(names) or tuple(ToolCall("get_news", {"symbol": name}) for name in names)


def portfolio(words: Sequence[str], _: SymbolResolver) -> Asked:
    """What you hold: `/portfolio`, `/portfolio performance ytd`, `/portfolio risk`, `/portfolio income 2022`."""
    part, *rest = [word.lower() for word in words] or [""]
    tool, takes_period = _PORTFOLIO.get(part, ("", False))
    period = parse_period(" ".join(rest)) if rest else None
    if not tool or (rest and not (takes_period and period)):
        return "Say `/portfolio`, `/portfolio performance ytd`, `/portfolio risk` or `/portfolio income 2022`."
    return (ToolCall(tool, {"period": " ".join(rest)} if rest else {}),)


def ask(_: Sequence[str], __: SymbolResolver) -> Asked:
    """A question in plain words: `/ask how did Apple do in 2022?`."""
    return "Say what you would like to know, as in `/ask how did Apple do in 2022?`."


LOOK_UPS: dict[str, Callable[[Sequence[str], SymbolResolver], Asked]] = {
    "ask": ask,
    "chart": chart,
    "compare": compare,
    "news": news,
    "portfolio": portfolio,
    "quote": quote,
}
"""Name → what it asks for. `/ask` with words never gets here: they are the question."""


def look_ups(text: str, symbols: SymbolResolver) -> Asked | None:
    """What "/name words…" asks for; None where it is no such command."""
    name, *words = text.removeprefix("/").split()[:60] or [""]
    command = LOOK_UPS.get(name.lower())
    return command(words, symbols) if command else None


def names_in(words: Sequence[str], symbols: SymbolResolver) -> list[str]:
    """The names among words, as they were typed: "coca cola, NVDA and foo bar" → coca cola; NVDA; foo bar.

    Words that no name is known of stay together, so that the person is told of them.
    """
    names: list[str] = []
    unknown: list[str] = []
    rest = list(words)
    while rest:
        length = _length_of_name(rest, symbols)
        if not length and rest[0].strip(",;") not in _BETWEEN:
            unknown.append(rest[0].strip(",;"))
        elif unknown:
            names.append(" ".join(unknown))
            unknown = []
        if length:
            names.append(" ".join(rest[:length]).strip(",;"))
        elif unknown and rest[0].endswith((",", ";")):
            names.append(" ".join(unknown))
            unknown = []
        rest = rest[max(length, 1) :]
    if unknown:
        names.append(" ".join(unknown))
    return list(dict.fromkeys(name for name in names if name))


def _length_of_name(words: Sequence[str], symbols: SymbolResolver) -> int:
    """How many of the first words are one name, the longest there is; 0 for none. Exact names come first."""
    longest = next((n for n, word in enumerate(words, 1) if word.endswith((",", ";"))), len(words))
    pieces = [(n, " ".join(words[:n]).strip(",;")) for n in range(min(longest, _LONGEST_NAME), 0, -1)]
    for is_name in (symbols.knows, symbols.means_one):
        for length, piece in pieces:
            if words[length - 1].strip(",;") not in _BETWEEN and is_name(piece):
                return length
    return 0


def _with_period(words: Sequence[str], symbols: SymbolResolver) -> tuple[list[str], dict[str, str]]:
    """(the names, the period as an argument): a period is what can be read as one at the end."""
    for start in range(1, len(words)):
        said = " ".join(words[start:])
        if parse_period(said):
            return names_in(words[:start], symbols), {"period": said}
    return names_in(words, symbols), {}


def _refused(names: Sequence[str]) -> str:
    """Why so many names can't be looked up, "" where they can."""
    return f"Name at most {MAX_LIST} at once." if len(names) > MAX_LIST else ""


def _of_each(names: list[str], symbols: SymbolResolver, call: Callable[[list[str]], ToolCall]) -> tuple[ToolCall, ...]:
    """One call for all names that are known, and one for each other, so that it hides nobody else's figures."""
    known = [name for name in names if symbols.knows(name) or symbols.means_one(name)]
    return tuple(call(each) for each in ([known] if known else []) + [[name] for name in names if name not in known])
