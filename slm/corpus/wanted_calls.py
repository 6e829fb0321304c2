"""Which calls a filled question asks for, with arguments copied as they could be at run time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.evaluation.scoring import reading_context
from slm.chat_format import Call
from slm.corpus.signatures import SIGNATURES, Unusable, arrange
from tools.arguments import SYMBOL, TERM

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from slm.corpus.phrases import Template


@dataclass(frozen=True, slots=True)
class Part:
    """A filled piece of a question: `question[start:end]` says `meaning`."""

    meaning: str
    start: int
    end: int


def wanted_calls(template: Template, question: str, parts: Sequence[Part]) -> tuple[Call, ...]:
    """The calls that a filled template asks for. Raises `Unusable` when an argument could not be copied at run time."""
    said: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        said[part.meaning].append(copied(question, part))
    takers = [ask for ask in template.asks if _takes("symbol", ask.tool)]
    symbols = _share_symbols([ask.tool for ask in takers], said["symbol"])
    calls: list[Call] = []
    timed = _timed(template, question, parts)
    for place, ask in enumerate(template.asks):
        own = symbols.pop(0) if _takes("symbol", ask.tool) else []
        single = next((a for a in SIGNATURES[ask.tool] if a.kind and a.slots == ("symbol",)), None)
        groups = [[name] for name in own] if single and not single.is_list and len(own) > 1 else [own]
        again = [other.tool for other in template.asks].count(ask.tool) > 1
        needed = [slot for other in template.asks[place + 1 :] for slot in _needed(other.tool)]
        offered = said if timed is None else {**said, "period": [*said["period"]] if place in timed else []}
        values = _values(ask.tool, dict(ask.closed), offered, needed, shared=len(template.asks) > 1, again=again)
        calls += [Call(ask.tool, arrange(ask.tool, {**values, "symbol": group})) for group in groups]
    return tuple(calls)


OWN_TIMED = frozenset({"get_portfolio_performance", "get_portfolio_income"})


def _timed(template: Template, question: str, parts: Sequence[Part]) -> tuple[int, ...] | None:
    """Which of two asks a period said once is for: both, where both are of one's own money, else the nearer one."""
    periods = [part for part in parts if part.meaning == "period"]
    tools = [ask.tool for ask in template.asks]
    if len(periods) != 1 or len(set(tools)) != 2 or not all(_takes("period", tool) for tool in tools):
        return None
    if OWN_TIMED.issuperset(tools):
        return (0, 1)
    return (1,) if periods[0].start > len(question) / 2 else (0,)


def _needed(tool: str) -> list[str]:
    """The slots that a tool can't do without."""
    return [slot for argument in SIGNATURES[tool] if argument.required for slot in argument.slots]


def _values(
    tool: str,
    closed: dict[str, str],
    said: dict[str, list[str]],
    needed: Sequence[str],
    *,
    shared: bool,
    again: bool,
) -> dict[str, Any]:
    """Slot meaning → what this tool takes of it; a value that several tools could take goes in order.

    What later tools have `needed` is left to them by one that can do without.
    """
    values: dict[str, Any] = dict(closed)
    for argument in SIGNATURES[tool]:
        for slot in argument.slots:
            if slot == "symbol" or not said.get(slot):
                continue
            if not argument.required and len(said[slot]) <= needed.count(slot):
                continue
            # Said once, asked of the same tool twice, both take it: "30k at 7% over 5 and over 7 years".
            values[slot] = said[slot].pop(0) if shared and (len(said[slot]) > 1 or not again) else said[slot][0]
            break
    return values


def copied(question: str, part: Part) -> str:
    """The candidate at run time that holds this fill: what the model must copy."""
    text = question[part.start : part.end]
    finder = FINDERS.get(part.meaning)
    if finder is None:
        return text
    spans = finder(question)
    if part.meaning in NARROWED:
        offered = NARROWED[part.meaning](spans, reading_context())
        if text not in {span.text for span in offered}:
            raise Unusable(part.meaning)
        return text
    holding = [span for span in spans if span.start <= part.start and part.end <= span.end]
    if not holding:
        raise Unusable(f"{part.meaning}: {text.lower()}")
    return str(holding[0].text)


def _finders() -> dict[str, Callable[[str], list[Any]]]:
    found: dict[str, Callable[[str], list[Any]]] = {}
    for signature in SIGNATURES.values():
        for argument in signature:
            if argument.kind is not None:
                found.update(dict.fromkeys(argument.slots, argument.kind.find))
    return found


FINDERS = _finders()
NARROWED = {"symbol": SYMBOL.narrow, "term": TERM.narrow}


def _takes(slot: str, tool: str) -> bool:
    return any(argument.slots == (slot,) for argument in SIGNATURES[tool])


LISTS = frozenset(tool for tool, signature in SIGNATURES.items() if any(argument.is_list for argument in signature))


def _share_symbols(tools: Sequence[str], symbols: list[str]) -> list[list[str]]:
    """Who gets which names: one name serves all, otherwise in order, lists taking what is left."""
    if len(symbols) == 1:
        return [list(symbols) for _ in tools]
    if len(tools) <= 1:
        return [list(symbols) for _ in tools]
    if len(symbols) == 2 and "compare_performance" in tools:  # both are compared; lists take both too, news takes none
        return [list(symbols) if tool in LISTS else [] for tool in tools]
    spare = len(symbols) - len(tools)
    if spare < 0:
        raise Unusable("fewer names than tools")
    shared: list[list[str]] = []
    left = list(symbols)
    for tool in tools:
        is_list = tool in LISTS
        take = 1 + (spare if is_list else 0)
        if is_list:
            spare = 0
        shared.append(left[:take])
        left = left[take:]
    return shared
