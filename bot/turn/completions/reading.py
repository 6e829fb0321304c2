"""One question as the rules read it: each looks at the same pieces, and each piece is found once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from bot.turn.choices.skeleton import skeleton
from tools.arguments import DATE, NUMBER, PERIOD
from tools.errors import ToolError
from tools.narrowing import known_names
from tools.parsing.finders import find_lengths, find_percents
from tools.parsing.numbers import parse_number
from tools.taken_back import take_back

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.messages import ToolCall
    from bot.turn.choices.skeleton import Skeleton
    from tools.arguments import Kind
    from tools.context import ToolContext
    from tools.parsing.spans import Span
    from tools.toolbox import Parameter, Toolbox


_NAMES = ("symbol", "symbols", "query")
_DEFINE = "define_term"
_SOUNDS = frozenset({"hm", "mm", "uh", "um", "eh", "er", "oh", "ah", "ha"})
"""Sounds of speech, some of which are names in another spelling."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a native model wrote: calls, or the name of a reply.

    `confidence` is the log-probability of its least sure token, where the model tells it. `is_agreed` says that a
    second opinion was the same.
    """

    calls: Sequence[ToolCall]
    text: str = ""
    confidence: float | None = None
    is_agreed: bool = False


def names_in(arguments: Iterable[Mapping[str, Any]]) -> list[str]:
    """The names that calls with these `arguments` are about, each once."""
    values = [said.get(key) for said in arguments for key in _NAMES]
    pieces = [piece for value in values if value for piece in (value if isinstance(value, list) else [value])]
    return list(dict.fromkeys(map(str, pieces)))


class Reading:
    """A question with the names, times and amounts in it, what was looked up before it, and how sure the model was.

    `text` is the question without what it takes back; `taken_back` has each such piece with the one that is meant.
    """

    def __init__(
        self,
        text: str,
        toolbox: Toolbox,
        context: ToolContext,
        draft: Draft | None = None,
        earlier: Sequence[ToolCall] = (),
        said: Sequence[str] | None = None,
        older: Sequence[Sequence[ToolCall]] = (),
    ) -> None:
        self.text, self.taken_back = take_back(text, context)
        self.toolbox, self.context = toolbox, context
        self.draft, self.earlier, self.said, self.older = draft or Draft(()), earlier, said, older

    @cached_property
    def earlier_values(self) -> frozenset[str]:
        """What the calls of the turn before say beside names."""
        values = [value for call in self.earlier for key, value in call.arguments.items() if key not in _NAMES]
        return frozenset(value for value in values if isinstance(value, str)) - {*self.earlier_names}

    @cached_property
    def earlier_names(self) -> list[str]:
        """The names that the turn before was about: "it" and "they" of this one.

        After a turn that explained a term they are those of the turn before that one.
        """
        explained = bool(self.earlier) and all(call.name == _DEFINE for call in self.earlier)
        turn = next((turn for turn in self.older if turn), ()) if explained else self.earlier
        return names_in(call.arguments for call in turn)

    @cached_property
    def older_periods(self) -> list[str]:
        """The periods of the turns before, the newest first."""
        turns = [self.earlier, *self.older]
        return [str(call.arguments["period"]) for turn in turns for call in turn if "period" in call.arguments]

    def is_surer(self, than: float) -> bool:
        """Whether the model's least sure token was likelier than this log-probability; False where it did not tell."""
        return self.draft.confidence is not None and self.draft.confidence > than

    @cached_property
    def skeleton(self) -> Skeleton:
        """The question in plain words."""
        return skeleton(self)

    @cached_property
    def names(self) -> list[Span]:
        """The names that the directory knows, without one that another takes the place of."""
        gone = _SOUNDS | {old for old, _ in self.taken_back}
        return [name for name in known_names(self.text, self.context) if name.text not in gone]

    @cached_property
    def rates(self) -> list[Span]:
        """The numbers that say they are percent."""
        return [span for span in find_percents(self.text) if parse_number(span.text) is None]

    @cached_property
    def lengths(self) -> list[Span]:
        """The lengths of time that have a number and a unit: "a month" mostly says how often."""
        spans = [span for span in find_lengths(self.text) if parse_number(span.text) is None]
        return [span for span in spans if not span.text.lower().startswith("a ")]

    @cached_property
    def periods(self) -> list[Span]:
        """The times that are no part of a name."""
        return self._outside_names(PERIOD.find(self.text))

    @cached_property
    def dates(self) -> list[Span]:
        """The days that are no part of a name."""
        return self._outside_names(DATE.find(self.text))

    @cached_property
    def amounts(self) -> list[Span]:
        """The numbers that are no rate, no time and no part of a name; "one" is mostly a pronoun."""
        return self._outside_names([span for span in NUMBER.find(self.text) if span.text.lower() != "one"])

    def parameter(self, call: ToolCall, name: str) -> Parameter | None:
        """An argument that the tool of `call` takes."""
        tool = self.toolbox.tools.get(call.name)
        return next((p for p in tool.parameters if p.name == name), None) if tool else None

    def place(self, piece: Any) -> int | None:
        """Where `piece` stands in the question as whole words; None when it comes from an earlier one."""
        said = str(piece)
        match = re.search(rf"(?<!\w){re.escape(said)}(?!\w)", self.text, re.IGNORECASE) if said else None
        return match.start() if match else None

    def means(self, kind: Kind, text: Any) -> str | None:
        """The canonical form of an argument, so that "5k" is "5,000"; None when it can't be read."""
        try:
            return str(kind.write(kind.read(str(text), self.context)))
        except ToolError:
            return None

    def differing(self, kind: Kind, spans: Iterable[Span]) -> list[Span]:
        """The first span of each meaning."""
        return list({self.means(kind, span.text): span for span in reversed([*spans])}.values())[::-1]

    def _outside_names(self, spans: Iterable[Span]) -> list[Span]:
        return [
            span for span in spans if not any(span.start < name.end and name.start < span.end for name in self.names)
        ]
