"""What the wording of a question settles is not left to a small model: its calls are completed by rules.

A rule changes nothing where the wording leaves a doubt. It adds no argument but pieces of the question and closed
choices, and a second pass finds nothing more to do.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.turn.choices.choosing import asked_tools, settle_choice
from bot.turn.choices.ingredients import settle_ingredients
from bot.turn.choices.refusals import refusal
from bot.turn.completions.alerts import settle_alerts
from bot.turn.completions.changes import settle_changes
from bot.turn.completions.conversions import settle_conversions
from bot.turn.completions.followups import settle_followup
from bot.turn.completions.listed import spread_lists
from bot.turn.completions.lists import fill_lists
from bot.turn.completions.meanings import settle_meaning
from bot.turn.completions.misheard import settle_misheard
from bot.turn.completions.names import settle_names
from bot.turn.completions.other_asks import add_other_asks
from bot.turn.completions.plans import settle_plan
from bot.turn.completions.reading import Draft, Reading
from bot.turn.completions.recalled import settle_recalled
from bot.turn.completions.repeats import explain_repeats, whole_terms
from bot.turn.completions.searches import settle_search
from bot.turn.completions.strays import settle_strays, settle_swapped
from bot.turn.completions.times import fill_time

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import ToolCall
    from tools.context import ToolContext
    from tools.toolbox import Toolbox

NAMELESS = "CLARIFY: symbol"
RULES = (
    settle_meaning,  # first: it may take the place of all that was written
    settle_names,  # before all that compare names
    settle_strays,
    settle_swapped,
    settle_misheard,
    settle_recalled,
    settle_followup,
    settle_choice,
    settle_ingredients,
    add_other_asks,
    fill_lists,
    fill_time,
    settle_plan,
    settle_search,
    settle_alerts,
    settle_changes,
    settle_conversions,
    spread_lists,
    whole_terms,
    explain_repeats,  # last: a repeat may also stand for the second of a list
)


def settle(
    draft: Draft,
    text: str,
    toolbox: Toolbox,
    context: ToolContext,
    earlier: Sequence[ToolCall] = (),
    said: Sequence[str] | None = None,
    older: Sequence[Sequence[ToolCall]] = (),
) -> Draft:
    """What the wording of the question `text` makes of `draft`: its calls completed, or a refusal in their place.

    `earlier` are the calls of the turn before, where this one leans on it; `said` is all that a name may be copied
    from, where that is known. `older` are the calls of each turn before that one, newest first.
    """
    reading = Reading(text, toolbox, context, draft, earlier, said, older)
    calls = _completed(draft.calls, reading)
    if draft.calls and not calls:
        return replace(draft, calls=[], text=NAMELESS)
    refused = refusal(calls, asked_tools(reading), reading)
    if refused:
        return replace(draft, calls=[], text=refused)
    return replace(draft, calls=calls, text="" if calls else draft.text)


def complete(calls: Sequence[ToolCall], text: str, toolbox: Toolbox, context: ToolContext) -> list[ToolCall]:
    """The calls that a model wrote for the question `text`, with what its wording settles set right."""
    return _completed(calls, Reading(text, toolbox, context))


def _completed(calls: Sequence[ToolCall], reading: Reading) -> list[ToolCall]:
    whole = list(calls)
    for rule in RULES:
        whole = rule(whole, reading)
    return whole
