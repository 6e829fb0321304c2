"""Questions with the decision they call for: phrases × fills × noise × history, endless and without repeats."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING

from bot.evaluation.questions import ARGUMENT, mask
from slm.chat_format import Call
from slm.corpus.followups import Followups
from slm.corpus.grammar import BREAK, Grammar, read_sections
from slm.corpus.heldout import HeldOut, load_held_out, words
from slm.corpus.names import NameMaker
from slm.corpus.noise import CLOSERS, OPENERS, drop_marks, roughen
from slm.corpus.phrases import SLOT, Template, load_templates
from slm.corpus.screens import Screens
from slm.corpus.shelf import Shelf
from slm.corpus.signatures import SIGNATURES, Unusable
from slm.corpus.slots import SlotFiller
from slm.corpus.swaps import Swaps
from slm.corpus.wanted_calls import Part, wanted_calls

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

Reply = str | tuple[Call, ...]
SCREENED = 0.06
"""The share of one-tool questions made of search conditions."""
LISTED = 0.25
"""The share of phrases for a list of names that get more of them."""
LIST_MARKS = (
    *((", ", " and "), (", ", " and "), (" and ", " and "), (", ", ", "), (" ", " ")),
    *((", ", " & "), (", ", " or ")),
)
APOSTROPHES = ("'", "\N{RIGHT SINGLE QUOTATION MARK}")
ALONE = re.compile(rf"\{{symbol\}}(?![{''.join(APOSTROPHES)}])")
DOUBLED = 0.12
"""The share of phrases for one name, term or exchange that ask the same of another one: two calls of one tool."""
DOUBLES = {
    **dict.fromkeys(("get_events", "get_fundamentals", "get_news", "get_technicals", "find_symbol"), "symbol"),
    "define_term": "term",
    "get_market_status": "exchange",
}
DOUBLE_MARKS = (" and ", " and ", " and ", " & ", ", ", " or ", " and also ", " as well as ", " plus ", " and then ")
REWORDED = 0.5
"""The share of phrases in which words are swapped for others."""
FRAMED = 0.3
"""The share of one-tool questions made of a frame and an ask; the rest are whole phrases."""


@dataclass(frozen=True, slots=True)
class Example:
    """One training example: earlier turns, the question, and what the model should write."""

    turns: tuple[tuple[str, Reply], ...]
    question: str
    reply: Reply
    parts: tuple[Part, ...] = ()


class Generator:
    """Draws examples. The same seed gives the same examples; phrases of `favoured` banks are drawn oftener."""

    def __init__(
        self, seed: int, terms: Sequence[str], held_out: HeldOut | None = None, favoured: Collection[str] = ()
    ) -> None:
        self.rng = Random(seed)
        self.held_out = held_out or load_held_out()
        self.names = NameMaker(self.rng, self.held_out)
        allowed = [term for term in terms if words(term) not in self.held_out.terms]
        self.filler = SlotFiller(self.rng, self.names, allowed)
        self.followups = Followups(self)
        self.grammar = Grammar(self.rng)
        self.screens = Screens(self.rng)
        self.swaps = Swaps(self.rng)
        self.stories = read_sections("stories")
        self.refused: dict[str, int] = defaultdict(int)
        self.single: dict[str, Shelf] = defaultdict(lambda: Shelf(favoured))
        self.several = Shelf(favoured)
        self.silent: dict[str, Shelf] = defaultdict(lambda: Shelf(favoured))
        for template in load_templates():
            if mask(SLOT.sub(ARGUMENT, template.text), ()) in self.held_out.wordings:
                continue
            if not template.asks:
                self.silent[template.reply].add(template)
            elif len(template.asks) == 1:
                self.single[template.asks[0].tool].add(template)
            else:
                self.several.add(template)

    def examples(self) -> Iterator[Example]:
        """Endless examples; one that can't be served as drawn is replaced by another."""
        while True:
            try:
                example = self._draw()
            except Unusable as why:
                self.refused[str(why)] += 1
                continue
            if words(example.question) not in self.held_out.questions:
                yield example

    def _draw(self) -> Example:
        draw = self.rng.random()
        if draw < 0.38:
            return self._with_history(self.ask(self.pick_single()))
        if draw < 0.53:
            pair = self.grammar.draw_pair() if self.rng.random() < 0.5 else None
            return self.ask(pair or self.several.draw(self.rng))
        if draw < 0.85:
            return self._with_history(self.ask(self.pick_silent()))
        return self.followups.draw()

    def pick_single(self) -> Template:
        """A one-tool phrase: tools alike often, leaning to those with more ways to be asked."""
        draw = self.rng.random()
        if draw < SCREENED:
            return self._not_held_out(self.screens.draw())
        if draw < SCREENED + FRAMED:
            template = self.grammar.draw(self.grammar.tools)
        else:
            tools = sorted(self.single)
            weights = [len(self.single[tool]) ** 0.5 for tool in tools]
            template = self.single[self.rng.choices(tools, weights)[0]].draw(self.rng)
        return self._not_held_out(self._doubled(self._listed(template)))

    def _doubled(self, template: Template) -> Template:
        """Now and then the same of two names, for a tool that takes one: "when do {symbol} and {symbol} report"."""
        ask = template.asks[0]
        slot = f"{{{DOUBLES.get(ask.tool)}}}"
        before, found, after = template.text.partition(slot)
        if not found or slot in after or after.startswith(APOSTROPHES) or self.rng.random() >= DOUBLED:
            return template
        text = f"{before}{slot}{self.rng.choice(DOUBLE_MARKS)}{slot}{after}"
        return replace(template, text=text, asks=(ask, ask))

    def _listed(self, template: Template) -> Template:
        """Now and then several names where the phrase has one, for a tool that takes a list."""
        takes_list = any(argument.is_list for argument in SIGNATURES[template.asks[0].tool])
        if not takes_list or self.rng.random() >= LISTED:
            return template
        places = [match.start() for match in ALONE.finditer(template.text)]
        if not places:
            return template
        names = ["{symbol}"] * self.rng.choice((2, 2, 3, 3, 4))
        between, last = self.rng.choice(LIST_MARKS)
        at = self.rng.choice(places)
        listed = f"{between.join(names[:-1])}{last}{names[-1]}"
        return replace(template, text=f"{template.text[:at]}{listed}{template.text[at + len(names[0]) :]}")

    def pick_silent(self) -> Template:
        """A phrase that calls for no tool."""
        if self.rng.random() < FRAMED / 2:
            return self._not_held_out(self.grammar.draw(self.grammar.silent))
        kinds = sorted(self.silent)
        weights = [len(self.silent[kind]) ** 0.6 for kind in kinds]
        return self.silent[self.rng.choices(kinds, weights)[0]].draw(self.rng)

    def _not_held_out(self, template: Template) -> Template:
        if mask(SLOT.sub(ARGUMENT, template.text), ()) in self.held_out.wordings:
            raise Unusable("held-out wording")
        return template

    def _with_history(self, example: Example) -> Example:
        """Now and then an unrelated question came before: it must not matter."""
        if self.rng.random() >= 0.12 or example.reply in ("CLARIFY: symbol", "CLARIFY: missing"):
            return example
        before = self.ask(self.pick_single() if self.rng.random() < 0.8 else self.pick_silent())
        return replace(example, turns=((before.question, before.reply),))

    def ask(self, template: Template, *, noisy: bool = True) -> Example:
        """Fill one template. Raises `Unusable` when an argument could not be copied at run time."""
        template = self._reworded(template) if noisy else template
        question, parts = self.compose(template.text, noisy=noisy)
        reply: Reply = template.reply
        if BREAK in question:
            question, parts, reply = self._pair(template, question, parts)
        elif template.asks:
            reply = wanted_calls(template, question, parts)
        return Example((), question, reply, parts)

    def _reworded(self, template: Template) -> Template:
        """Half of the time the phrase with some of its words swapped for others that say the same."""
        if self.rng.random() >= REWORDED:
            return template
        text = self.swaps.apply(template.text, self.rng.choice((0.3, 0.6)))
        return template if text == template.text else self._not_held_out(replace(template, text=text))

    def _pair(
        self, template: Template, question: str, parts: tuple[Part, ...]
    ) -> tuple[str, tuple[Part, ...], tuple[Call, ...]]:
        """Two asks joined: what stands before the break belongs to the first, a pronoun after it to both."""
        at = question.index(BREAK)
        question = question.replace(BREAK, "", 1)
        first = tuple(part for part in parts if part.start < at)
        second = tuple(Part(part.meaning, part.start - 1, part.end - 1) for part in parts if part.start > at)
        if not any(part.meaning == "symbol" for part in second):
            second += tuple(part for part in first if part.meaning == "symbol")
        calls: list[Call] = []
        for ask, own in zip(template.asks, (first, second), strict=True):
            calls += wanted_calls(Template(template.text, (ask,), "", template.bank), question, own)
        return question, (*first, *second), tuple(calls)

    def compose(self, text: str, *, noisy: bool = True) -> tuple[str, tuple[Part, ...]]:
        """Fill the slots of `text` and add noise: (question, where each fill stands)."""
        rng = self.rng
        messy = noisy and rng.random() < 0.35
        rate = rng.choice((0.05, 0.1, 0.2, 0.35)) if messy else 0.0
        unmarked = noisy and rng.random() < 0.3
        if noisy:
            text = self._surrounded(text)
        pieces: list[str] = []
        parts: list[Part] = []
        length = at = 0
        for match in SLOT.finditer(text):
            literal = self._literal(text[at : match.start()], rate, unmarked=unmarked)
            fill = self.filler.fill(match[1])
            length += len(literal)
            parts += [Part(meaning, length + start, length + end) for meaning, start, end in fill.parts]
            length += len(fill.surface)
            pieces += (literal, fill.surface)
            at = match.end()
        tail = self._literal(text[at:], rate, unmarked=unmarked)
        question = "".join(pieces) + (self._ended(tail, asks=not text.endswith("?")) if noisy else tail)
        return (self._cased(question) if noisy else question), tuple(parts)

    def _surrounded(self, text: str) -> str:
        """Now and then a story before or after, or an opening word."""
        rng = self.rng
        if rng.random() < 0.12:
            text = f"{rng.choice(self.stories['before'])} {text}"
        elif rng.random() < 0.10:
            closed = text if text[-1] in ".?!" or rng.random() < 0.3 else f"{text}{rng.choice('.?')}"
            text = f"{closed} {rng.choice(self.stories['after'])}"
        return f"{rng.choice(OPENERS)} {text}" if rng.random() < 0.15 else text

    def _ended(self, tail: str, *, asks: bool) -> str:
        """The end as people leave it: without a mark, with a closing word, with a question mark too many."""
        rng = self.rng
        if rng.random() < 0.4:
            tail = tail.rstrip("?.!")
        if rng.random() < 0.12:
            tail = f"{tail} {rng.choice(CLOSERS)}"
        return f"{tail}?" if asks and rng.random() < 0.1 else tail

    def _cased(self, question: str) -> str:
        """In small letters, with a capital, or as it is; never longer or shorter, as fills are known by place."""
        lowered = question.lower()
        if self.rng.random() < 0.3 and len(lowered) == len(question):
            return lowered
        return question[:1].upper() + question[1:] if self.rng.random() < 0.25 else question

    def _literal(self, text: str, rate: float, *, unmarked: bool) -> str:
        if unmarked:
            text = drop_marks(text, self.rng)
        return roughen(text, self.rng, rate) if rate else text


def as_record(example: Example) -> str:
    """One JSON line, for people to read."""
    reply = example.reply
    plain = reply if isinstance(reply, str) else [{"name": c.name, "arguments": c.arguments} for c in reply]
    return json.dumps({"turns": [turn[0] for turn in example.turns], "question": example.question, "reply": plain})
