"""Questions with the decision they call for: phrases × fills × noise × history, endless and without repeats."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from random import Random
from typing import TYPE_CHECKING, Any

from bot.evaluation.questions import ARGUMENT, mask
from bot.evaluation.scoring import reading_context
from slm.chat_format import Call
from slm.corpus.followups import Followups
from slm.corpus.grammar import BREAK, Grammar, read_sections
from slm.corpus.heldout import HeldOut, load_held_out, words
from slm.corpus.names import NameMaker
from slm.corpus.noise import CLOSERS, OPENERS, drop_marks, roughen
from slm.corpus.phrases import SLOT, Template, load_templates
from slm.corpus.screens import Screens
from slm.corpus.signatures import SIGNATURES, Unusable, arrange
from slm.corpus.slots import SlotFiller
from slm.corpus.swaps import Swaps
from tools.arguments import SYMBOL, TERM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Reply = str | tuple[Call, ...]
SCREENED = 0.06
"""The share of one-tool questions made of search conditions."""
LISTED = 0.25
"""The share of phrases for a list of names that get more of them."""
LIST_MARKS = (
    *((", ", " and "), (", ", " and "), (" and ", " and "), (", ", ", "), (" ", " ")),
    *((", ", " & "), (", ", " or ")),
)
ALONE = re.compile(r"\{symbol\}(?!['\N{RIGHT SINGLE QUOTATION MARK}])")
REWORDED = 0.5
"""The share of phrases in which words are swapped for others."""
FRAMED = 0.3
"""The share of one-tool questions made of a frame and an ask; the rest are whole phrases."""


@dataclass(frozen=True, slots=True)
class Part:
    """A filled piece of a question: `question[start:end]` says `meaning`."""

    meaning: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Example:
    """One training example: earlier turns, the question, and what the model should write."""

    turns: tuple[tuple[str, Reply], ...]
    question: str
    reply: Reply
    parts: tuple[Part, ...] = ()


class Generator:
    """Draws examples. The same seed gives the same examples."""

    def __init__(self, seed: int, terms: Sequence[str], held_out: HeldOut | None = None) -> None:
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
        self.single: dict[str, list[Template]] = defaultdict(list)
        self.several: list[Template] = []
        self.silent: dict[str, list[Template]] = defaultdict(list)
        for template in load_templates():
            if mask(SLOT.sub(ARGUMENT, template.text), ()) in self.held_out.wordings:
                continue
            if not template.asks:
                self.silent[template.reply].append(template)
            elif len(template.asks) == 1:
                self.single[template.asks[0].tool].append(template)
            else:
                self.several.append(template)

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
            return self.ask(pair or self.rng.choice(self.several))
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
            template = self.rng.choice(self.single[self.rng.choices(tools, weights)[0]])
        return self._not_held_out(self._listed(template))

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
        return self.rng.choice(self.silent[self.rng.choices(kinds, weights)[0]])

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
            reply = self._calls(template, question, parts)
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
            calls += self._calls(Template(template.text, (ask,), "", template.bank), question, own)
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

    def _calls(self, template: Template, question: str, parts: tuple[Part, ...]) -> tuple[Call, ...]:
        said: dict[str, list[str]] = defaultdict(list)
        for part in parts:
            said[part.meaning].append(self._copied(question, part))
        takers = [ask for ask in template.asks if _takes_symbols(ask.tool)]
        symbols = _share_symbols([ask.tool for ask in takers], said["symbol"])
        calls: list[Call] = []
        for ask in template.asks:
            own = symbols.pop(0) if _takes_symbols(ask.tool) else []
            single = next((a for a in SIGNATURES[ask.tool] if a.kind and a.slots == ("symbol",)), None)
            groups = [[name] for name in own] if single and not single.is_list and len(own) > 1 else [own]
            again = [other.tool for other in template.asks].count(ask.tool) > 1
            values = self._values(ask.tool, dict(ask.closed), said, shared=len(template.asks) > 1, again=again)
            calls += [Call(ask.tool, arrange(ask.tool, {**values, "symbol": group})) for group in groups]
        return tuple(calls)

    def _values(
        self, tool: str, closed: dict[str, str], said: dict[str, list[str]], *, shared: bool, again: bool
    ) -> dict[str, Any]:
        """Slot meaning → what this tool takes of it; a value that several tools could take goes in order."""
        values: dict[str, Any] = dict(closed)
        for argument in SIGNATURES[tool]:
            for slot in argument.slots:
                if slot == "symbol" or not said.get(slot):
                    continue
                # Said once, asked of the same tool twice, both take it: "30k at 7% over 5 and over 7 years".
                values[slot] = said[slot].pop(0) if shared and (len(said[slot]) > 1 or not again) else said[slot][0]
                break
        return values

    def _copied(self, question: str, part: Part) -> str:
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
        return holding[0].text


def _finders() -> dict[str, Callable[[str], list[Any]]]:
    found: dict[str, Callable[[str], list[Any]]] = {}
    for signature in SIGNATURES.values():
        for argument in signature:
            if argument.kind is not None:
                found.update(dict.fromkeys(argument.slots, argument.kind.find))
    return found


FINDERS = _finders()
NARROWED = {"symbol": SYMBOL.narrow, "term": TERM.narrow}


def _takes_symbols(tool: str) -> bool:
    return any(argument.slots == ("symbol",) for argument in SIGNATURES[tool])


def _share_symbols(tools: Sequence[str], symbols: list[str]) -> list[list[str]]:
    """Who gets which names: one name serves all, otherwise in order, lists taking what is left."""
    if len(symbols) == 1:
        return [list(symbols) for _ in tools]
    if len(tools) <= 1:
        return [list(symbols) for _ in tools]
    spare = len(symbols) - len(tools)
    if spare < 0:
        raise Unusable("fewer names than tools")
    shared: list[list[str]] = []
    left = list(symbols)
    for tool in tools:
        is_list = any(argument.is_list for argument in SIGNATURES[tool])
        take = 1 + (spare if is_list else 0)
        if is_list:
            spare = 0
        shared.append(left[:take])
        left = left[take:]
    return shared


def as_record(example: Example) -> str:
    """One JSON line, for people to read."""
    reply = example.reply
    plain = reply if isinstance(reply, str) else [{"name": c.name, "arguments": c.arguments} for c in reply]
    return json.dumps({"turns": [turn[0] for turn in example.turns], "question": example.question, "reply": plain})
