"""Questions that ask in so many words what a term of the glossary means: no model can be right who hears another."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.messages import ToolCall
from bot.turn.choices.cues import compiled
from bot.turn.choices.skeleton import plain_words
from tools.errors import ToolError
from tools.knowledge.entries import find_entry, knows_term
from tools.parsing.finders import inside_longer
from tools.parsing.question_words import mended
from tools.parsing.spans import find_names
from tools.terms import is_misspelt_term

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.turn.completions.reading import Reading
    from tools.parsing.spans import Span

DEFINE = "define_term"
_LONGEST = 80
_MOST = 3
_LONG_FOR_A_SLIP = 8
_LONG_FOR_ONE_SLIP = 6
_TERM = r"(?:an? |the )?(?P<term>[^?!]{2,60}?)"
_WHAT = r"w(?:h?[ao]t|aht|hta|ht|ath)"
_EXPLAIN = r"(?:explain|expln|explian|expalin)"
_NOT_KNOWN = r"i (?:don['’]?t|do not) know (?:this|what(?: an?)?|the)"
_ASKED = tuple(
    re.compile(rf"\s*(?:(?:so|and|ok|hey|hi|please|pls|um|uh),? )*{wording}[\s?.!]*", re.IGNORECASE)
    for wording in (
        rf"(?:{_WHAT} (?:is|iz|are|was)|{_WHAT}['’]?s|define|{_EXPLAIN}|(?:the )?(?:meaning|definition) of) {_TERM}",
        rf"{_WHAT} (?:does|dose|do|is|are) {_TERM} (?:mean|maen|men|stand for|meaning)",
        rf"{_TERM} (?:meaning|definition)",
        rf"{_TERM} ?= ?",
        rf"(?:and )?{_NOT_KNOWN} {_TERM}(?: is)?,? (?:please )?explain(?: it| that)?(?:,? please)?",
        rf"{_TERM},? (?:talk to me|explain(?: it| that)?|tell me|put it) like (?:i['’]?m|i am) .{{1,20}}",
        rf"{_EXPLAIN} {_TERM} like (?:i['’]?m|i am) .{{1,20}}",
    )
)
_SURE = -0.3
_OF_ANY = re.compile(r"\bwhat (?:is|even is|exactly is|does)(?: it)?(?: u[hm],?)? an? ")
_MAY_ASK = re.compile(
    r"\b(?:what|tf is|explain\w*|defin\w+|eli|mean\w*|how (?:does|do)|signif\w+|definition|concept|difference)\b"
)
_OPINION = re.compile(r"\b(?:should|shall) (?:i|we)\b")
_QUOTE = r"[\s\"'“”‘’]*"
_ASKS = re.compile(
    r"(?:\b(?:wtf is|tf is|(?<=tell me )wtf|what thing is(?: it)?,?|what (?:is|are)(?: it)?(?: u[hm],?)?(?: then)?"
    r"|what it is(?:"
    r" then)?(?: the)?"
    r"|what (?:exactly|even|actually) is|what does it mean|what means?"
    r"|what (?:a|an)"
    r"|what wants to say|explain(?:ing)?(?: (?:me|to me|us))?(?: what)?|defin(?:e|ing)|eli ?NUMBER|eli ?5"
    r"|(?:meaning|definition|concept|idea) (?:of|behind)|what (?:is meant|(?:\w+ )?(?:do|does) (?:you|they|people"
    r"|one) mean) by"
    r"(?: (?:it|its|their) being)?|what wants? to say"
    r"|difference between)"
    rf"(?: (?:an?|is an?|are))?{_QUOTE})\Z|\bexplain(?:ing)?(?: (?:me|to me|us))? the{_QUOTE}\Z"
    rf"|\bexplain(?:ing)?(?: (?:me|to me|us))? what the{_QUOTE}\Z"
)
"""Right before a term that is asked about."""
_WORKS = re.compile(r"\b(?:how|what) (?:does|do) (?:an? |the )?\Z")
_JOINS = re.compile(rf"{_QUOTE}(?:and|or|,|vs|versus|from)(?: an?)?{_QUOTE}")
_ENDS = re.compile(
    rf"{_QUOTE}(?:\Z|[,.;?!+&]|(?:and|nd|n|an (?=what|how|when|where|who|show|give|also|is|did)|btw|bit|part|thing"
    rf"|is|are|what"
    rf"|means?|though|exactly|to me|for me|please|in (?:simple|plain)"
    r"|fr|tho|lol|lmao|again|really|actually|anyway|even|mate|bro|fam|bruv|thanks|thx|ta|cheers|everyone|everybody"
    r"|people|i keep|i hear)\b)"
)
_MEANS = re.compile(
    rf"{_QUOTE}(?:(?:even|really|actually|exactly) )?(?:means?|signif(?:y|ies)|stands? for|works?|functions?)"
    rf"(?:\Z|[,.;?!]| (?:exactly|in (?:simple|plain)"
    rf"|please|though|again|anyway))"
)
_THEN_ASKED = compiled(
    r"\A[\s\"'“”]*(?:[\w'$ ]{0,60})[,.;:?]? .*(?:what (?:it|that|this|does (?:it|that|this)) (?:means?|signif(?:y"
    r"|ies)|stands? for|is)"
    r"|what (?:is|does) (?:it|that) (?:about|stand for)|what is that stand for|how (?:does|do) (?:it|that|this"
    r"|they) (?:work|function))"
)
"""After a term that was only mentioned: "the letter says annuity. How does that work?"."""
_OWN = re.compile(r"\b(?:mine|do i|am i|did i|are the|is the|and my|show my)\b")
_MENTIONED = compiled(
    r"\b(?:word|term|phrase|expression|mentions?|mentioned|says?|said|asked (?:me )?about|called|has a(?: high"
    r"| low)?|about|talks? of)"
    r"(?: the| an?)?[\s\"'“‘]*\Z"
)


def settle_meaning(calls: list[ToolCall], reading: Reading) -> list[ToolCall]:
    """The known terms that the question asks about are looked up, and nothing else where it asks for nothing else."""
    if DEFINE not in reading.toolbox.tools:
        return calls
    defined = [call for call in calls if call.name == DEFINE]
    is_heard = any(reading.place(call.arguments.get("term")) is not None for call in defined)
    whole = None if is_heard or _lacks_name(reading) else _whole_question(reading)
    if whole is not None and not (calls and reading.names):
        return [ToolCall(DEFINE, {"term": whole})]
    terms = _asked_about(reading)
    if len(terms) == len(defined) == 1 and _is_of_another(defined[0], terms[0], reading):
        return [replace(call, arguments={"term": terms[0].text}) if call is defined[0] else call for call in calls]
    if len(terms) <= len(defined):
        return calls
    made = [ToolCall(DEFINE, {"term": term.text}) for term in terms]
    others: list[ToolCall] = []
    for call in calls:
        if call.name != DEFINE and call not in others and _is_of_others(call, terms, reading):
            others.append(call)
    return [*made, *others]


def _is_of_another(call: ToolCall, asked: Span, reading: Reading) -> bool:
    """Whether `call` explains a term of the question that only stands beside the one that is asked about."""
    said = str(call.arguments.get("term", ""))
    place = reading.place(said)
    return place is None or place >= asked.end or place + len(said) <= asked.start


def _lacks_name(reading: Reading) -> bool:
    """Whether the model is sure that a company is missing: "what's the P/E?", but not "what's a P/E?"."""
    is_said = reading.draft.text == "CLARIFY: symbol" and reading.is_surer(_SURE)
    return is_said and not _OF_ANY.search(reading.skeleton.words)


def _whole_question(reading: Reading) -> str | None:
    """The term, where the whole question asks for it."""
    if len(reading.text) > _LONGEST:
        return None
    asked = (match["term"] for wording in _ASKED if (match := wording.fullmatch(reading.text)))
    return next((term for term in asked if _is_term(term, reading)), None)


def _is_term(text: str, reading: Reading) -> bool:
    """Whether the glossary has `text`, slips forgiven."""
    if knows_term(text) or is_misspelt_term(text, reading.context):
        return True
    return len(text) >= _LONG_FOR_ONE_SLIP and knows_term(" ".join(mended(word) or word for word in text.split(" ")))


def _asked_about(reading: Reading) -> list[Span]:
    """The terms beside which the question asks what they mean."""
    words = reading.skeleton.words
    if not _MAY_ASK.search(words) or _OPINION.search(words):
        return []
    found: list[Span] = []
    before: dict[int, str] = {}
    for span in find_names(reading.text):
        if span.start not in before:
            before[span.start] = plain_words(reading.text[: span.start])
        if _is_asked(span, before[span.start], reading) or _is_joined(span, found, reading):
            found.append(span)
    return [span for span in found if not inside_longer(span, found)][:_MOST]


def _is_asked(span: Span, before: str, reading: Reading) -> bool:
    asks, works, mentioned = (pattern.search(before) for pattern in (_ASKS, _WORKS, _MENTIONED))
    if not (asks or works or mentioned):
        return False
    after = plain_words(reading.text[span.end :])
    if _lacks_name(reading):
        asks = works = None
    if (asks and _ENDS.match(after)) or (works and _MEANS.match(after)):
        return _is_term(span.text, reading) or is_slip(span.text)
    return mentioned is not None and _THEN_ASKED.search(after) is not None and knows_term(span.text)


def _is_joined(span: Span, found: Sequence[Span], reading: Reading) -> bool:
    """Whether `span` is the second of two terms: "bull market and bear market"."""
    return any(
        _JOINS.fullmatch(reading.text[other.end : span.start].lower()) and knows_term(span.text) for other in found
    )


def is_slip(text: str) -> bool:
    """Whether `text` is a term of several words with a slip in it: "bare market"."""
    if len(text) < _LONG_FOR_A_SLIP or " " not in text:
        return False
    try:
        find_entry(text)
    except ToolError:
        return False
    return True


def _is_of_others(call: ToolCall, terms: Sequence[Span], reading: Reading) -> bool:
    """Whether `call` is about a thing of its own: a name of the question, or one of two that it joins."""
    said = [
        str(value).casefold() for key in ("symbol", "symbols", "query") for value in _listed(call.arguments.get(key))
    ]
    if said:
        own = {name.text.casefold() for name in reading.skeleton.names}
        return any(piece in own and not any(piece in term.text.casefold() for term in terms) for piece in said)
    if not call.arguments:
        return _OWN.search(reading.skeleton.words) is not None
    rest = reading.text[max(term.end for term in terms) :] + " " + reading.text[: min(term.start for term in terms)]
    return any(
        piece.casefold() in rest.casefold() for value in call.arguments.values() for piece in map(str, _listed(value))
    )


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [] if value is None else [value]
