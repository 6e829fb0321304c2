"""Calls whose every argument the question holds, and which it asks for in so many words, where the model wrote none."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.messages import ToolCall
from bot.turn.choices.cues import compiled
from bot.turn.choices.refusals import ADVICE
from bot.turn.completions.alerts import direction_of
from bot.turn.completions.changes import ALERT, WATCH, WATCHED, watch_actions
from bot.turn.completions.plans import LOAN, SAVINGS
from tools.arguments import CURRENCY
from tools.parsing.surroundings import surrounded

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading

_OPEN = frozenset({"CLARIFY: missing", "CLARIFY: symbol"})
_SURE = -0.1
CONVERT = "convert_currency"
_PAIR = 2
_ALERTED = compiled(
    r"\b(?:alert|alarm|notification)\b",
    r"\b(?:buzz|ping|warn|alert|notify|text|tell|advise|inform|nudge|message|email|call|wake) (?:me|us) (?:if|when"
    r"|once|as soon as)\b",
    r"\b(?:if|when|once|as soon as|the second|the moment|in case)\b.*\b(?:let me know|tell me|ping me|shout at me"
    r"|text me|message me|alert me|warn me|notify me"
    r"|(?:i want|send me) (?:a |an )?(?:message|ping|alert|note|warning))\b",
    r"\b(?:let me know|tell me|ping me|shout at me|holler at me|holla at me) (?:the second|the moment)\b",
    r"\b(?:let me know|give me a (?:shout|heads up|ping|buzz)|shout|hit me up) (?:if|when|once|as soon as)\b",
)
_LISTED = compiled(
    r"\b(?:watch ?list|watched (?:stocks|names)|(?:names|stocks|shares|companies|ones) (?:that )?i (?:follow|watch"
    r"|track)"
    r"|(?:names|stocks|shares|companies) i am (?:watching|following|tracking))\b"
)
_IS_LISTED = compiled(
    r"^(?:<wait>)(?:is|are) (?:it|they|that|NAME)(?: \w+)? (?:on|in) (?:my|the) (?:watch ?list|list)\b",
    r"\b(?:do i|am i) (?:\w+ )?(?:follow|following|watch|watching|track|tracking) (?:it|them|NAME)\b",
)
_LIST_IT = compiled(
    r"\b(?:add|put|stick|throw|pop|save|slap|chuck|toss) (?:it|that|this|them|those)(?: one)? (?:\w+ )?(?:on|onto|to"
    r"|in)\b"
)
_CHANGED = re.compile(
    r"\b(?:add|put|remove|delete|drop|take|throw|stick|slap|pop|kick|chuck|toss|yeet|include|save|ditch|strike|start|stop)\b"
)
_BORROWED = compiled(
    r"\b(?:loans?|credit|mortgage|mtg|borrow\w*|lend\w*|owes?|owed|debt|financ(?:e|ing)|repay\w*|pay (?:it )?(?:back"
    r"|off)|clear it)\b",
    r"\b(?:from|to) (?:the |a |my )?bank\b",
)
_GROWN = compiled(
    r"\b(?:put|putting|chuck|stash|squirrel) aside\b|\baccounts? (?:that )?(?:pays?|paying|gives?)\b",
    r"\b(?:sav(?:e|es|ed|ing|ings)|invest\w*|grow\w*|compound\w*|capital|set aside|put away|accumulat\w*|deposit\w*"
    r"|nest egg)\b",
)
_AGAINST = re.compile(r"(?: \w+){0,3} (?:against|vs|versus|into)(?: the)? ", re.IGNORECASE)
_IS_IT = re.compile(r"\b(?:did|have|is|are|do|does) (?:i|we|it|NAME)\b")
_INTO = re.compile(r"\b(?:in|into|to|as|gets me in)\s*(?:the )?\Z", re.IGNORECASE)


def settle_ingredients(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """What the question says whole, without a doubt, is written out."""
    calls = _settle_plan_kind(calls, reading)
    for settle in (_settle_alert, _settle_watching, _settle_conversion):
        calls = settle(calls, reading)
    return calls


def _settle_plan_kind(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """A loan where one borrows, savings where one saves: both take the same amounts."""
    words = reading.skeleton.words
    borrowed, grown = _BORROWED.search(words) is not None, _GROWN.search(words) is not None
    if not borrowed and not grown:
        before = {call.name for call in reading.earlier} & {LOAN, SAVINGS}
        borrowed, grown = before == {LOAN}, before == {SAVINGS}
    if borrowed == grown:
        return calls
    meant, other = (LOAN, SAVINGS) if borrowed else (SAVINGS, LOAN)
    calls = [_without_twin(call) if meant == LOAN else call for call in calls]
    if any(call.name == meant or "monthly_contribution" in call.arguments for call in calls):
        return calls
    return [replace(call, name=meant) if call.name == other else call for call in calls]


def _without_twin(call: ToolCall) -> ToolCall:
    """A plan whose only amount was written as both of its amounts has no monthly one."""
    arguments = dict(call.arguments)
    if "principal" in arguments and arguments.get("monthly_contribution") == arguments["principal"]:
        del arguments["monthly_contribution"]
    return replace(call, arguments=arguments)


def _settle_alert(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    names, amounts = reading.skeleton.names, reading.amounts
    if len(names) != 1 or len(amounts) != 1 or any(call.name == ALERT for call in calls):
        return calls
    condition = direction_of(surrounded(reading.text, amounts)[0])
    if condition is None or not _ALERTED.search(reading.skeleton.words):
        return calls
    made = ToolCall(ALERT, {"symbol": names[0].text, "condition": condition, "price": amounts[0].text})
    return [made] if len(calls) < _PAIR else calls


def _settle_watching(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    words, names = reading.skeleton.words, reading.skeleton.names
    if len(calls) == 1 and calls[0].name == WATCH and _IS_LISTED.search(words) and not _CHANGED.search(words):
        return [ToolCall(WATCHED, {})]
    if (
        any(call.name == WATCH for call in calls)
        or not _LISTED.search(words)
        or _IS_IT.search(words)
        or not _CHANGED.search(words)
    ):
        return calls
    kept = [call for call in calls if call.name != WATCHED]
    if names:
        actions = watch_actions(surrounded(reading.text, names))
        if actions is None or len({action for _, action in actions}) != 1:
            return calls
        return [ToolCall(WATCH, {"action": actions[0][1], "symbols": [name for name, _ in actions]}), *kept]
    if reading.earlier_names and _LIST_IT.search(words):
        return [ToolCall(WATCH, {"action": "add", "symbols": list(reading.earlier_names)}), *kept]
    return calls


def _settle_conversion(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    spans = CURRENCY.find(reading.text)
    codes = [reading.means(CURRENCY, span.text) for span in spans]
    pair = list(dict.fromkeys(codes))
    if calls or len(pair) != _PAIR or None in pair or reading.names or len(reading.amounts) > 1:
        return calls
    first, second = (spans[codes.index(code)] for code in pair)
    if ADVICE.search(reading.skeleton.words) or reading.draft.text == "DECLINE: trade_order":
        return calls
    if reading.draft.text not in _OPEN and (
        reading.is_surer(_SURE) or not _AGAINST.fullmatch(reading.text[first.end : second.start])
    ):
        return calls
    if _INTO.search(reading.text[: first.start]) and reading.amounts and reading.amounts[0].end > first.end:
        first, second = second, first
    arguments: dict[str, Any] = {"from_currency": first.text, "to_currency": second.text}
    if reading.amounts:
        arguments = {"amount": reading.amounts[0].text, **arguments}
    return [ToolCall(CONVERT, arguments)]
