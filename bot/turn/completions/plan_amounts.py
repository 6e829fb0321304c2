"""The amounts of a savings plan that a follow-up changes: what is there at the start, and what is added monthly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.turn.completions.returns import MONTHLY
from tools.parsing.surroundings import mended_words

if TYPE_CHECKING:
    from bot.messages import ToolCall
    from bot.turn.completions.reading import Reading

_ON_TOP = re.compile(r"\b(?:on top|extra|as well|too|also|ads?|add(?:s|ed|ing)?|besides|plus)\b", re.IGNORECASE)
_AT_START = re.compile(
    r"\b(?:start\w*|lump|upfront|initial\w*|to begin|put in|on top|have|got|already|plus)\b", re.IGNORECASE
)
_STARTS = re.compile(r"\b(?:start\w*|strat|lump|upfront|initial\w*|begin\w*)\b")
_AMOUNTS = ("principal", "monthly_contribution")


def with_amounts(arguments: dict[str, Any], before: ToolCall, reading: Reading) -> dict[str, Any]:
    """The `arguments` of a savings plan that goes on with the plan `before`, with what both put in."""
    changed = dict(arguments)
    if amounts := _put_in(before, reading):
        return {name: said for name, said in arguments.items() if name not in _AMOUNTS} | amounts
    if _is_monthly(arguments, before, reading):
        changed["monthly_contribution"] = changed.pop("principal")
    elif "principal" in before.arguments and _ON_TOP.search(reading.text):
        if changed.get("principal") == changed.get("monthly_contribution"):  # of one amount, what is put in monthly
            changed.pop("principal", None)
        changed.setdefault("principal", before.arguments["principal"])
    return changed


def _put_in(before: ToolCall, reading: Reading) -> dict[str, Any]:
    """What is put in at once and monthly, where the question says which of the two its only amount changes."""
    words = mended_words(reading.text)
    is_monthly, at_start = MONTHLY.search(words) is not None, _STARTS.search(words) is not None
    beside = [*reading.rates, *reading.lengths]
    amounts = [each for each in reading.amounts if not any(o.start <= each.start < o.end for o in beside)]
    if len(amounts) != 1 or is_monthly == at_start:
        return {}
    changed, other = _AMOUNTS if at_start else _AMOUNTS[::-1]
    kept = {name: said for name, said in before.arguments.items() if name in _AMOUNTS}
    if changed not in kept and "instead" in words:
        kept.pop(other, None)
    return {**kept, changed: amounts[0].text}


def _is_monthly(arguments: dict[str, Any], before: ToolCall, reading: Reading) -> bool:
    """Whether an amount stands for the contribution of before, of a plan that has no other."""
    if "principal" in before.arguments or "monthly_contribution" not in before.arguments:
        return False
    monthly = arguments.get("monthly_contribution", before.arguments["monthly_contribution"])
    return (
        "principal" in arguments
        and monthly in (before.arguments["monthly_contribution"], arguments["principal"])
        and not _AT_START.search(reading.text)
    )
