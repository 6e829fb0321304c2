"""From the record of a turn to messages: the sentences as text with its citations, all else in cards below it.

No message has words and a card: Teams makes two of it, the card first, tells the id of neither, and takes no change.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from bot.surfaces.answer import Grid, Items, Paragraph, Span, changed, parts_of, text_of
from bot.surfaces.localising import Localiser, Reader, known_in, shown_day, shown_moment
from bot.surfaces.slack.buttons import wants_feedback
from bot.surfaces.slack.limits import shortened
from bot.surfaces.slack.pieces import dated, facts_of
from bot.surfaces.slack.splitting import split
from bot.surfaces.slack.tables import capitalised, spoken_rows, told_once
from bot.surfaces.teams.buttons import answer_actions, proposal_actions
from bot.surfaces.teams.cards import LARGEST, attached, card, elements_of, remark, size
from bot.surfaces.teams.charts import chart_element
from bot.surfaces.teams.markup import inert, markdown
from bot.surfaces.teams.pictures import named
from bot.surfaces.teams.texts import COMMAND
from bot.turn.commands import names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from bot.surfaces.answer import Part
    from bot.surfaces.teams.cards import Element

LONGEST_TEXT = 10_000
_LONGEST_SUMMARY = 8_000
_ABSTRACT, _SOURCE_NAME = 160, 80
_NOTHING_TO_SAY = "There is no answer to show."
_TYPED = re.compile(rf"(?<![\w/.:])/(?=(?:{'|'.join(names())})\b(?!/))")


def messages(record: Mapping[str, Any], reader: Reader, *, is_unasked: bool = False) -> list[dict[str, Any]]:
    """The messages of a turn, to be posted one after the other; what is unasked has its words in its card, as one."""
    localise = localiser(record, reader)
    body, remarks = _sorted(parts_of(record["answer"]))
    told, shown = _divided(_told_once(body))
    cited = _Citations(record, reader, localise)
    text = cited.rest("\n\n".join(_paragraph(part, localise, cited) for part in told))
    elements = [element for part in shown for element in elements_of(changed(part, _here(localise)))]
    elements += named([chart_element(chart, localise.label) for chart in record.get("charts", ())])
    elements += [proposal_actions(proposal) for proposal in record.get("proposals", ())]
    small = [_here(localise)(words) for words in remarks] + [record.get("disclosure") or ""]
    elements += [block for words in dict.fromkeys(filter(None, small)) for block in remark(words)]
    actions = answer_actions(record)
    if is_unasked and (elements or actions):
        told_within = [element for part in told for element in elements_of(changed(part, _here(localise)))]
        elements, text = [*told_within, *elements], ""
    drawn = [_told(piece) for piece in split(text, LONGEST_TEXT)]
    drawn += [_shown(each) for each in _cards(elements, actions)]
    return _finished(drawn, record, cited, _words(record, localise))


def localiser(record: Mapping[str, Any], reader: Reader) -> Localiser:
    """What writes the figures and dates of a record as one reader does."""
    return Localiser(reader, known_in(record), record.get("times", {}))


def typed_here(text: str) -> str:
    """The text with typed commands as Teams takes them: "/watch list" is "fin watch list" there."""
    return _TYPED.sub(f"{COMMAND} ", text)


def _here(localise: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: typed_here(localise(text))


def _sorted(parts: Sequence[Part]) -> tuple[list[Part], list[str]]:
    """(the answer, what stands beside it); a remark before all else, and nothing but remarks, are the answer."""
    body: list[Part] = []
    remarks: list[str] = []
    for place, part in enumerate(parts):
        if place and isinstance(part, Paragraph) and part.is_remark:
            remarks.append(text_of(part.spans))
        elif isinstance(part, Grid):
            smaller, told = told_once(part)
            body.append(smaller)
            remarks += [told] if told else []
        else:
            body.append(part)
    return (body, remarks) if body else (list(parts), [])


def _told_once(body: Sequence[Part]) -> list[Part]:
    """Without facts that the sentence before them tells already."""
    kept: list[Part] = []
    said = ""
    for part in body:
        if isinstance(part, Paragraph):
            said = said if _is_label(part) else text_of(part.spans)
        elif isinstance(part, Items) and (facts := facts_of(part)) and all(_tells(said, value) for _, value in facts):
            kept = kept[:-1] if kept and _is_label(kept[-1]) else kept
            continue
        kept.append(part)
    return kept


def _divided(body: Sequence[Part]) -> tuple[list[Part], list[Part]]:
    """(what is told in the message's text, what is shown in cards): the text ends where a table or facts begin."""
    for place, part in enumerate(body):
        if isinstance(part, Grid) or (isinstance(part, Items) and facts_of(part)):
            start = place - 1 if place > 1 and _is_label(body[place - 1]) else place
            return list(body[:start]), list(body[start:])
    return list(body), []


def _is_label(part: Part) -> bool:
    """Whether it only says whose facts follow: "The portfolio:"."""
    return isinstance(part, Paragraph) and text_of(part.spans).rstrip().endswith(":")


def _paragraph(part: Part, localise: Callable[[str], str], cited: _Citations) -> str:
    here = changed(part, _here(localise))
    if isinstance(part, Items) and isinstance(here, Items):
        pairs = zip(part.items, here.items, strict=True)
        return "\n".join(f"- {markdown(item)}{cited.marks(text_of(raw))}" for raw, item in pairs)
    if isinstance(part, Paragraph) and isinstance(here, Paragraph):
        return markdown(here.spans).replace("\n", "\n\n") + cited.marks(text_of(part.spans))
    return ""


class _Citations:
    """The numbers of the sources: each is marked where a figure of its own is told, or at the end."""

    def __init__(self, record: Mapping[str, Any], reader: Reader, localise: Callable[[str], str]) -> None:
        self._citations, self._names = record.get("citations", ()), record.get("names", {})
        self._reader, self._localise = reader, localise
        self._marked: set[int] = set()

    def marks(self, text: str) -> str:
        """ " [1] [2]" for the sources of the figures in a text."""
        found = [
            number
            for number, cited in enumerate(self._citations, 1)
            if any(_tells(text, figure["text"]) for figure in cited["figures"])
        ]
        self._marked.update(found)
        return "".join(f" [{number}]" for number in found)

    def rest(self, text: str) -> str:
        """The text with marks at its end for those sources that only the card's figures are from."""
        left = [number for number in range(1, len(self._citations) + 1) if number not in self._marked]
        if not left or not text:
            return text
        return f"{text}{''.join(f' [{number}]' for number in left)}"

    def claims(self) -> list[dict[str, Any]]:
        """What Teams shows at each number."""
        return [
            {
                "@type": "Claim",
                "position": number,
                "appearance": {
                    "@type": "DigitalDocument",
                    "name": shortened(inert(cited["name"]), _SOURCE_NAME),
                    "abstract": shortened(inert(self._abstract(cited)), _ABSTRACT),
                },
            }
            for number, cited in enumerate(self._citations, 1)
        ]

    def _named(self, subject: str) -> str:
        return str(self._names.get(subject, subject))

    def _abstract(self, cited: Mapping[str, Any]) -> str:
        as_of = f"As of {_day(cited['as_of'], self._reader)}. " if cited["as_of"] else ""
        told = [
            f"{self._named(figure['subject'])} {figure['attribute']} {self._localise(figure['text'])}"
            for figure in cited["figures"]
            if not figure["attribute"].endswith("date")
        ]
        return as_of + "; ".join(told)


def _day(iso: str, reader: Reader) -> str:
    if len(iso) == 10:
        return shown_day(date.fromisoformat(iso), reader)
    return shown_moment(datetime.fromisoformat(iso), reader)


def _tells(text: str, figure: str) -> bool:
    """Whether a text tells a figure, its sign aside."""
    return bool(re.search(rf"(?<![\w.,]){re.escape(figure.lstrip('+-'))}(?![\w%]|[.,]\d)", text))


def _cards(elements: Sequence[Element], actions: Sequence[Element]) -> list[dict[str, Any]]:
    """Elements in as few cards as their order and the limit allow, the actions on the last."""
    groups: list[list[Element]] = [[]]
    for element in elements:
        if groups[-1] and size(card([*groups[-1], element], actions)) > LARGEST:
            groups.append([])
        groups[-1].append(element)
    if not groups[-1] and not actions:
        return []
    return [*(card(group) for group in groups[:-1]), card(groups[-1], actions)]


def _told(text: str) -> dict[str, Any]:
    return {"type": "message", "textFormat": "markdown", "text": text}


def _shown(drawn: dict[str, Any]) -> dict[str, Any]:
    return {"type": "message", "attachments": [attached(drawn)]}


def _finished(
    drawn: list[dict[str, Any]], record: Mapping[str, Any], cited: _Citations, words: str
) -> list[dict[str, Any]]:
    """With the words for a notification, the sources, that a machine answers, and whether that helped."""
    drawn = drawn or [_told(_NOTHING_TO_SAY)]
    for message in drawn:
        if message is drawn[0] or not message.get("text"):
            message["summary"] = words or _NOTHING_TO_SAY
    if record.get("turn"):
        for message in drawn:
            message["entities"] = [_label(cited.claims() if message.get("text") else [])]
    if wants_feedback(dict(record)):
        told = [message for message in drawn if message.get("text")]
        (told or drawn)[-1]["channelData"] = {"feedbackLoop": {"type": "default"}}
    return drawn


def _label(claims: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    entity: dict[str, Any] = {
        "type": "https://schema.org/Message",
        "@type": "Message",
        "@context": "https://schema.org",
        "@id": "",
        "additionalType": ["AIGeneratedContent"],
    }
    return {**entity, "citation": list(claims)} if claims else entity


def _words(record: Mapping[str, Any], localise: Callable[[str], str]) -> str:
    """Everything in words, for who hears it, sees a notification, or has a client without cards."""
    return inert(shortened("\n\n".join(_spoken(record, localise)), _LONGEST_SUMMARY))


def _spoken(record: Mapping[str, Any], localise: Callable[[str], str]) -> Iterator[str]:
    body, remarks = _sorted(parts_of(record["answer"]))
    for part in _told_once(body):
        here = changed(part, _here(localise))
        if isinstance(here, Grid):
            yield "\n".join(spoken_rows(here))
        elif isinstance(here, Items):
            facts = [f"{capitalised(name)}: {value}" for name, value in dated(facts_of(here))]
            yield "\n".join(facts or [f"• {text_of(item)}" for item in here.items])
        else:
            yield text_of(here.spans)
    yield from (_here(localise)(words) for words in remarks)
    yield from filter(None, [record.get("disclosure")])


__all__ = ["Reader", "Span", "messages", "typed_here"]
