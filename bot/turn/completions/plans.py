"""Savings and loans: which amount is which, which rate and which length of time are meant."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.messages import ToolCall
from tools.arguments import NUMBER
from tools.parsing.contributions import parse_contributions

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading
    from tools.parsing.spans import Span

SAVINGS, LOAN = "project_growth", "loan_payment"
_PAIR = 2
_BORROWED = re.compile(
    r"\b(?:loans?|mortgages?|mtg|borrow\w*|credit|debt|owe|financ(?:e|ing)|repay\w*)\b", re.IGNORECASE
)
_GROWN = re.compile(r"\b(?:sav(?:e|es|ing|ings)|invest\w*|grow\w*|compound\w*|put away|deposit\w*)\b", re.IGNORECASE)
_PUT_AWAY = re.compile(
    r"\b(?:i|we|me) (?:put|save|set|stash|add|deposit|invest|contribute|place)\b|\b(?:saving|putting|setting) ",
    re.IGNORECASE,
)
_A_MONTH = re.compile(
    r" ?(?:dollars|bucks|quid|euros?|pounds|francs|usd|eur|gbp|chf)?(?: ?(?:a|per|each|every|/) ?month\b"
    r"| (?:monthly|pm|p/m)\b)",
    re.IGNORECASE,
)
_AMOUNTS = ("principal", "monthly_contribution")


def settle_plan(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The amounts of an only savings plan by the words beside them; an only rate and an only length are its own."""
    plans = [call for call in calls if call.name in {SAVINGS, LOAN}]
    if calls and len(plans) == len(calls):
        if all(call == calls[0] for call in calls) or {call.name for call in plans} == {SAVINGS, LOAN}:
            calls = _two_plans(reading) or calls
        calls = plans = _one_of_same([_grown(call, reading) for call in calls], reading)
    if len(plans) != 1:
        return calls
    plan = plans[0]
    arguments = dict(plan.arguments)
    _settle_shared(arguments, plan.name, reading)
    _settle_only(arguments, "annual_rate_percent", reading.rates, reading)
    _settle_only(arguments, "years", reading.lengths, reading)
    if plan.name == SAVINGS and not _others_take_amounts(calls, plan, reading):
        _settle_amounts(arguments, reading)
    return [replace(plan, arguments=arguments) if call is plan else call for call in calls]


