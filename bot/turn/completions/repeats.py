"""A call written twice stands for something else that the question asks: mostly a word to explain."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.messages import ToolCall
from bot.turn.completions.figures import tool_of_figure
from bot.turn.completions.meanings import is_slip
from bot.turn.completions.spoken_terms import asked_terms, is_asked_about, owns_another, spoken_term
from tools.knowledge.entries import knows_term
from tools.parsing.spans import FUNCTION_WORDS, Span, find_names
from tools.parsing.surroundings import mended_words
from tools.terms import narrow_terms

if TYPE_CHECKING:
    from bot.turn.completions.reading import Reading

DEFINE = "define_term"
_ASKS = re.compile(
    r"\b(?:what(?:'s| is| are|s| does| do)?|explain|define|meaning of)(?: what)?(?: (?:an?|the|means?))*[\s\"'“‘]*\Z"
)
_OWNER = re.compile(r"(?P<name>(?<![\w'’])[A-Z][\w&.-]*(?: (?:& )?[A-Z][\w&.-]*)*)['’]s? (?:current |latest )?\Z")
"""A name in capitals right before what it has."""
_OF_WHOM = re.compile(r" (?:ratio )?(?:of|for|at) (?P<name>[A-Z][\w&.'-]*(?: (?:& )?[A-Z][\w&'-]*)*)(?=[?.!,]*\Z)")
_QUOTED = re.compile(r"[\"“]([^\"“”]{2,40})[\"”]")
_WORD_SAID = re.compile(r"\b(?:words?|terms?|phrase|expression|said|says|call(?:s|ed)?)\b", re.IGNORECASE)
"""Beside a word in quotation marks that is asked about."""
_DOES = re.compile(r"\bwhat(?: does|'s| is| do| are) \Z")
_MEANING_AFTER = re.compile(r"[\"'”’]? (?:meaning|mean|means|definition|explained|explanation)\b", re.IGNORECASE)
_ENDS = re.compile(r"[\s\"'”’]*(?:\Z|[,.;?!]|(?:and|means?)\b)")
_ASK_ENDS = re.compile(r"[\s\"'”’]*(?:\Z|[,.;?!]|(?:and|means?|is|are|in)\b)")


def whole_terms(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Each term to explain as the longest one of the glossary around it: "bid" of "a bid-ask spread"."""
    calls = [call for place, call in enumerate(calls) if call.name != DEFINE or call not in calls[:place]]
    calls = [_figure_of_owner(call, reading) for call in calls]
    is_only = sum(call.name == DEFINE for call in calls) == 1
    whole = [_whole_term(call, reading, is_only=is_only) if call.name == DEFINE else call for call in calls]
    return _with_second(whole, reading) if is_only else whole


def _figure_of_owner(call: ToolCall, reading: Reading) -> ToolCall:
    """The figure of a company that nobody knows, in place of what its name means: "What is Equity Group's P/E?"."""
    term = str(call.arguments.get("term", ""))
    place = reading.place(term) if call.name == DEFINE else None
    owner = None
    if place is not None and not reading.names:
        owner = _OWNER.search(reading.text[:place]) or _OF_WHOM.match(reading.text, place + len(term))
    if owner is None or owner["name"].lower() in FUNCTION_WORDS:
        return call
    tool = tool_of_figure(term.lower())
    return ToolCall(tool, {"symbol": owner["name"]}) if tool else call


def _with_second(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Beside the explanation of one of two known terms that are asked about, the other one's."""
    asked = [
        term for term in asked_terms(reading) if knows_term(term) and _ASK_ENDS.match(reading.text.partition(term)[2])
    ]
    said = [str(call.arguments.get("term", "")) for call in calls if call.name == DEFINE]
    if len(asked) != 2 or said[0] not in asked:
        return calls
    other = asked[1 - asked.index(said[0])]
    return [*calls, ToolCall(DEFINE, {"term": other})]


def _whole_term(call: ToolCall, reading: Reading, *, is_only: bool) -> ToolCall:
    said = str(call.arguments.get("term", ""))
    quoted = _QUOTED.findall(reading.text)
    before = reading.text.partition(quoted[0])[0].rstrip("\"'“‘ ") + " " if len(quoted) == 1 else ""
    is_asked = _WORD_SAID.search(reading.text) or _DOES.search(mended_words(before))
    if is_only and len(quoted) == 1 and said.lower() not in quoted[0].lower() and is_asked:
        return replace(call, arguments={"term": quoted[0]})
    place = reading.place(said)
    means = place is not None and _MEANING_AFTER.match(reading.text, place + len(said)) is not None
    if (
        is_only
        and not means
        and (place is None or not is_asked_about(place, reading) or owns_another(place + len(said), reading))
    ):
        asked = asked_terms(reading, with_names=not said)
        if len(asked) == 1 and (is_term(asked[0]) or not is_term(said)):
            return replace(call, arguments={"term": asked[0]})
    places = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(said)}(?!\w)", reading.text)] if said else []
    if len(places) != 1:
        return call
    start, end = places[0]
    around = [
        span
        for span in find_names(reading.text)
        if span.start <= start and end <= span.end and len(span.text) > len(said) and is_term(span.text)
    ]
    whole = max(around, key=lambda span: len(span.text)) if around else Span(start, end, said)
    return replace(call, arguments={"term": spoken_term(whole.text, whole.start, reading)})


def is_term(text: str) -> bool:
    """Whether the glossary has `text`, a slip in a term of several words allowed."""
    return knows_term(text) or is_slip(text)


def explain_repeats(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """Of two equal calls, the second explains the term that the question asks about; the order is the question's."""
    if len(calls) != 2 or calls[0] != calls[1] or calls[0].name == DEFINE or DEFINE not in reading.toolbox.tools:
        return calls
    for span in narrow_terms(find_names(reading.text), reading.context):
        known = reading.context.knows_term(span.text)
        asked = _ASKS.search(mended_words(reading.text[: span.start]))
        if known and asked and _ENDS.match(reading.text[span.end :]):
            return [replace(calls[0], name=DEFINE, arguments={"term": span.text}), calls[0]]
    return calls