def _one_of_same(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """One plan of several at the same rate over the same time: what is there and what is added are one plan's."""
    if len(calls) < _PAIR or any(call.name != SAVINGS for call in calls):
        return calls
    said = parse_contributions(reading.text, reading.names)
    if said is None or said.principal is None or said.monthly is None:
        return calls
    kinds = {tuple(str(call.arguments.get(name)) for name in ("annual_rate_percent", "years")) for call in calls}
    amounts = [tuple(str(call.arguments.get(name)) for name in _AMOUNTS) for call in calls]
    return calls[:1] if len(kinds) == 1 and len(set(amounts)) > 1 else calls


def _grown(call: ToolCall, reading: Reading) -> ToolCall:
    """A loan that nothing is borrowed for is a savings plan where something is put away every month."""
    if call.name != LOAN or _BORROWED.search(reading.text) or not _PUT_AWAY.search(reading.text):
        return call
    said = parse_contributions(reading.text, reading.names)
    if said is None or said.monthly is None or said.monthly.text != call.arguments.get("principal"):
        return call
    arguments = {key: value for key, value in call.arguments.items() if key != "principal"}
    return replace(call, name=SAVINGS, arguments={**arguments, "monthly_contribution": said.monthly.text})


def _two_plans(reading: Reading) -> list[ToolCall]:
    """Two whole plans one after the other ("20k saved at 6% over 10 years, and a 20k loan at ..."); else none."""
    amounts = [span for span in reading.amounts if any(map(str.isdigit, span.text))]
    kinds = (amounts, reading.rates, reading.lengths)
    if any(len(spans) != _PAIR for spans in kinds):
        return []
    first, second = ([spans[place] for spans in kinds] for place in range(_PAIR))
    cut = max(span.end for span in first)
    if any(span.start < cut for span in second):
        return []
    made = [_plan(first, reading.text[:cut]), _plan(second, reading.text[cut:])]
    if made[1] and made[1].name == LOAN and not made[0]:  # "if I put 50,000 at 6%, and with a loan of 50,000 at 9%"
        made[0] = _saved(first, reading.text[:cut])
    if made[0] and not made[1]:  # "a loan of 35,000 at 5% for 5 years, then 35,000 at 6% for 7"
        made[1] = _plan(second, reading.text)
    return [plan for plan in made if plan] if all(made) else []


def _plan(values: list[Span], words: str) -> ToolCall | None:
    """The plan of one part of a question, by its amount, rate and length of time."""
    amount, rate, length = (span.text for span in values)
    borrowed, grown = _BORROWED.search(words) is not None, _GROWN.search(words) is not None
    if borrowed == grown:
        return None
    arguments: dict[str, Any] = {"annual_rate_percent": rate, "years": length}
    if borrowed:
        return ToolCall(LOAN, {"principal": amount, **arguments})
    return _saved(values, words)


def _saved(values: list[Span], words: str) -> ToolCall:
    amount, rate, length = (span.text for span in values)
    said = parse_contributions(words)
    name = "monthly_contribution" if said and said.monthly else "principal"
    return ToolCall(SAVINGS, {name: amount, "annual_rate_percent": rate, "years": length})


def _settle_shared(arguments: dict[str, object], tool: str, reading: Reading) -> None:
    """An amount is no length of time and no rate besides: those of "and if I save 200" are the ones of before."""
    amounts = [arguments[name] for name in _AMOUNTS if name in arguments]
    before = next((call.arguments for call in reading.earlier if call.name == tool), {})
    for name in ("years", "annual_rate_percent"):
        said = arguments.get(name)
        if said in amounts and len(re.findall(rf"(?<!\w){re.escape(str(said))}(?!\w)", reading.text)) == 1:
            del arguments[name]
            if name in before:
                arguments[name] = before[name]


def _settle_only(arguments: dict[str, object], name: str, spans: list[Span], reading: Reading) -> None:
    """Where the question says one value of a kind, it is this argument, if the call has none of the question's own."""
    said = arguments.get(name)
    is_own = said is not None and reading.place(said) is not None and not str(said).lower().startswith("a ")
    is_other = any(value == said for other, value in arguments.items() if other != name)
    if len(spans) == 1 and (not is_own or is_other):
        arguments[name] = spans[0].text


def _settle_amounts(arguments: dict[str, object], reading: Reading) -> None:
    said = parse_contributions(reading.text, reading.names)
    if said is None:
        monthly = [span for span in reading.amounts if _A_MONTH.match(reading.text, span.end)]
        if len(monthly) == 1 and "monthly_contribution" in arguments:
            arguments["monthly_contribution"] = monthly[0].text
        return
    here = {reading.means(NUMBER, span.text) for span in (said.principal, said.monthly) if span}
    for name, span in zip(_AMOUNTS, (said.principal, said.monthly), strict=True):
        value = reading.means(NUMBER, arguments[name]) if name in arguments else None
        if span is None:
            if value in here:
                del arguments[name]  # it is the other amount
        elif value != reading.means(NUMBER, span.text):
            arguments[name] = span.text


def _others_take_amounts(calls: list[ToolCall], plan: ToolCall, reading: Reading) -> bool:
    """Whether an amount of the question may belong to another call and not to the plan."""
    mine = {reading.means(NUMBER, plan.arguments[name]) for name in _AMOUNTS if name in plan.arguments}
    return any(
        call is not plan and (p := reading.parameter(call, name)) and reading.means(p.kind or NUMBER, value) not in mine
        for call in calls
        for name, value in call.arguments.items()
        if name in {"amount", "price", "limit", "max_price", "min_price", "max_pe", "min_market_cap"}
    )
